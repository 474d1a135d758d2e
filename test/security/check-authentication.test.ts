import { ConfigMap, Secret } from 'cdk8s-plus-27';
import { MqttAuthentication, MqttAuthorization, MqttCluster, MqttClusterProps } from '../../lib';
import { messageOf, newChart } from '../support/synth';

const complaints = (props: MqttClusterProps) => messageOf(() => new MqttCluster(newChart(), 'Broker', props)).split('\n').slice(1).map((line) => line.replace('  - ', ''));
const secret = (name: string) => Secret.fromSecretName(newChart(), 'Secret', name);
const HASH = 'alice:$2b$10$abcdefghijklmnopqrstuvwxyz';

test('a Secret with passwords that is none', () => {
  expect(complaints({ authentication: MqttAuthentication.passwordFile(undefined as any) })).toEqual([
    "authentication secret is undefined, but must name the Secret: write MqttAuthentication.passwordFile(Secret.fromSecretName(this, 'Passwords', 'broker-passwords'))",
  ]);
});

test('passwords in the place of the name of a Secret are refused, and not repeated', () => {
  const [message] = complaints({ authentication: MqttAuthentication.passwordFile(secret(HASH)) });
  expect(message).toMatch(/^authentication secret holds what looks like the content of a Secret \(not shown here\), but must be the name of one: write /);
  expect(message).not.toContain('abcdef');
});

test('a key with a slash', () => {
  expect(complaints({ authentication: MqttAuthentication.passwordFile(secret('users'), { key: '../x' }) })).toEqual([
    "authentication key is '../x', but must be a key: letters, digits, '-', '_' and '.', at most 253",
  ]);
});

test('access rules that are not referred to', () => {
  const expected = "authorization is undefined, but must name the Secret or ConfigMap: write MqttAuthorization.aclFromConfigMap(ConfigMap.fromConfigMapName(this, 'Rules', 'broker-rules'))";
  expect(complaints({ authorization: MqttAuthorization.aclFromConfigMap(undefined as any) })).toEqual([expected]);
  expect(complaints({ authorization: MqttAuthorization.aclFromSecret({} as any) })).toEqual([expected]);
});

test('access rules by a key that is none', () => {
  const rules = ConfigMap.fromConfigMapName(newChart(), 'Rules', 'rules');
  expect(complaints({ authorization: MqttAuthorization.aclFromConfigMap(rules, { key: '..' }) })).toEqual([
    "authorization key is '..', but must be a key: letters, digits, '-', '_' and '.', at most 253",
  ]);
});
