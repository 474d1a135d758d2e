import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generate } from 'mqtt-packet';
import { messages, openAccess, publishPacket, TestBroker, type RawClient } from './harness.js';

async function connected(broker: TestBroker, clientId = 'x', options: Record<string, unknown> = {}): Promise<RawClient> {
  const client = await broker.raw();
  client.connect(clientId, options);
  assert.equal((await client.next())?.cmd, 'connack');
  return client;
}

test('bytes that are no MQTT close the connection before anything else', async (t) => {
  const broker = await TestBroker.start(t);
  const cases: Array<[string, Buffer]> = [
    ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['zeros', Buffer.alloc(64)],
    ['a PUBLISH first', generate(publishPacket('x', 'y'))],
    ['a PINGREQ first', Buffer.from('c000', 'hex')],
    ['a length of five bytes', Buffer.from('10ffffffffff01', 'hex')],
    ['a CONNECT larger than any can be', Buffer.from('10ffffff7f', 'hex')],
    ['a CONNECT with another protocol name', Buffer.from('100c00044d5154580402003c0000', 'hex')],
    ['a CONNECT that is too short', Buffer.from('1004000400', 'hex').subarray(0, 5).fill(0, 2)],
    ['a CONNECT with its reserved flag', Buffer.from('100d00044d5154540403003c000161', 'hex')],
    ['a CONNECT with a will at QoS 3', Buffer.from('101300044d515454041e003c0001610001770000', 'hex').subarray(0, 21)],
    ['a CONNECT with a wildcard in its will topic', generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId: 'w', keepalive: 0, will: { topic: 'a/#', payload: Buffer.from('x'), qos: 0, retain: false } })],
  ];
  for (const [name, bytes] of cases) {
    const client = await broker.raw();
    client.write(bytes);
    client.socket.end();
    await client.end();
    assert.equal(Buffer.concat(client.bytes).length, 0, `${name} is not answered`);
  }
  assert.deepEqual(new Set(broker.observer.events.map(([name, reason]) => `${name} ${reason}`)), new Set(['refused malformed']));
  assert.equal(broker.observer.events.length, cases.length);
});

test('a connection that ends without a byte is a health check: nothing is reported', async (t) => {
  const broker = await TestBroker.start(t);
  const client = await broker.raw();
  client.socket.end();
  await client.end();
  assert.deepEqual(broker.observer.events, []);
});

test('packets that break the protocol close the connection', async (t) => {
  const broker = await TestBroker.start(t, { limits: { maxPacketBytes: 2000, maxSubscriptionsPerClient: 100, maxTopicLevels: 3 } });
  const connect = generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId: 'x', keepalive: 0 });
  const publish = (topic: Buffer, more = Buffer.of(), first = 0x30) => Buffer.concat([Buffer.of(first, 2 + topic.length + more.length, 0, topic.length), topic, more]);
  const subscribe = (filter: string, qos = 0) => Buffer.concat([Buffer.of(0x82, 5 + Buffer.byteLength(filter), 0, 1, 0, Buffer.byteLength(filter)), Buffer.from(filter), Buffer.of(qos)]);
  const cases: Array<[string, Buffer, RegExp]> = [
    ['a second CONNECT', connect, /^a second CONNECT$/],
    ['a packet that only brokers send', Buffer.from('20020000', 'hex'), /^a packet of type 2, which clients do not send$/],
    ['a packet type that does not exist', Buffer.from('f000', 'hex'), /^a packet of type 15, which/],
    ['PUBLISH with a wildcard', publish(Buffer.from('a/+')), /the topic of a PUBLISH cannot be: it holds a wildcard/],
    ['PUBLISH without a topic', publish(Buffer.of()), /it is empty/],
    ['PUBLISH with too many levels', publish(Buffer.from('a/b/c/d')), /it has 4 levels, at most 3 are allowed/],
    ['PUBLISH with a topic that is no UTF-8', publish(Buffer.from('61ff', 'hex')), /it is not valid UTF-8/],
    ['PUBLISH with a surrogate', publish(Buffer.from('eda080', 'hex')), /it is not valid UTF-8/],
    ['PUBLISH with U+0000', publish(Buffer.from('a\0b')), /it is not valid UTF-8/],
    ['PUBLISH at QoS 3', publish(Buffer.from('a'), Buffer.of(0, 1), 0x36), /a PUBLISH is malformed/],
    ['PUBLISH at QoS 1 with packet id 0', publish(Buffer.from('a'), Buffer.of(0, 0), 0x32), /a packet id is 0/],
    ['PUBLISH at QoS 1 without packet id', publish(Buffer.from('a'), Buffer.of(), 0x32), /a PUBLISH is malformed/],
    ['PUBLISH whose topic is longer than it', Buffer.from('3003000961', 'hex'), /a PUBLISH is malformed/],
    ['PUBLISH that is too short', Buffer.from('300100', 'hex'), /a PUBLISH is malformed/],
    ['a packet above the limit', Buffer.concat([Buffer.from('30d10f', 'hex'), Buffer.alloc(10)]), /a packet of 2004 bytes; at most 2000 are allowed/],
    ['PUBREL with the wrong flags', Buffer.from('60020001', 'hex'), /an acknowledgement packet is malformed/],
    ['PUBACK with a packet id too many', Buffer.from('400400010002', 'hex'), /an acknowledgement packet is malformed/],
    ['SUBSCRIBE with the wrong flags', Buffer.from('8006000100016100', 'hex'), /a SUBSCRIBE is malformed/],
    ['SUBSCRIBE without a filter', Buffer.from('82020001', 'hex'), /a SUBSCRIBE is malformed/],
    ['SUBSCRIBE that is cut off', Buffer.from('82050001000961', 'hex'), /a SUBSCRIBE is cut off/],
    ['SUBSCRIBE at QoS 3', subscribe('a', 3), /asks for a QoS that does not exist/],
    ['SUBSCRIBE with an empty filter', subscribe(''), /it is empty/],
    ['SUBSCRIBE with # in the middle', subscribe('#/a'), /# must be the whole last level/],
    ['SUBSCRIBE with # beside a name', subscribe('a#'), /# must be the whole last level/],
    ['SUBSCRIBE with + beside a name', subscribe('a+/b'), /\+ must be a whole level/],
    ['SUBSCRIBE with too many levels', subscribe('a/b/c/d'), /it has 4 levels, at most 3 are allowed/],
    ['SUBSCRIBE with U+0000', subscribe('a\0'), /a string in a SUBSCRIBE is not valid UTF-8/],
    ['UNSUBSCRIBE without a filter', Buffer.from('a2020001', 'hex'), /an UNSUBSCRIBE is malformed/],
    ['UNSUBSCRIBE with a filter that cannot be', Buffer.from('a206000100026123', 'hex'), /# must be the whole last level/],
    ['UNSUBSCRIBE with more filters than a client may have', generate({ cmd: 'unsubscribe', messageId: 1, unsubscriptions: Array.from({ length: 101 }, () => 'x') }), /an UNSUBSCRIBE has more than 100 topic filters, the most subscriptions that a client may have/],
    ['DISCONNECT with a flag', Buffer.from('e100', 'hex'), /a DISCONNECT is malformed/],
    ['DISCONNECT with a body', Buffer.from('e00100', 'hex'), /a DISCONNECT is malformed/],
    ['PINGREQ with a flag', Buffer.from('c100', 'hex'), /a PINGREQ is malformed/],
    ['PINGREQ with a body', Buffer.from('c00100', 'hex'), /a PINGREQ is malformed/],
  ];
  for (const [name, bytes, pattern] of cases) {
    const client = await connected(broker);
    client.write(bytes);
    await client.end();
    const closed = broker.observer.events.filter(([event]) => event === 'closed').at(-1) as [string, string, string, string | undefined];
    assert.equal(closed[2], 'protocol-error', name);
    assert.match(closed[3] ?? '', pattern, name);
  }
});

test('a subscription that is not allowed is refused in SUBACK, one by one, and never stored', async (t) => {
  const access = { ...openAccess, maySubscribe: (_client: unknown, filter: string) => !filter.startsWith('secret') };
  const broker = await TestBroker.start(t, { access, limits: { maxSubscriptionsPerClient: 5 } });
  const client = await connected(broker, 'x', { clean: false });
  const subscribe = async (...filters: string[]) => {
    client.send({ cmd: 'subscribe', messageId: 9, subscriptions: filters.map((topic) => ({ topic, qos: 1 as const })) });
    return ((await client.next()) as unknown as { granted: number[] }).granted;
  };
  assert.deepEqual(await subscribe('a', 'secret/a', '$share//a', 'b', 'a'), [1, 128, 128, 1, 1]);
  assert.deepEqual(await subscribe('c', 'd', 'e', 'f', 'a'), [1, 1, 1, 128, 1]);
  assert.deepEqual([...broker.store.session('x')!.subscriptions.keys()], ['a', 'b', 'c', 'd', 'e']);
  // More in one packet than a client may have at all.
  assert.deepEqual(await subscribe('a', 'b', 'c', 'd', 'e', 'a', 'b'), [1, 1, 1, 1, 1, 128, 128]);
  assert.deepEqual(broker.observer.events.filter(([name]) => name === 'subscribe denied').map(([, , ...details]) => details), [
    ['secret/a', 'access', 1], ['$share//a', 'filter', 1], ['f', 'limit', 1], [undefined, 'limit', 2],
  ]);
});

test('a message that is not allowed is acknowledged and goes nowhere', async (t) => {
  const access = { ...openAccess, mayPublish: (_client: unknown, topic: string) => topic !== 'secret' };
  const broker = await TestBroker.start(t, { access });
  const subscriber = await broker.connect();
  await subscriber.subscribeAsync('#', { qos: 2 });
  const received = messages(subscriber, 1);
  const publisher = await broker.connect({ clientId: 'p', will: { topic: 'secret', payload: Buffer.from('x'), qos: 0, retain: false } });
  for (const qos of [0, 1, 2] as const) await publisher.publishAsync('secret', 'x', { qos, retain: true });
  publisher.stream.destroy();
  await broker.observer.event('closed', ([, id]) => id === 'p');
  await (await broker.connect()).publishAsync('open', 'y', { qos: 1 });
  assert.deepEqual(await received, ['open y 1']);
  assert.equal(broker.broker.statistics().retainedMessages, 0);
  assert.equal(broker.observer.events.filter(([name, , topic]) => name === 'publish denied' && topic === 'secret').length, 4);
});

test('topics that begin with $ are hidden from wildcards at the first level', async (t) => {
  const broker = await TestBroker.start(t);
  broker.broker.publishSystem('$SYS/broker/uptime', '1');
  const client = await broker.connect();
  const received = messages(client, 3);
  await client.subscribeAsync(['#', '+/broker/uptime', '$SYS/#']);
  broker.broker.publishSystem('$SYS/broker/uptime', '2');
  await client.publishAsync('end', '');
  assert.deepEqual(await received, ['$SYS/broker/uptime 1 0 retained', '$SYS/broker/uptime 2 0', 'end  0']);
});
