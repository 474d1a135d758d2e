import { execFileSync } from 'child_process';
import { readFileSync } from 'fs';
import { join } from 'path';
import { Size } from 'cdk8s';
import { load } from './loads';
import { LOOP_SHARE, loopCores } from '../../../lib/scaling/capacity/processor';
import { entriesPerSecond, MOST_ENTRIES } from '../../../lib/scaling/capacity/replicated-log';
import { recordBytes } from '../../../lib/scaling/capacity/store';

const ROOT = join(__dirname, '../../..');
const { costs } = JSON.parse(readFileSync(join(ROOT, 'bench/cluster/costs.json'), 'utf8'));

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
