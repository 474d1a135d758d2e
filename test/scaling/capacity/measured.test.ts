import { execFileSync } from 'child_process';
import { readFileSync } from 'fs';
import { join } from 'path';
import { Size } from 'cdk8s';
import { load } from './loads';
import { sharedMemory } from '../../../lib/scaling/capacity/memory';
import { connectCores, LOOP_SHARE, loopCores, storeCores } from '../../../lib/scaling/capacity/processor';
import { entriesPerSecond, MOST_ENTRIES } from '../../../lib/scaling/capacity/replicated-log';
import { commitsPerSecond, diskOperationsPerSecond, recordBytes, SESSION_BYTES } from '../../../lib/scaling/capacity/store';

const ROOT = join(__dirname, '../../..');
const { costs } = JSON.parse(readFileSync(join(ROOT, 'bench/cluster/costs.json'), 'utf8'));

interface CommitCosts {
  readonly storedPerSecond: number;
  readonly commitsPerSecond: number;
  readonly pagesPerSecond: number;
  /** Microseconds for each commit. */
  readonly loop: number;
  readonly otherThreads: number;
}

const broker = JSON.parse(readFileSync(join(ROOT, 'bench/broker/costs.json'), 'utf8')).costs;

/** Runs an expression with what bench/cluster models by; its modules are of another kind than those that jest loads. */
function bench<T>(expression: string): T {
  const script = `import * as report from './bench/cluster/src/model-report.mjs'; import * as model from './bench/cluster/src/model.mjs';
    const costs = ${JSON.stringify(costs)}; process.stdout.write(JSON.stringify(${expression}));`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: ROOT, encoding: 'utf8' })) as T;
}

const EMPTY = Size.kibibytes(1 / 1024);
const stored = (publishesPerSecond: number) => ({ ...load({ publishesPerSecond, qos1Share: 1, persistentShare: 1, messageSize: EMPTY }), replicated: true });
/** Microseconds of a pod without clients for each message more, once there are as many entries as there ever are. */
const applied = (loopCores(stored(20_000), 0) - loopCores(stored(10_000), 0)) / 10_000 * 1e6;

/** Microseconds of the event loop for a publish. */
const microseconds = (options: Parameters<typeof load>[0]) => loopCores(load({ publishesPerSecond: 1, messageSize: EMPTY, ...options }), 1) * 1e6;

describe('the plan has a margin over bench/broker/costs.json', () => {
  const roomy = (planned: number, measured: number) => {
    expect(planned / measured).toBeGreaterThan(1.15);
    expect(planned / measured).toBeLessThan(1.6);
  };

  describe.each([['tcp', 0], ['tls', 1]])('%s', (transport, tlsShare) => {
    test.each([['qos0', 0], ['qos1', 1]])('packets of %s', (qos, qos1Share) => {
      const [received, delivered] = [0, 1].map((fanOut) => microseconds({ fanOut, tlsShare, qos1Share }));
      roomy(received, broker.receive[transport][qos]);
      roomy(delivered - received, broker.deliver[transport][qos]);
    });

    test('a KiB that is received and delivered', () => {
      const [received, both] = [0, 1].map((fanOut) => (microseconds({ fanOut, tlsShare, messageSize: Size.kibibytes(1000) }) - microseconds({ fanOut, tlsShare })) / 1000);
      roomy(received, broker.receive[transport].kibibyte);
      roomy(both - received, broker.deliver[transport].kibibyte);
    });

    test('a connect', () => roomy(connectCores(load({ tlsShare }), 1) * 1e6, broker.connect[transport]));

    test('the memory of a connection', () => {
      const [none, many] = [0, 10_000].map((clients) => sharedMemory(load({ clients, tlsShare }), 1));
      roomy((many - none) / 10_000, broker.connectionBytes[transport]);
    });
  });

  test('the memory of a session, and its size on disk', () => {
    const [clean, persistent] = [0, 1].map((persistentShare) => sharedMemory(load({ clients: 10_000, persistentShare }), 1));
    roomy((persistent - clean) / 10_000, broker.session.memoryBytes);
    roomy(SESSION_BYTES, broker.session.storedBytes);
  });

  test.each(broker.commits as CommitCosts[])('commits of $storedPerSecond stored messages a second', ({ storedPerSecond, commitsPerSecond: measured, pagesPerSecond, loop, otherThreads }) => {
    const [clean, persistent] = [0, 1].map((persistentShare) => load({ publishesPerSecond: storedPerSecond, qos1Share: 1, persistentShare }));
    expect(commitsPerSecond(persistent, 1)).toBeGreaterThan(measured);
    expect(loopCores(persistent, 1) - loopCores(clean, 1)).toBeGreaterThan(measured * loop * 1e-6);
    expect(storeCores(persistent, 1)).toBeGreaterThan(measured * otherThreads * 1e-6);
    // Beside a page for each message.
    const few = { ...stored(10), replicated: false };
    const pages = (diskOperationsPerSecond(few, 1) - 10) / commitsPerSecond(few, 1);
    expect((pagesPerSecond - storedPerSecond) / measured).toBeLessThan(pages * 1.1);
  });
});

describe('the plan agrees with bench/cluster/costs.json', () => {
  const within = (planned: number, measured: number, tolerance: number) => expect(Math.abs(planned / measured - 1)).toBeLessThan(tolerance);

  test('a message that is applied', () => within(applied, costs.logged.other, 0.1));
  // The plan counts the commits on top, of which the measured entries have a part already.
  test('an entry', () => within((loopCores(stored(100), 0) - loopCores(stored(0), 0)) * 1e6 / entriesPerSecond(stored(100)) - applied / 2, costs.entry.pod, 0.15));
  test('as many entries as the leader can take', () => within(MOST_ENTRIES, 1e6 / costs.entry.leader, 0.1));
  // 64 bytes of payload, and topics such as bench-queue/42.
  test('a message on disk', () => within(recordBytes(64 + 14), costs.storedBytes, 0.05));
});

test('quiet clients cost the model of clusters what they cost the plan', () => {
  const planned = (qos1Share: number, fanOut: number) => Math.round(loopCores(load({ publishesPerSecond: 1, qos1Share, fanOut, messageSize: EMPTY }), 1) * 1e6);
  const costOf = (qos1Share: number) => ({ receive: planned(qos1Share, 0), deliver: planned(qos1Share, 1) - planned(qos1Share, 0) });
  expect({ qos0: costOf(0), qos1: costOf(1) }).toEqual(bench('report.QUIET'));
});

test.each([3, 5, 9])('the plan and the model give %i pods about as many messages to persistent sessions', (pods) => {
  const modelled = bench<number>(`(({ logged, entry }) => model.saturation([{ share: 1, kind: 'logged', costs: logged }], ${pods}, entry).perSecond)(model.quietCosts(costs, report.QUIET))`) * LOOP_SHARE;
  const [few, many] = [1000, 2000].map((messages) => loopCores(stored(messages), 1 / pods));
  const planned = 1000 + (LOOP_SHARE - few) / ((many - few) / 1000);
  expect(Math.abs(planned / modelled - 1)).toBeLessThan(0.25);
});

test('docs/scaling.md has the tables of bench/cluster/run model', () => {
  expect(readFileSync(join(ROOT, 'docs/scaling.md'), 'utf8')).toContain(`<!-- model -->\n${bench<string>('report.modelReport(costs)')}\n<!-- /model -->`);
});
