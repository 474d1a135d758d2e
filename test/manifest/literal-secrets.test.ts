import { JsonPatch } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { ArgumentErrors, show } from '../../lib/manifest/arguments';
import { literalSecrets } from '../../lib/manifest/literal-secrets';
import { renderManifest } from '../../lib/manifest/render-manifest';
import { assignedCredentials, credentialForm } from '../../lib/manifest/secret-text';
import { messageOf, newChart } from '../support/synth';

const PRIVATE_KEY = '-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----';
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJkZXZpY2UifQ.c2lnbmF0dXJlc2ln';

test.each([
  [PRIVATE_KEY, 'a private key'],
  ['-----BEGIN PRIVATE KEY-----', 'a private key'],
  ['alice:$scrypt$ln=14,r=8,p=5$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNo', 'a password hash'],
  ['$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$RdescudvJCsgt3ub+b7dWRWJTmaaJObG', 'a password hash'],
  ['bob:$7$101$abcdefghijklmnop$qrstuvwxyz', 'a password hash'],
  ['$2b$12$abcdefghijklmnopqrstuv', 'a password hash'],
  [`Bearer ${JWT}`, 'a signed token (JWT)'],
])('%s is a credential', (text, form) => {
  expect(credentialForm(text)).toBe(form);
});

test.each(['-----BEGIN CERTIFICATE-----\nMIIB', 'broker-passwords', 'costs $5$ and more', 'eyJ', 'sha256:0123456789abcdef0123456789abcdef', '/etc/mqtt/passwords'])('%s is none', (text) => {
  expect(credentialForm(text)).toBeUndefined();
});

test.each([
  ['password: hunter2', ['password']],
  ['  bridge_password = "hunter2"', ['bridge_password']],
  ["- token: 'abc'", ['token']],
  ['{"host":"a","apiKey":"abc"}', ['apiKey']],
  ['<keystore-password>changeme</keystore-password>', ['keystore-password']],
  ['a: 1\npassphrase: one\npassword: two\npassword: three', ['passphrase', 'password']],
  ['password: |\n  hunter2', ['password']],
  ['password: "{hunter2}"', ['password']],
  ['connection bridge\nremote_username a\n  remote_password hunter2', ['remote_password']],
])('%s assigns one', (text, keys) => {
  expect(assignedCredentials(text)).toEqual(keys);
});

test.each([
  'passwordFile: /etc/mqtt/passwords', 'password: /run/secrets/password', 'password: ${PASSWORD}', 'password: $(PASSWORD)', 'password: $NATS_PASSWORD', 'password: ""', 'token: null', 'secret: {{ .secret }}',
  'anonymous: true', 'secretName: broker-tls', 'tokenUrl: https://example.com', '<password>${ENV:PASSWORD}</password>', 'the password is kept elsewhere',
  'password:\nusername: a', 'secret:\n  name: broker-tls', 'credentials:\n  - name: a', 'token: {file: /run/token}', 'credentials: [/run/a, /run/b]', 'remote_password\ncleansession true', 'remote_password /run/x', '# remote_password is made elsewhere',
])('%s assigns none', (text) => {
  expect(assignedCredentials(text)).toEqual([]);
});

test('where in a manifest they stand, without the credentials themselves', () => {
  const found = literalSecrets({
    kind: 'ConfigMap',
    data: { 'broker.yaml': 'listeners: []\npassword: hunter2', 'tls/key': PRIVATE_KEY, 'token': 'abc', 'one': 'password: hunter2', 'acl.yaml': 'rules: []' },
  });
  expect(found).toEqual([
    '/data/tls~1key holds a private key', "/data/broker.yaml gives 'password' a literal value", "/data/token gives 'token' a literal value", "/data/one gives 'password' a literal value",
  ]);
  expect(literalSecrets({ kind: 'StatefulSet', data: { token: 'abc' } })).toEqual([]);
});

test.each<[string, string, string[]]>([
  ['a.conf', 'password: ""', []],
  ['a.conf', 'password: $PASSWORD', []],
  ['a.conf', 'password: "${PASSWORD}"', []],
  ['a.conf', '{"password": ""}', []],
  ['a.conf', '{"password": "hunter2"}\n', ['password']],
  ['a.conf', 'password: "hunter2"', ['password']],
  ['password', '""', []],
  ['password', '$PASSWORD', []],
  ['password', '"${PASSWORD}"\n', []],
  ['password', '"hunter2"', ['password']],
  ['password', 'a "quoted" word', ['password']],
  ['token', 'token: abc', ['token']],
  ['credentials', '{"user": "a", "password": "hunter2"}', ['password']],
  ['credentials', '{"user": "a", "password": "${PASSWORD}"}', []],
])('the one line of %s that is %s', (key, line, names) => {
  expect(literalSecrets({ kind: 'ConfigMap', data: { [key]: line } })).toEqual(names.map((name) => `/data/${key} gives '${name}' a literal value`));
});

test('an argument that is a credential is not repeated in a message', () => {
  expect(show(PRIVATE_KEY)).toBe('a private key (not shown here)');
  const errors = new ArgumentErrors(newChart(), 'Test');
  errors.labels('labels', { token: JWT });
  errors.dnsLabel('name', PRIVATE_KEY);
  const message = messageOf(() => errors.throwIfAny());
  expect(message).toContain("labels['token'] is a signed token (JWT) (not shown here), which everybody who reads the manifest would know: put it into a Secret");
  expect(message).toContain('name is a private key (not shown here), but must be');
  expect(message).not.toMatch(/MIIE|eyJ/);
});

describe('an override', () => {
  const configMap = () => renderManifest(newChart(), 'Configuration', { gvk: k8s.KubeConfigMap.GVK, fields: { data: () => ({ 'broker.yaml': 'a: 1' }) } });

  test('that writes a credential is an error', () => {
    const object = configMap();
    object.addJsonPatch(JsonPatch.replace('/data/broker.yaml', 'a: 1\npassword: hunter2'));
    const message = messageOf(() => object.toJson());
    expect(message).toBe(
      "[test/Configuration] the override of ConfigMap 'test-configuration' writes a credential into the manifest: /data/broker.yaml gives 'password' a literal value. "
      + 'Manifests are committed, reviewed and copied: everybody who can read them would know it. Put it into a Secret that is made in the cluster, '
      + 'mount that, and write the path of the file instead',
    );
  });

  test('that writes a path passes', () => {
    const object = configMap();
    object.addJsonPatch(JsonPatch.replace('/data/broker.yaml', 'passwordFile: /etc/mqtt/passwords'));
    expect(object.toJson().data).toEqual({ 'broker.yaml': 'passwordFile: /etc/mqtt/passwords' });
  });

  test('that writes a key into an annotation is an error, whatever the object is', () => {
    const object = renderManifest(newChart(), 'Service', { gvk: k8s.KubeService.GVK, fields: { spec: () => ({}) } });
    object.addJsonPatch(JsonPatch.add('/metadata/annotations', { key: PRIVATE_KEY }));
    expect(messageOf(() => object.toJson())).toContain("Service 'test-service' writes a credential into the manifest: /metadata/annotations/key holds a private key.");
  });
});
