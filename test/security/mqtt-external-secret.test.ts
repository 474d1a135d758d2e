import { App, Duration, Testing, Yaml } from 'cdk8s';
import { MqttAuthentication, MqttCluster, MqttExternalSecret, MqttExternalSecretEntry, MqttExternalSecretProps, MqttSecretStoreReference } from '../../lib';
import { describeWithDefinitions, problemsOf } from '../monitoring/custom-resources';
import { findObject, messageOf, newChart } from '../support/synth';

const ENTRY: MqttExternalSecretEntry = { secretKey: 'passwords', remoteKey: 'mqtt/plant' };
const HASH = 'alice:$scrypt$ln=14,r=8,p=5$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaGhhc2g';

const STORE: Required<MqttSecretStoreReference> = { name: 'vault', clusterWide: true };
const EVERY_ENTRY: Required<MqttExternalSecretEntry> = { secretKey: 'tls.crt', remoteKey: 'mqtt/plant', property: 'certificate', version: '3' };
const EVERYTHING: Required<MqttExternalSecretProps> = { store: STORE, entries: [ENTRY, EVERY_ENTRY], name: 'plant-secrets', refreshInterval: Duration.minutes(90) };

function externalSecret(props: Partial<MqttExternalSecretProps> = {}) {
  const chart = newChart();
  const construct = new MqttExternalSecret(chart, 'Passwords', { store: { name: 'vault' }, entries: [ENTRY], ...props });
  return { chart, construct };
}

test('by default', () => {
  expect(findObject(externalSecret().chart, 'ExternalSecret')).toEqual({
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name: 'test-passwords', namespace: 'mqtt', labels: { 'app.kubernetes.io/managed-by': 'cdk8s-mqtt', 'app.kubernetes.io/part-of': 'mqtt' } },
    spec: {
      secretStoreRef: { name: 'vault', kind: 'SecretStore' },
      refreshInterval: '1h0m0s',
      target: { name: 'test-passwords' },
      data: [{ secretKey: 'passwords', remoteRef: { key: 'mqtt/plant' } }],
    },
  });
});

test('with everything set', () => {
  expect(findObject(externalSecret(EVERYTHING).chart, 'ExternalSecret')).toMatchObject({
    metadata: { name: 'plant-secrets' },
    spec: {
      secretStoreRef: { name: 'vault', kind: 'ClusterSecretStore' },
      refreshInterval: '1h30m0s',
      target: { name: 'plant-secrets' },
      data: [{ secretKey: 'passwords' }, { secretKey: 'tls.crt', remoteRef: { key: 'mqtt/plant', property: 'certificate', version: '3' } }],
    },
  });
});

test('the Secret that it makes is what the cluster refers to', () => {
  const { chart, construct } = externalSecret();
  new MqttCluster(chart, 'Broker', { authentication: MqttAuthentication.passwordFile(construct.secret) });
  expect(findObject(chart, 'StatefulSet').spec.template.spec.volumes).toContainEqual({ name: 'passwords', secret: { secretName: 'test-passwords', defaultMode: 0o440 } });
  expect(Yaml.stringify(...Testing.synth(chart))).not.toMatch(/^kind: Secret$/m);
});

describeWithDefinitions('External Secrets accepts', () => {
  test.each([['the defaults', {}], ['everything', EVERYTHING]])('%s', (_, props) => {
    expect(problemsOf('external-secrets.io_externalsecrets', findObject(externalSecret(props).chart, 'ExternalSecret'))).toEqual([]);
  });
});

describe('errors', () => {
  const KEY_RULE = "but must be a key: letters, digits, '-', '_' and '.', at most 253";
  test.each<[string, Record<string, unknown>, string[]]>([
    ['no store', { store: undefined }, ["store is null, but must be made like this: { name: 'vault' }"]],
    ['a store as text', { store: 'vault' }, ["store is 'vault', but must be made like this: { name: 'vault' }"]],
    ['a store name that is none', { store: { name: 'My Vault', clusterWide: 'yes' } }, [
      expect.stringContaining("store name is 'My Vault', but must be lower-case"), "store clusterWide is 'yes', but must be true or false",
    ]],
    ['no entries', { entries: [] }, ["entries is empty: a Secret without keys is of no use; write for example { secretKey: 'passwords', remoteKey: 'mqtt/plant' }"]],
    ['no entries at all', { entries: undefined }, ['entries is null, but must be an array']],
    ['an entry as text', { entries: ['passwords'] }, ["entries[0] is 'passwords', but must be an entry: { secretKey: 'passwords', remoteKey: 'mqtt/plant' }"]],
    ['an entry without keys', { entries: [{}] }, [`entries[0] secretKey is null, ${KEY_RULE}`, 'entries[0] remoteKey is null, but must be text, as the store names it']],
    ['a key that is none', { entries: [{ ...ENTRY, secretKey: 'pass/words' }] }, [`entries[0] secretKey is 'pass/words', ${KEY_RULE}`]],
    ['a key twice', { entries: [ENTRY, ENTRY] }, ["entries[1] secretKey 'passwords' is taken already: each key of a Secret has one value"]],
    ['empty names', { entries: [{ ...ENTRY, property: '', version: 3 }] }, [
      "entries[0] property is '', but must be text, as the store names it", 'entries[0] version is 3, but must be text, as the store names it',
    ]],
    ['the secret in the place of its name', { entries: [{ secretKey: HASH, remoteKey: HASH }] }, [
      `entries[0] secretKey is a password hash (not shown here), ${KEY_RULE}`,
      'entries[0] remoteKey holds what looks like the secret itself (not shown here), but must be its name in the store',
    ]],
    ['a name that is none', { name: 'Secrets' }, [expect.stringContaining("name is 'Secrets', but must be lower-case")]],
    ['no time between two reads', { refreshInterval: Duration.seconds(0) }, ['refreshInterval is 0 s, but must be at least 1 s: the operator reads the store that often']],
  ])('%s', (_, props, expected) => {
    const [heading, ...lines] = messageOf(() => externalSecret(props)).split('\n');
    expect(heading).toMatch(/^\[test\/Passwords\] MqttExternalSecret: /);
    expect(lines.map((line) => line.replace('  - ', ''))).toEqual(expected);
  });

  test('no chart', () => {
    const create = () => new MqttExternalSecret(new App(), 'Passwords', { store: STORE, entries: [ENTRY] });
    expect(messageOf(create)).toContain('[Passwords] MqttExternalSecret: an argument cannot work:\n  - scope is an App, but must be a Chart');
  });

  test('no props', () => {
    expect(messageOf(() => new MqttExternalSecret(newChart(), 'Passwords', undefined as any))).toContain('2 arguments cannot work');
  });
});
