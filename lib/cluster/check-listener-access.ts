import type { MqttClusterSettings } from './mqtt-cluster-settings';
import { type ArgumentErrors, show } from '../manifest/arguments';
import type { MqttListener } from '../network/mqtt-listener';
import { MqttAuthenticationMethod } from '../security/mqtt-authentication';
import { MqttClientCertificate } from '../security/mqtt-tls';

/** How each way is set up, for whoever limits a listener to one that is not. */
const SET_UP: { readonly [method in MqttAuthenticationMethod]: string } = {
  [MqttAuthenticationMethod.ANONYMOUS]: 'MqttAuthentication.anonymous()',
  [MqttAuthenticationMethod.PASSWORD]: 'MqttAuthentication.passwordFile(secret)',
  [MqttAuthenticationMethod.JWT]: 'MqttAuthentication.jwt(keys)',
  [MqttAuthenticationMethod.CERTIFICATE]: 'MqttAuthentication.clientCertificate()',
};

/** What cannot work about the ways that listeners are limited to, and about certificates that no listener asks for. */
export function checkListenerAuthentication(errors: ArgumentErrors, { listeners, authentication }: MqttClusterSettings): void {
  if (!Array.isArray(listeners) || (authentication !== undefined && !Array.isArray(authentication?.methods))) return;
  const given = listeners.map((listener, index) => ({ at: `listeners[${index}]`, listener })).filter(({ listener }) => typeof listener?.transport === 'string');
  for (const { at, listener } of given) checkMethods(errors, at, listener, authentication?.methods);
  const wantsCertificates = authentication?.methods.includes(MqttAuthenticationMethod.CERTIFICATE) ?? false;
  if (wantsCertificates && !given.some(({ listener }) => asksForCertificate(listener))) {
    errors.add('authentication is by client certificates, but no listener asks for one: write MqttTls.fromSecret(secret, { clientCertificate: MqttClientCertificate.REQUIRE }) '
      + 'for a listener with TLS');
  }
}

function checkMethods(errors: ArgumentErrors, at: string, listener: MqttListener, setUp: MqttAuthenticationMethod[] | undefined): void {
  if (!errors.filledArray(`${at} authentication`, listener.authentication, 'nobody could connect; leave it out for every way that the cluster has')) return;
  listener.authentication!.forEach((method, index) => {
    const name = `${at} authentication[${index}]`;
    errors.member(name, method ?? null, MqttAuthenticationMethod);
    // Without a word about it, the profile decides: anonymous or by password.
    if (!Object.hasOwn(SET_UP, method) || setUp === undefined || setUp.includes(method)) return;
    errors.add(`${name} is '${method}', which the cluster does not have: add ${SET_UP[method]} to its authentication (MqttAuthentication.anyOf), or leave it out here`);
  });
  if (listener.authentication!.includes(MqttAuthenticationMethod.CERTIFICATE) && !asksForCertificate(listener)) {
    errors.add(`${at} authentication has certificate, but clients are not asked for one: set clientCertificate of its MqttTls to REQUEST or REQUIRE`);
  }
}

function asksForCertificate({ certificate }: MqttListener): boolean {
  return certificate !== undefined && certificate.clientCertificate !== MqttClientCertificate.NONE;
}

/** Browsers send an origin as scheme, host and port, and nothing else (RFC 6454 §7). An empty list is meant. */
export function checkOrigins(errors: ArgumentErrors, at: string, origins: string[] | undefined): void {
  if (origins === undefined || origins?.length === 0 && Array.isArray(origins) || !errors.filledArray(at, origins, '')) return;
  origins.forEach((origin, index) => {
    const isOrigin = typeof origin === 'string' && URL.canParse(origin) && new URL(origin).origin === origin;
    if (!isOrigin) errors.add(`${at}[${index}] is ${show(origin)}, but must be an origin as browsers send it: scheme, host and a port that is not the scheme's own, for example 'https://app.example.com'`);
  });
}
