import { Duration, Size } from 'cdk8s';
import { MqttCapacity } from '../../../lib/scaling/mqtt-capacity';
import { messageOf } from '../../support/synth';

const plan = (options: any) => messageOf(() => MqttCapacity.plan({ clients: 1, publishesPerSecond: 1, ...options }));

test.each<[string, object, string]>([
  ['no clients', { clients: 0 }, 'clients is 0, but must be a whole number of at least 1: a cluster without clients needs no plan'],
  ['half a client', { clients: 1.5 }, 'clients is 1.5, but must be a whole number of at least 1: a cluster without clients needs no plan'],
  ['clients not said', { clients: undefined }, 'clients is undefined, but must be the number of clients that are connected at the same time'],
  ['no rate', { publishesPerSecond: undefined }, 'publishesPerSecond is undefined, but must be the number of messages that all clients send together in a second'],
  ['a negative rate', { publishesPerSecond: -1 }, 'publishesPerSecond is -1, but must be a number of at least 0'],
  ['an endless rate', { publishesPerSecond: Infinity }, 'publishesPerSecond is Infinity, but must be a number of at least 0'],
  ['NaN', { fanOut: NaN }, 'fanOut is NaN, but must be a number of at least 0'],
  ['text for a number', { fanOut: '3' }, "fanOut is '3', but must be a number of at least 0"],
  ['a number for a size', { messageSize: 1024 }, 'messageSize is 1024, but must be made like this: Size.kibibytes(0.25)'],
  ['an empty message', { messageSize: Size.kibibytes(0) }, 'messageSize is 0 bytes, but must be from 1 byte (a topic has one at least) to 256 MiB (MQTT 3.1.1 §2.2.3)'],
  ['a packet that MQTT has not', { messageSize: Size.mebibytes(257) }, 'messageSize is 269484032 bytes, but must be from 1 byte (a topic has one at least) to 256 MiB (MQTT 3.1.1 §2.2.3)'],
  ['a percentage', { tlsShare: 50 }, 'tlsShare is 50, but must be a number from 0 to 1: a tenth is 0.1, not 10'],
  ['a negative share', { qos1Share: -0.1 }, 'qos1Share is -0.1, but must be a number from 0 to 1: a tenth is 0.1, not 10'],
  ['a share that is none', { qos2Share: NaN }, 'qos2Share is NaN, but must be a number from 0 to 1: a tenth is 0.1, not 10'],
  ['text for a share', { persistentShare: 'all' }, "persistentShare is 'all', but must be a number from 0 to 1: a tenth is 0.1, not 10"],
  ['too much of a share', { absentShare: 1.1 }, 'absentShare is 1.1, but must be a number from 0 to 1: a tenth is 0.1, not 10'],
  ['more than all messages', { qos1Share: 0.7, qos2Share: 0.4 }, 'qos1Share and qos2Share are 0.7 and 0.4, together more than all messages: lower one of them'],
  ['half a second', { retention: Duration.millis(500) }, 'retention is 0.5 s, but can only be expressed in whole seconds: it is counted in whole seconds'],
  ['a number for a duration', { retention: 3600 }, 'retention is 3600, but must be a Duration, for example Duration.seconds(1)'],
  ['fewer than no retained messages', { retainedMessages: -1 }, 'retainedMessages is -1, but must be a whole number of at least 0: it is the number of topics with a retained message'],
  ['another policy', { trafficPolicy: 'Global' }, "trafficPolicy is 'Global', but must be one of LOCAL, CLUSTER"],
  ['no cores', { nodeCores: 0 }, 'nodeCores is 0, but must be a whole number of at least 1: it is the number of CPU cores of a node'],
  ['no replicas', { replicas: 0 }, 'replicas is 0, but must be a whole number of at least 1: clients need a broker'],
  ['text for a profile', { profile: 'production' }, "profile is 'production', but must be made like this: MqttProfile.production()"],
])('%s', (_, options, message) => {
  expect(plan(options)).toBe(`[MqttCapacity] plan: an argument cannot work:\n  - ${message}`);
});

test('no options at all', () => {
  expect(messageOf(() => MqttCapacity.plan(undefined as never)))
    .toBe('[MqttCapacity] plan: an argument cannot work:\n  - the options are undefined, but must be made like this: { clients: 10000, publishesPerSecond: 500 }');
});

test('everything at once', () => {
  expect(plan({ clients: 0, replicas: 0, fanOut: -1 }).split('\n')[0]).toBe('[MqttCapacity] plan: 3 arguments cannot work:');
});

test('shares that add up to all messages but for the last digit are all messages', () => {
  const shares = { qos1Share: 0.5 + Number.EPSILON, qos2Share: 0.5 };
  expect(shares.qos1Share + shares.qos2Share).toBeGreaterThan(1);
  expect(() => MqttCapacity.plan({ clients: 1, publishesPerSecond: 1, ...shares })).not.toThrow();
});
