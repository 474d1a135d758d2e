import { Duration, Testing } from 'cdk8s';
import { ConfigMap, Secret } from 'cdk8s-plus-27';
import { parse } from 'yaml';
import { MqttAuthentication, MqttClientCertificate, MqttCluster, type MqttClusterProps, MqttListener, MqttNetworkPeer, MqttProfile, MqttTls } from '../../lib';
import { MqttAuthenticationMethod, type MqttBackoffOptions, MqttCertificateUser } from '../../lib/security/mqtt-authentication';
import { MqttFile } from '../../lib/security/mqtt-file';
import { MqttJwtAlgorithm, MqttJwtKeys, type MqttJwtOptions, type MqttJwtUrlOptions } from '../../lib/security/mqtt-jwt';
import { complaints } from '../support/complaints';
import { newChart } from '../support/synth';

const JWKS = 'https://login.example.com/.well-known/jwks.json';
const secret = (name: string) => Secret.fromSecretName(newChart(), 'Secret', name);
const configMap = (name: string) => ConfigMap.fromConfigMapName(newChart(), 'ConfigMap', name);
const passwords = MqttAuthentication.passwordFile(secret('users'));
const mutualTls = (options = {}) => MqttListener.tls(MqttTls.fromSecret(secret('tls'), { clientCertificate: MqttClientCertificate.REQUIRE, ...options }));

function synth(props: MqttClusterProps) {
  const chart = newChart();
  new MqttCluster(chart, 'Broker', { networkPolicy: true, ...props });
  const objects = Testing.synth(chart);
  const find = (kind: string) => objects.find((object) => object.kind === kind);
  const { spec, metadata } = find('StatefulSet');
  return {
    file: parse(find('ConfigMap').data['broker.yaml']),
    volumes: spec.template.spec.volumes as any[],
    mounts: spec.template.spec.containers[0].volumeMounts as any[],
    annotations: metadata.annotations,
    egress: find('NetworkPolicy').spec.egress,
  };
}

describe('tokens', () => {
  test('with keys that are published', () => {
    const { file, volumes, egress } = synth({ authentication: MqttAuthentication.jwt(MqttJwtKeys.fromUrl(JWKS)) });
    expect(file.authentication).toEqual({ anonymous: false, jwt: { jwksUrl: JWKS } });
    expect(volumes.map(({ name }) => name)).toEqual(['configuration']);
    // A policy cannot name hosts.
    expect(egress[0]).toEqual({ ports: [{ port: 443, protocol: 'TCP' }] });
    // The host is a name.
    expect(egress[1]).toEqual({ ports: [{ port: 53, protocol: 'UDP' }, { port: 53, protocol: 'TCP' }] });
  });

  test('with everything set', () => {
    const urlOptions: Required<MqttJwtUrlOptions> = {
      certificateAuthority: MqttFile.fromConfigMap(configMap('private-ca'), 'ca.pem'),
      refreshInterval: Duration.minutes(1),
      peers: [MqttNetworkPeer.cidr('203.0.113.7/32')],
    };
    const options: Required<MqttJwtOptions> = {
      issuer: 'https://login.example.com',
      audience: 'mqtt',
      algorithms: [MqttJwtAlgorithm.ES256, MqttJwtAlgorithm.RS256],
      usernameClaim: 'email',
      aclClaim: 'mqtt_acl',
      disconnectOnExpiry: false,
      clockTolerance: Duration.seconds(5),
    };
    const keys = MqttJwtKeys.fromUrl('https://login.example.com:8443/keys', urlOptions);
    const { file, volumes, mounts, egress } = synth({ authentication: MqttAuthentication.jwt(keys, options) });
    expect(file.authentication.jwt).toEqual({
      jwksUrl: 'https://login.example.com:8443/keys',
      caFile: '/etc/mqtt-broker/jwt/authority/ca.pem',
      issuer: 'https://login.example.com',
      audience: 'mqtt',
      algorithms: ['ES256', 'RS256'],
      usernameClaim: 'email',
      aclClaim: 'mqtt_acl',
      disconnectOnExpiry: false,
      refreshSeconds: 60,
      clockToleranceSeconds: 5,
    });
    expect(volumes).toContainEqual({ name: 'jwt-authority', configMap: { name: 'private-ca', items: [{ key: 'ca.pem', path: 'ca.pem' }] } });
    expect(mounts).toContainEqual({ name: 'jwt-authority', mountPath: '/etc/mqtt-broker/jwt/authority', readOnly: true });
    expect(egress[0]).toEqual({ to: [{ ipBlock: { cidr: '203.0.113.7/32' } }], ports: [{ port: 8443, protocol: 'TCP' }] });
  });

  test('with keys in a Secret, of which no other key reaches the pods', () => {
    const { file, volumes, egress } = synth({ authentication: MqttAuthentication.jwt(MqttJwtKeys.fromFile(MqttFile.fromSecret(secret('token-keys'), 'jwks.json'))) });
    expect(file.authentication.jwt).toEqual({ keyFile: '/etc/mqtt-broker/jwt/keys/jwks.json' });
    expect(volumes).toContainEqual({ name: 'jwt-keys', secret: { secretName: 'token-keys', defaultMode: 0o440, items: [{ key: 'jwks.json', path: 'jwks.json' }] } });
    expect(egress).toBeUndefined();
  });

  test('of a sidecar need no opening', () => {
    expect(synth({ authentication: MqttAuthentication.jwt(MqttJwtKeys.fromUrl('http://127.0.0.1:9000/keys')) }).egress).toBeUndefined();
  });
});

test('certificates that name users, with a list of those that are revoked', () => {
  const revocationList = MqttFile.fromConfigMap(configMap('revoked'), 'crl.pem');
  const { file, volumes } = synth({ authentication: MqttAuthentication.clientCertificate(MqttCertificateUser.URI), listeners: [mutualTls({ revocationList })] });
  expect(file.authentication).toEqual({ anonymous: false, clientCertificate: { username: 'uri' } });
  expect(file.listeners[0].tls).toMatchObject({ clientCertificate: 'require', crlFile: '/etc/mqtt-broker/revocation-list/mqtts/crl.pem' });
  expect(volumes).toContainEqual({ name: 'revocation-list-mqtts', configMap: { name: 'revoked', items: [{ key: 'crl.pem', path: 'crl.pem' }] } });
});

test('a certificate names its user by the common name unless something else is said', () => {
  expect(synth({ authentication: MqttAuthentication.clientCertificate(), listeners: [mutualTls()] }).file.authentication.clientCertificate).toEqual({ username: 'commonName' });
});

test('the back-off', () => {
  const backoff: Required<MqttBackoffOptions> = { failures: 5, window: Duration.minutes(2), firstRefusal: Duration.seconds(10), longestRefusal: Duration.hours(1) };
  expect(synth({ authentication: MqttAuthentication.passwordFile(secret('users'), { backoff }) }).file.authentication.backoff)
    .toEqual({ failures: 5, windowSeconds: 120, seconds: 10, maxSeconds: 3600 });
});

describe('several ways beside each other', () => {
  const ways = MqttAuthentication.anyOf([passwords, MqttAuthentication.jwt(MqttJwtKeys.fromUrl(JWKS)), MqttAuthentication.clientCertificate(), MqttAuthentication.anonymous()]);

  test('each listener takes all, or those that it is limited to', () => {
    const { file, annotations } = synth({
      authentication: ways,
      listeners: [mutualTls(), MqttListener.websocket({ authentication: [MqttAuthenticationMethod.JWT], allowedOrigins: [] })],
    });
    expect(file.authentication).toEqual({
      anonymous: true, passwordFile: '/etc/mqtt-broker/passwords/passwords', jwt: { jwksUrl: JWKS }, clientCertificate: { username: 'commonName' },
    });
    expect(file.listeners.map(({ authentication, allowedOrigins }: any) => ({ authentication, allowedOrigins })))
      .toEqual([{ authentication: undefined, allowedOrigins: undefined }, { authentication: ['jwt'], allowedOrigins: [] }]);
    expect(annotations['cdk8s-mqtt/anonymous-clients']).toBe('allowed');
  });

  test('anonymous clients that no listener takes are refused', () => {
    const listeners = [MqttListener.websocket({ authentication: [MqttAuthenticationMethod.JWT] }), mutualTls()];
    const limited = [listeners[0], MqttListener.tcp({ authentication: [MqttAuthenticationMethod.PASSWORD] })];
    expect(synth({ authentication: ways, listeners }).annotations['cdk8s-mqtt/anonymous-clients']).toBe('allowed');
    const authentication = MqttAuthentication.anyOf([passwords, MqttAuthentication.anonymous(), MqttAuthentication.jwt(MqttJwtKeys.fromUrl(JWKS))]);
    expect(synth({ authentication, listeners: limited }).annotations['cdk8s-mqtt/anonymous-clients']).toBe('refused');
  });

  test('say what they are', () => {
    expect(ways.methods).toEqual(['anonymous', 'password', 'jwt', 'certificate']);
    expect(MqttAuthentication.anyOf([ways]).methods).toEqual(ways.methods);
  });
});

const anyKeys = MqttJwtKeys.fromUrl(JWKS);
const jwt = (options: object) => ({ authentication: MqttAuthentication.jwt(anyKeys, options as MqttJwtOptions) });
const published = (url: any, options?: any) => ({ authentication: MqttAuthentication.jwt(MqttJwtKeys.fromUrl(url, options)) });

test.each<[string, object, string[]]>([
  ['no ways', { authentication: MqttAuthentication.anyOf([]) }, ['authentication anyOf is an empty list: nobody could connect']],
  ['a way that is none', { authentication: MqttAuthentication.anyOf(['jwt' as any]) }, ['authentication anyOf has an entry that is no MqttAuthentication']],
  ['ways that are no list', { authentication: MqttAuthentication.anyOf(passwords as any) }, ['authentication anyOf is an empty list: nobody could connect']],
  ['two password files', { authentication: MqttAuthentication.anyOf([passwords, MqttAuthentication.passwordFile(secret('others'))]) }, [
    'authentication anyOf has 2 password files: the broker takes one',
  ]],
  ['keys as text', { authentication: MqttAuthentication.jwt(JWKS as any) }, [
    "authentication jwt keys is 'https://login.example.com/.well-known/jwks.json', but must be made like this: MqttJwtKeys.fromUrl('https://login.example.com/.well-known/jwks.json')",
  ]],
  ['keys from nowhere', published(undefined), [
    "authentication jwt keys file is null, but must be made like this: MqttFile.fromConfigMap(ConfigMap.fromConfigMapName(this, 'File', 'the-config-map'), 'jwks.json')",
  ]],
  ['an address that is no URL', published('login.example.com'), ["authentication jwt keys url is 'login.example.com', but must be an https URL, for example 'https://login.example.com/.well-known/jwks.json'"]],
  ['keys over plain http', published('http://login.example.com/keys'), [
    "authentication jwt keys url is 'http://login.example.com/keys', but must be an https URL, for example 'https://login.example.com/.well-known/jwks.json'"
    + ': whoever changes the keys on the way could make tokens; plain http is for a loopback address alone',
  ]],
  ['a URL with a password', published('https://me:hidden@login.example.com/keys'), [
    'authentication jwt keys url is a URL with credentials (not shown here), which everybody who reads the manifest would know: keys are public, publish them without',
  ]],
  ['keys that are fetched all the time', published(JWKS, { refreshInterval: Duration.seconds(1) }), [
    'authentication jwt keys refreshInterval is 1 s, but must be from 10 s to 86400 s: the broker counts it in seconds',
  ]],
  ['no peers', published(JWKS, { peers: [] }), ['authentication jwt keys peers is empty: everybody would be let in; leave it out if that is meant']],
  ['claims that are none', jwt({ issuer: '', audience: 5, usernameClaim: ' ', aclClaim: [] }), [
    "authentication jwt issuer is '', but must be text that is not empty",
    'authentication jwt audience is 5, but must be text that is not empty',
    "authentication jwt usernameClaim is ' ', but must be text that is not empty",
    'authentication jwt aclClaim is an array, but must be text that is not empty',
  ]],
  ['no algorithms', jwt({ algorithms: [] }), ['authentication jwt algorithms is empty: no token would be accepted; leave it out to accept all but the HS ones']],
  ['an algorithm that is none', jwt({ algorithms: ['none'] }), [expect.stringMatching(/^authentication jwt algorithms\[0\] is 'none', but must be one of RS256, /)]],
  ['a shared key that is published', jwt({ algorithms: [MqttJwtAlgorithm.HS256] }), [
    'authentication jwt algorithms has HS256, whose key is shared with the issuer and cannot be published: '
    + "write MqttJwtKeys.fromFile(MqttFile.fromSecret(secret, 'jwks.json')), or leave them out",
  ]],
  ['clocks that differ by an hour', jwt({ clockTolerance: Duration.hours(1), disconnectOnExpiry: 'no' }), [
    "authentication jwt disconnectOnExpiry is 'no', but must be true or false",
    'authentication jwt clockTolerance is 3600 s, but must be from 0 s to 600 s: the broker counts it in seconds',
  ]],
  ['options as text', jwt('audience' as any), ["authentication jwt is 'audience', but must be made like this: { audience: 'mqtt' }"]],
  ['a back-off out of range', { authentication: MqttAuthentication.passwordFile(secret('users'), { backoff: { failures: -1, window: Duration.days(2), firstRefusal: Duration.hours(1) } }) }, [
    'authentication backoff failures is -1, but must be a whole number from 0 to 1000000: 0 turns the back-off off',
    'authentication backoff window is 172800 s, but must be from 1 s to 86400 s: the broker counts it in seconds',
    'authentication backoff firstRefusal is 3600 s, above longestRefusal, which is 600 s unless it is set',
  ]],
  ['certificates that no listener asks for', { authentication: MqttAuthentication.clientCertificate(), listeners: [MqttListener.tcp()] }, [
    'authentication is by client certificates, but no listener asks for one: write MqttTls.fromSecret(secret, { clientCertificate: MqttClientCertificate.REQUIRE }) for a listener with TLS',
  ]],
  ['a part of a certificate that is none', { authentication: MqttAuthentication.clientCertificate('serial' as any), listeners: [mutualTls()] }, [
    "authentication clientCertificate is 'serial', but must be one of COMMON_NAME, DNS, EMAIL, URI",
  ]],
  ['a listener that nobody could use', { listeners: [MqttListener.tcp({ authentication: [] })] }, ['listeners[0] authentication is empty: nobody could connect; leave it out for every way that the cluster has']],
  ['a listener with a way that is none', { listeners: [MqttListener.tcp({ authentication: ['kerberos' as any] })] }, [
    "listeners[0] authentication[0] is 'kerberos', but must be one of ANONYMOUS, PASSWORD, JWT, CERTIFICATE",
  ]],
  ['a listener with a way that the cluster does not have', { authentication: passwords, listeners: [MqttListener.tcp({ authentication: [MqttAuthenticationMethod.JWT] })] }, [
    "listeners[0] authentication[0] is 'jwt', which the cluster does not have: add MqttAuthentication.jwt(keys) to its authentication (MqttAuthentication.anyOf), or leave it out here",
  ]],
  ['a listener by certificates that asks for none', {
    authentication: MqttAuthentication.anyOf([passwords, MqttAuthentication.clientCertificate()]),
    listeners: [mutualTls(), MqttListener.tcp({ authentication: [MqttAuthenticationMethod.CERTIFICATE] })],
  }, ['listeners[1] authentication has certificate, but clients are not asked for one: set clientCertificate of its MqttTls to REQUEST or REQUIRE']],
  ['origins that browsers do not send', { listeners: [MqttListener.websocket({ allowedOrigins: ['app.example.com', 'https://app.example.com/', 'https://app.example.com:443', '*'] })] }, [
    ...["[0] is 'app.example.com'", "[1] is 'https://app.example.com/'", "[2] is 'https://app.example.com:443'", "[3] is '*'"].map((found) => (
      `listeners[0] allowedOrigins${found}, but must be an origin as browsers send it: scheme, host and a port that is not the scheme's own, for example 'https://app.example.com'`
    )),
  ]],
  ['origins as text', { listeners: [MqttListener.websocket({ allowedOrigins: 'https://app.example.com' as any })] }, ["listeners[0] allowedOrigins is 'https://app.example.com', but must be an array"]],
  ['a list of revoked certificates that nobody shows', {
    listeners: [MqttListener.tls(MqttTls.fromSecret(secret('tls'), { revocationList: MqttFile.fromConfigMap(configMap('revoked'), 'crl.pem') }))],
  }, ['listeners[0] certificate revocationList is given, but clients are not asked for a certificate: set clientCertificate to MqttClientCertificate.REQUIRE, or leave revocationList out']],
  ['a list of revoked certificates from nowhere', { listeners: [mutualTls({ revocationList: MqttFile.fromSecret(undefined as any, 'a b') })] }, [
    "listeners[0] certificate revocationList is undefined, but must name the Secret or ConfigMap: write MqttFile.fromConfigMap(ConfigMap.fromConfigMapName(this, 'File', 'the-config-map'), 'crl.pem')",
    "listeners[0] certificate revocationList key is 'a b', but must be a key: letters, digits, '-', '_' and '.', at most 253",
  ]],
  ['a rate at which nobody connects', { listeners: [MqttListener.tcp({ connectionsPerSecond: 0 })] }, [
    'listeners[0] connectionsPerSecond is 0, but must be a whole number of at least 1: a listener that accepts nobody is none',
  ]],
])('%s', (_, props, expected) => {
  expect(complaints({ profile: MqttProfile.development(), ...props })).toEqual(expected);
});
