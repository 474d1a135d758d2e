import { Duration, Size, Testing } from 'cdk8s';
import { ConfigMap, Secret } from 'cdk8s-plus-27';
import { type MqttCompanionOptions, MqttBroker, MqttCluster, MqttListener } from '../../../lib';
import { MqttFile } from '../../../lib/security/mqtt-file';
import { complaints } from '../../support/complaints';
import { findObject, newChart } from '../../support/synth';

const token = MqttFile.fromSecret(Secret.fromSecretName(newChart(), 'Admin', 'admin'), 'token');
const publicToken = MqttFile.fromConfigMap(ConfigMap.fromConfigMapName(newChart(), 'Admin', 'admin'), 'token');
const BEHIND = 'with less than twice maxPacketSize, a large message would disconnect a client that is a little behind';

test.each<[string, MqttCompanionOptions | Record<string, unknown>, unknown[]]>([
  ['limits that let nobody in', { maxConnections: 0, maxConnectionsPerAddress: 0, maxConnectionsPerUser: 0.5 }, [
    'broker maxConnections is 0, but must be a whole number of at least 1: a broker that accepts nobody is none',
    'broker maxConnectionsPerAddress is 0, but must be a whole number of at least 1: nobody could connect',
    'broker maxConnectionsPerUser is 0.5, but must be a whole number of at least 1: nobody could connect',
  ]],
  ['limits that let nobody publish', { messagesPerSecond: 0, sizePerSecond: Size.kibibytes(0.5) }, [
    'broker messagesPerSecond is 0, but must be a whole number of at least 1: nobody could publish',
    'broker sizePerSecond is 0.5 KiB, but can only be expressed in whole KiB',
  ]],
  ['more in flight than packets can be told apart', { maxInFlight: 65_536 }, [
    'broker maxInFlight is 65536, but must be a whole number from 1 to 65535: packets are told apart by two bytes (MQTT 3.1.1 §2.3.1)',
  ]],
  ['a slow client for ever', { slowConsumerTimeout: Duration.days(2) }, ['broker slowConsumerTimeout is 172800 s, but must be from 1 s to 86400 s: the broker takes no other time']],
  ['less than twice the largest packet by default', { maxOutboundSize: Size.mebibytes(1) }, [`broker maxOutboundSize is 1Mi, but must be at least 2Mi: ${BEHIND}`]],
  ['less than twice the largest packet', { maxPacketSize: Size.mebibytes(4), maxOutboundSize: Size.mebibytes(7) }, [`broker maxOutboundSize is 7Mi, but must be at least 8Mi: ${BEHIND}`]],
  ['memory for hardly a message', { maxBufferedSize: Size.kibibytes(0.5), maxRetainedSize: Size.kibibytes(63) }, [
    'broker maxBufferedSize is 0.5 KiB, but can only be expressed in whole KiB', 'broker maxRetainedSize is 63Ki, but must be at least 64Ki: hardly a message would be retained',
  ]],
  ['sizes as numbers', { maxOutboundSize: 5, maxPacketSize: 5 }, [
    'broker maxPacketSize is 5, but must be a Size, for example Size.mebibytes(64)', 'broker maxOutboundSize is 5, but must be a Size, for example Size.mebibytes(64)',
  ]],
  ['topics and subscriptions that are none', { maxTopicLevels: 101, maxSubscriptionsPerClient: 0, connectTimeout: Duration.minutes(6) }, [
    'broker maxTopicLevels is 101, but must be a whole number from 1 to 100: the broker takes no other number',
    'broker maxSubscriptionsPerClient is 0, but must be a whole number of at least 1: nobody could subscribe',
    'broker connectTimeout is 360 s, but must be from 1 s to 300 s: the broker counts it in seconds',
  ]],
  ['an administration server without a token', { admin: { port: 0 } }, [
    "broker admin is an object, but must be made like this: { token: MqttFile.fromSecret(Secret.fromSecretName(this, 'Admin', 'broker-admin'), 'token') }",
  ]],
  ['a port that is none', { admin: { token, port: 70_000 } }, ['broker admin port is 70000, but must be a whole number from 1 to 65535: there are no other TCP ports']],
  ['a token that everybody can read', { admin: { token: publicToken } }, [
    "broker admin token is in the ConfigMap 'admin', which many can read who may not disconnect clients: write MqttFile.fromSecret(secret, 'token')",
  ]],
  ['a token as text', { admin: { token: 'abc' } }, [expect.stringContaining("broker admin token is 'abc', but must be made like this: MqttFile.fromConfigMap(")]],
])('%s', (_, options, expected) => {
  expect([...complaints({ broker: MqttBroker.companion(options as MqttCompanionOptions) })].sort()).toEqual([...expected].sort());
});

test('the port of the administration server is taken, but no Service leads there', () => {
  const broker = MqttBroker.companion({ admin: { token } });
  const chart = newChart();
  new MqttCluster(chart, 'Broker', { broker, networkPolicy: true });
  expect(JSON.stringify(Testing.synth(chart).filter(({ kind }) => kind === 'Service' || kind === 'NetworkPolicy'))).not.toContain('8081');
  expect(findObject(chart, 'ConfigMap').data['broker.yaml']).toContain('port: 8081');
  expect(complaints({ broker, listeners: [MqttListener.tcp({ port: 8081 })] })).toEqual(['listeners[0] port 8081 is taken already, by administration: choose another']);
});
