import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Aedes, type Client } from 'aedes';
import { generate, parser, type Packet } from 'mqtt-packet';
import { AedesCore, isConnectTimeout, type ConnectRequest, type CoreConnection, type Verdict } from '../../src/protocol/aedes-core.js';
import { ControlChannel } from '../../src/protocol/control-channel.js';

// What this broker relies on in aedes. If one of these tests fails after an upgrade, src/protocol/aedes-core.ts is the file to adapt.

/** A connection whose client is the test. */
class TestConnection implements CoreConnection {
  readonly packets: Packet[] = [];
  readonly requests: ConnectRequest[] = [];
  readonly credentials: unknown[][] = [];
  verdict: Verdict | undefined = { accepted: true, sessionPresent: false };
  proceed = true;
  readonly began: Promise<void>;
  readonly ended: Promise<Error | null>;
  #begin!: () => void;
  #end!: (error: Error | null) => void;
  readonly #parser = parser({ protocolVersion: 4 });
  #waiting: Array<(packet: Packet) => void> = [];

  constructor() {
    this.began = new Promise((resolve) => (this.#begin = resolve));
    this.ended = new Promise((resolve) => (this.#end = resolve));
    this.#parser.on('packet', (packet) => {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.packets.push(packet);
      else waiting(packet);
    });
  }

  next(): Promise<Packet> {
    const packet = this.packets.shift();
    return packet === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(packet);
  }

  write(bytes: Buffer): void {
    this.#parser.parse(bytes);
  }

  end(error: Error | null): void {
    this.#end(error);
  }

  connectRequested(request: ConnectRequest): boolean {
    this.requests.push(request);
    return this.proceed;
  }

  async authenticate(...credentials: unknown[]): Promise<Verdict | undefined> {
    this.credentials.push(credentials);
    return this.verdict;
  }

  connected(): void {
    this.#begin();
  }
}

const CONNECT = { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: false, clientId: 'me', keepalive: 7 } as const;
const WILL = { topic: 'will', payload: Buffer.from('gone'), qos: 1, retain: true } as const;

async function started(t: TestContext, connectTimeoutSeconds = 10): Promise<AedesCore> {
  const core = await AedesCore.start({ name: 'test', connectTimeoutSeconds });
  t.after(() => core.close());
  return core;
}

test('CONNECT arrives as the client sent it, and CONNACK follows', async (t) => {
  const core = await started(t);
  const connection = new TestConnection();
  core.open(connection).push(generate({ ...CONNECT, will: WILL, username: 'user', password: Buffer.from('secret') }));
  assert.deepEqual(await connection.next().then(({ cmd, returnCode }: Packet & { returnCode?: number }) => [cmd, returnCode]), ['connack', 0]);
  await connection.began;
  assert.deepEqual(connection.requests, [{ clientId: 'me', clean: false, keepaliveSeconds: 7, protocolVersion: 4, will: { ...WILL } }]);
  assert.deepEqual(connection.credentials, [['user', Buffer.from('secret')]]);
});

test('session present is what the verdict says, for each connection its own', async (t) => {
  const core = await started(t);
  for (const [clean, sessionPresent] of [[false, false], [false, true], [true, false], [false, true]] as const) {
    const connection = new TestConnection();
    connection.verdict = { accepted: true, sessionPresent };
    core.open(connection).push(generate({ ...CONNECT, clean }));
    assert.equal(((await connection.next()) as { sessionPresent: boolean }).sessionPresent, sessionPresent);
    await connection.began;
  }
});

test('a refusal is answered with its return code, then the connection ends', async (t) => {
  const core = await started(t);
  for (const returnCode of [2, 3, 4, 5]) {
    const connection = new TestConnection();
    connection.verdict = { accepted: false, returnCode };
    core.open(connection).push(generate(CONNECT));
    assert.equal(((await connection.next()) as { returnCode: number }).returnCode, returnCode);
    await connection.ended;
  }
});

test('a CONNECT that was refused already is not answered again', async (t) => {
  const core = await started(t);
  const connection = new TestConnection();
  connection.proceed = false;
  core.open(connection).push(generate(CONNECT));
  await connection.ended;
  assert.deepEqual([connection.packets, connection.credentials], [[], []]);
});

test('many connections with one client id live side by side: whose it is, is not decided here', async (t) => {
  const core = await started(t);
  const connections = [new TestConnection(), new TestConnection(), new TestConnection()];
  const channels = connections.map((connection) => core.open(connection));
  for (const channel of channels) channel.push(generate(CONNECT));
  await Promise.all(connections.map((connection) => connection.began));
  for (const [index, channel] of channels.entries()) {
    channel.push(generate({ cmd: 'pingreq' }));
    assert.equal((await connections[index]!.next()).cmd, 'connack');
    assert.equal((await connections[index]!.next()).cmd, 'pingresp');
  }
});

test('DISCONNECT and what is no packet end the connection', async (t) => {
  const core = await started(t);
  for (const bytes of [generate({ cmd: 'disconnect' }), Buffer.from('f000', 'hex')]) {
    const connection = new TestConnection();
    const channel = core.open(connection);
    channel.push(generate(CONNECT));
    await connection.began;
    channel.push(bytes);
    await connection.ended;
    assert.ok(channel.destroyed);
  }
});

test('without CONNECT the connection ends after the timeout, with the error that tells it', async (t) => {
  const core = await started(t, 0.05);
  const connection = new TestConnection();
  core.open(connection);
  assert.equal(isConnectTimeout(await connection.ended), true);
});

test('nobody waits for an answer to a connection that is over', async (t) => {
  const core = await started(t);
  const connection = new TestConnection();
  connection.verdict = undefined;
  const channel = core.open(connection);
  channel.push(generate(CONNECT));
  await new Promise((resolve) => setTimeout(resolve, 20));
  channel.destroy();
  await connection.ended;
  assert.deepEqual(connection.packets, []);
});

test('aedes reads client id, keepalive and will after preConnect, which may have changed them', async (t) => {
  const aedes = new Aedes({
    preConnect: (_client, packet, callback) => {
      packet.clientId = 'changed';
      packet.keepalive = 0;
      delete packet.will;
      callback(null, true);
    },
  });
  await aedes.listen();
  t.after(() => new Promise<void>((resolve) => aedes.close(resolve)));
  const connection = new TestConnection();
  const channel = new ControlChannel(connection);
  const client = aedes.handle(channel) as Client & { will?: unknown; _keepaliveTimer?: unknown };
  channel.push(generate({ ...CONNECT, will: WILL }));
  assert.equal((await connection.next()).cmd, 'connack');
  assert.deepEqual([client.id, client.will ?? undefined, client._keepaliveTimer ?? undefined], ['changed', undefined, undefined]);
});

test('aedes does not restore a subscription that authorizeSubscribe refuses, and counts the session as present all the same', async (t) => {
  const restored: unknown[] = [];
  const persistence = {
    setup: async () => {},
    subscriptionsByClient: async () => [{ topic: 'marker', qos: 0 }],
    delWill: async () => undefined,
    outgoingStream: () => [],
    streamWill: () => [],
  };
  const aedes = new Aedes({ persistence, authorizeSubscribe: (_client, _subscription, callback) => callback(null, null) });
  await aedes.listen();
  t.after(() => new Promise<void>((resolve) => aedes.close(resolve)));
  aedes.subscribe = (...parameters) => restored.push(parameters);
  const connection = new TestConnection();
  const channel = new ControlChannel(connection);
  const client = aedes.handle(channel) as Client & { subscriptions?: object };
  channel.push(generate(CONNECT));
  assert.equal(((await connection.next()) as { sessionPresent: boolean }).sessionPresent, true);
  assert.deepEqual([restored, Object.keys(client.subscriptions!)], [[], []]);
});
