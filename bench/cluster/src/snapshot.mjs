import { fixed, number, table } from '../../shared/table.mjs';

/** A million stored messages. */
const SNAPSHOT_BYTES = 150e6;
const ENTRIES = 2000;
const ENTRY_BYTES = 64 * 1024;

export async function snapshot({ engine, nats }) {
  const connection = await engine.EngineConnection.open({ log: { servers: nats.servers }, name: 'bench' });
  const options = { cluster: 'snapshot', maxBytes: 2 * 1024 ** 3, incarnation: 'one', replicas: 3 };
  const snapshots = await engine.JetStreamSnapshots.open(connection, options);
  const log = await engine.JetStreamLog.open(connection, options);
  const rows = [];
  const timed = async (name, bytes, run) => {
    const started = performance.now();
    await run();
    const elapsed = (performance.now() - started) / 1000;
    rows.push([name, fixed(elapsed), number(bytes / 1e6 / elapsed)]);
  };
  await timed('save a snapshot of 150 MB', SNAPSHOT_BYTES, () => snapshots.save(1, chunks()));
  await timed('load it', SNAPSHOT_BYTES, async () => {
    for await (const chunk of (await snapshots.load()).chunks) void chunk;
  });
  const entry = Buffer.alloc(ENTRY_BYTES);
  await timed(`append ${number(ENTRIES)} entries of 64 KiB, one by one`, ENTRIES * ENTRY_BYTES, async () => {
    for (let index = 0; index < ENTRIES; index++) await log.append(entry);
  });
  await timed('read them', ENTRIES * ENTRY_BYTES, async () => {
    const last = await log.last();
    for await (const { sequence } of log.read(0)) if (sequence === last) break;
  });
  await log.close();
  snapshots.close();
  await connection.close();
  return table(['three copies', 'seconds', 'MB/s'], rows);
}

async function* chunks() {
  const chunk = Buffer.alloc(100_000, 'x');
  for (let sent = 0; sent < SNAPSHOT_BYTES; sent += chunk.length) yield chunk;
}
