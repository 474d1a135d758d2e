import { createRequire } from 'node:module';
import { join } from 'node:path';
import { repository } from '../../shared/paths.mjs';

const [role, kind, server, seconds] = process.argv.slice(2);
const packet = Buffer.alloc(64, 'x');
const MAX_UNACKNOWLEDGED = 10_000;
const turn = () => new Promise(setImmediate);
const ask = () => new Promise((resolve) => process.once('message', resolve));

const { send, flush, counted, close } = kind === 'plain' ? await plain() : await traffic(kind === 'traffic' ? 0 : 1);
process.send('ready');
if (role === 'sender') {
  await ask();
  const started = performance.now();
  let count = 0;
  while (performance.now() - started < Number(seconds) * 1000) {
    for (let index = 0; index < 100; index++, count++) await send();
    await turn();
  }
  await flush();
  process.send({ count, seconds: (performance.now() - started) / 1000 });
} else {
  await ask();
  process.send({ count: counted() });
}
await ask();
await close();
process.disconnect();

async function plain() {
  const { connect } = createRequire(join(repository, 'broker-image/package.json'))('@nats-io/transport-node');
  const nats = await connect({ servers: server });
  let count = 0;
  if (role === 'receiver') nats.subscribe('bench.live', { callback: () => count++ });
  await nats.flush();
  let sent = 0;
  // A sender that is never held up would only fill its own memory.
  const send = () => {
    nats.publish('bench.live', packet);
    return ++sent % 10_000 === 0 ? nats.flush() : undefined;
  };
  return { send, flush: async () => { await nats.flush(); await new Promise((resolve) => setTimeout(resolve, 500)); }, counted: () => count, close: () => nats.close() };
}

async function traffic(qos) {
  const { EngineConnection, LiveTraffic, Peers } = await import(join(repository, 'broker-image/build/cluster/engine/index.js'));
  const connection = await EngineConnection.open({ log: { servers: [server] }, name: role });
  const options = { cluster: `live-${kind}`, incarnation: `${role}-${process.pid}` };
  const live = new LiveTraffic(connection, options);
  let count = 0;
  live.onMessage = () => count++;
  const peers = await Peers.join(connection, { ...options, name: role, status: () => ({ run: 1, ready: true, applied: 0, connections: 0, draining: false }) });
  live.follow(peers);
  if (role === 'receiver') await live.announce('#', 'live');
  else while (!live.interested('t')) await turn();
  let unacknowledged = 0;
  let wake = () => undefined;
  /** As a broker does, which reads a publisher on while some of its messages are not acknowledged. */
  const send = () => {
    const taken = live.publish('t', packet, qos);
    if (taken === undefined) return undefined;
    unacknowledged++;
    void taken.then(() => --unacknowledged < MAX_UNACKNOWLEDGED && wake());
    return unacknowledged < MAX_UNACKNOWLEDGED ? undefined : new Promise((resolve) => (wake = resolve));
  };
  return {
    send,
    flush: () => live.flushed(),
    counted: () => count,
    close: async () => {
      await peers.leave();
      live.close();
      await connection.close();
    },
  };
}
