import { CompanionPaths } from './companion-paths';
import { optional, seconds } from './configuration-values';
import type { MqttBackoffOptions } from '../../security/mqtt-authentication';
import type { MqttJwtKeys, MqttJwtOptions } from '../../security/mqtt-jwt';
import { letsAnonymousIn } from '../../workload/anonymous-clients';
import type { ClusterIntent } from '../../workload/cluster-intent';

/** The section `authentication` of the configuration file. */
export function authenticationConfiguration(intent: ClusterIntent): object {
  const { secretName, secretKey, _methods: { jwt, certificateUser, backoff } } = intent.authentication;
  return {
    anonymous: letsAnonymousIn(intent),
    ...optional('passwordFile', secretName && `${CompanionPaths.PASSWORDS}/${secretKey}`),
    ...optional('jwt', jwt && jwtConfiguration(jwt.keys, jwt.options)),
    ...optional('clientCertificate', certificateUser && { username: certificateUser }),
    ...optional('backoff', backoff && backoffConfiguration(backoff)),
  };
}

function jwtConfiguration({ url, file, _options: { certificateAuthority, refreshInterval } }: MqttJwtKeys, options: MqttJwtOptions): object {
  return {
    ...optional('jwksUrl', url),
    ...optional('keyFile', file && `${CompanionPaths.JWT_KEYS}/${file.key}`),
    ...optional('caFile', certificateAuthority && `${CompanionPaths.JWT_AUTHORITY}/${certificateAuthority.key}`),
    ...optional('issuer', options.issuer),
    ...optional('audience', options.audience),
    ...optional('algorithms', options.algorithms),
    ...optional('usernameClaim', options.usernameClaim),
    ...optional('aclClaim', options.aclClaim),
    ...optional('disconnectOnExpiry', options.disconnectOnExpiry),
    ...optional('refreshSeconds', seconds(refreshInterval)),
    ...optional('clockToleranceSeconds', seconds(options.clockTolerance)),
  };
}

function backoffConfiguration({ failures, window, firstRefusal, longestRefusal }: MqttBackoffOptions): object {
  return {
    ...optional('failures', failures),
    ...optional('windowSeconds', seconds(window)),
    ...optional('seconds', seconds(firstRefusal)),
    ...optional('maxSeconds', seconds(longestRefusal)),
  };
}
