import type { MqttAuthentication } from './mqtt-authentication';
import type { MqttAuthorization } from './mqtt-authorization';
import type { ArgumentErrors } from '../manifest/arguments';

/** What cannot work about the references to passwords and access rules. */
export function checkAuthentication(
  errors: ArgumentErrors, authentication: MqttAuthentication | undefined, authorization: MqttAuthorization | undefined,
): void {
  if (errors.like('authentication', authentication, ['allowsAnonymous'], 'MqttAuthentication.passwordFile(secret)') && authentication.secretKey !== undefined) {
    errors.reference('authentication secret', authentication.secretName, 'Secret', "MqttAuthentication.passwordFile(Secret.fromSecretName(this, 'Passwords', 'broker-passwords'))");
    errors.dataKey('authentication key', authentication.secretKey);
  }
  if (errors.like('authorization', authorization, ['key'], 'MqttAuthorization.aclFromConfigMap(configMap)') && authorization.key !== undefined) {
    const example = "MqttAuthorization.aclFromConfigMap(ConfigMap.fromConfigMapName(this, 'Rules', 'broker-rules'))";
    errors.reference('authorization', authorization.secretName ?? authorization.configMapName, 'Secret or ConfigMap', example);
    errors.dataKey('authorization key', authorization.key);
  }
}
