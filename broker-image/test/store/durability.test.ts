import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Store } from '../../src/store/index.js';
import { temporaryDirectory } from './temporary-directory.js';

const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 3);
/** A writer that says nothing more is waited for in vain. */
const limits = { timeout: 120_000 + ROUNDS * 60_000 };
const PROGRAM = fileURLToPath(new URL('./store-process.js', import.meta.url));

/** A process that writes into a store, and what it said. */
class Writer {
  readonly lines: string[] = [];
  readonly process: ChildProcess;
  #waiting: Array<() => void> = [];
  #end: string | undefined;
  #errors = '';

  constructor(t: TestContext, command: string, parameters: readonly string[]) {
    this.process = spawn(command, parameters, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.process.stderr!.on('data', (chunk: Buffer) => (this.#errors += String(chunk)));
    t.after(() => this.process.kill('SIGKILL'));
    createInterface({ input: this.process.stdout! }).on('line', (line) => {
      this.lines.push(line);
      this.#wake();
    });
    this.process.on('close', (code, signal) => {
      this.#end = `exit code ${String(code)}, signal ${String(signal)}`;
      this.#wake();
    });
  }

  count(start: string): number {
    return this.lines.filter((line) => line.startsWith(start)).length;
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#end !== undefined) throw new Error(`the writer ended by itself: ${this.#end}; the last that it said:\n${this.lines.slice(-10).join('\n')}\n${this.#errors.slice(-2000)}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  tell(line: string): void {
    this.process.stdin!.write(`${line}\n`);
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await once(this.process, 'close');
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

async function stored(directory: string): Promise<Set<number>> {
  const store = await Store.open({ directory, maxBytes: 1e9 });
  const found = new Set(store.read(store.session('s')!, 0, 1e6).map(({ sequence, message }) => {
    assert.ok(message!.payload.toString().startsWith(`${sequence} `), 'the content is whole');
    return sequence;
  }));
  await store.close();
  return found;
}

test(`kill -9 in the middle of commits, ${ROUNDS} times: what was said to be durable is there`, limits, async (t) => {
  const directory = temporaryDirectory(t);
  const durable = new Set<number>();
  for (let round = 0; round < ROUNDS; round++) {
    const writer = new Writer(t, process.execPath, [PROGRAM, directory, 'stream']);
    const goal = 200 + Math.floor(Math.random() * 1000);
    await writer.until(() => writer.count('durable') > goal);
    await writer.kill();
    for (const line of writer.lines) if (line.startsWith('durable ')) durable.add(Number(line.slice(8)));
    const found = await stored(directory);
    assert.deepEqual([...durable].filter((sequence) => !found.has(sequence)), []);
  }
});

const canLimit = spawnSync('prlimit', ['--version']).status === 0;

test(`a full disk, ${ROUNDS} times: nothing is said to be durable that is not, new messages are refused, and all goes on when there is space`, { ...limits, skip: !canLimit && 'prlimit (util-linux) is not here' }, async (t) => {
  for (let round = 0; round < ROUNDS; round++) await fillDisk(t);
});

async function fillDisk(t: TestContext): Promise<void> {
  const directory = temporaryDirectory(t);
  // The process may not write behind this size of a file; the signal that goes with it would end it, and is ignored.
  const limit = (writer: Writer, bytes: number | string) => execFileSync('prlimit', ['--pid', String(writer.process.pid), `--fsize=${bytes}:`]);
  const writer = new Writer(t, 'sh', ['-c', `trap '' XFSZ; exec "$0" "$@"`, process.execPath, PROGRAM, directory, 'wait', '2000']);
  await writer.until(() => writer.lines.includes('open'));
  writer.tell('publish');
  await writer.until(() => writer.count('durable') === 1);

  limit(writer, statSync(join(directory, 'data.mdb')).size + 200_000 + Math.floor(Math.random() * 200_000));
  writer.tell('stream');
  await writer.until(() => writer.count('refused') > 0);
  assert.equal(writer.count('failed'), 1, 'said once');
  assert.match(writer.lines.find((line) => line.startsWith('failed'))!, /^failed The store in .* cannot be written: .*Nothing is acknowledged until it can; check the free space and the volume\.$/);
  assert.ok(writer.count('not durable') > 0);
  writer.tell('publish');
  await writer.until(() => writer.count('refused') > 1);

  limit(writer, 'unlimited');
  await writer.until(() => writer.lines.includes('recovered'));
  const before = writer.count('durable');
  writer.tell('publish');
  await writer.until(() => writer.count('durable') > before);
  const durable = writer.lines.filter((line) => line.startsWith('durable ')).map((line) => Number(line.slice(8)));
  await writer.kill();
  const found = await stored(directory);
  assert.deepEqual(durable.filter((sequence) => !found.has(sequence)), []);
}

const canTrace = spawnSync('strace', ['-V']).status === 0;

test('durable means synced: data, then the meta page through O_DSYNC, then the word that it is', { skip: !canTrace && 'strace is not here' }, async (t) => {
  const directory = temporaryDirectory(t);
  const trace = join(temporaryDirectory(t), 'trace');
  const writer = new Writer(t, 'strace', ['-f', '-y', '-e', 'trace=openat,fdatasync,pwrite64,pwritev,writev,write', '-o', trace, process.execPath, PROGRAM, directory]);
  await writer.until(() => writer.lines.includes('open'));
  for (let i = 1; i <= 3; i++) {
    writer.tell('publish');
    await writer.until(() => writer.count('durable') === i);
  }
  writer.process.stdin!.end();
  await once(writer.process, 'close');
  const lines = readFileSync(trace, 'utf8').split('\n');
  const synced = /openat\(.*data\.mdb", [^)]*O_DSYNC[^)]*\) = (\d+)/.exec(lines.find((line) => line.includes('O_DSYNC'))!)![1]!;
  const events = lines.flatMap((line) => {
    if (line.includes('fdatasync(') && line.includes('data.mdb')) return ['sync'];
    if (line.includes(`pwrite64(${synced}<`)) return ['meta'];
    if (/pwrite(v|64)?\(.*data\.mdb|writev\(.*data\.mdb/.test(line)) return ['pages'];
    return line.includes('"durable ') ? ['durable'] : [];
  });
  const story = events.join(' ').split(/(?<=durable)/).slice(0, 3);
  assert.equal(story.length, 3);
  for (const part of story) assert.match(part, /pages (pages )*sync meta durable$/);
});
