import fc from 'fast-check';
import { Message, type Operation } from '../../src/store/index.js';

const clientId = fc.constantFrom('a', 'b', 'constructor', '__proto__');
const broker = fc.constantFrom('', 'broker-0', 'broker-1');
const incarnation = fc.constantFrom(1, 2);
// Few enough that operations often come from the connection that counts, and often do not.
const connection = fc.record({ broker, incarnation, number: fc.constantFrom(1, 2) });
const topic = fc.constantFrom('x', 'x/y', 'x/z', '$SYS/x', 'constructor');
const filter = fc.constantFrom('x', 'x/+', '#', '+/y', '__proto__', 'x/#', '$share/g/x', '$share/g/#', '$share/h/#', '$share/__proto__/x/+');
const qos = fc.constantFrom(0, 1, 2) as fc.Arbitrary<0 | 1 | 2>;
const limits = fc.record({ expirySeconds: fc.constantFrom(0, 1), maxQueuedMessages: fc.constantFrom(2, 1000), maxQueuedBytes: fc.constantFrom(40, 100_000) });
export const message = fc
  .record({ topic, payload: fc.uint8Array({ maxLength: 20 }), qos, retain: fc.boolean() })
  .map((parts) => Message.create(parts.topic, Buffer.from(parts.payload), parts.qos, parts.retain));
const time = fc.integer({ min: 0, max: 5000 });
const sequence = fc.integer({ min: 0, max: 10 });
const packetId = fc.integer({ min: 1, max: 3 });

/** Any operation, over few enough clients, topics and connections that they often have to do with one another. */
export const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('open' as const), time, clientId, connection, clean: fc.boolean(), limits, will: message }, { requiredKeys: ['kind', 'time', 'clientId', 'connection', 'clean', 'limits'] }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('close' as const), time, clientId, connection, discardWill: fc.boolean(), sentUpTo: sequence }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('subscribe' as const), time, clientId, connection, subscriptions: fc.array(fc.record({ filter, qos, retainedLater: fc.constant(true as const) }, { requiredKeys: ['filter', 'qos'] }), { minLength: 1, maxLength: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('queue-retained' as const), time, clientId, connection, filter, topics: fc.array(topic, { maxLength: 3 }), last: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unsubscribe' as const), time, clientId, connection, filters: fc.array(filter, { minLength: 1, maxLength: 2 }) }) },
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('publish' as const), time, message, received: fc.record({ clientId, connection, packetId }) }, { requiredKeys: ['kind', 'time', 'message'] }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('acknowledge' as const), time, clientId, sequence, connection }, { requiredKeys: ['kind', 'time', 'clientId', 'sequence'] }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('receive' as const), time, clientId, connection, sequence }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('release' as const), time, clientId, connection, packetId }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('recover' as const), time, broker, incarnation }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expel' as const), time, broker, incarnation }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const), time }) },
);

