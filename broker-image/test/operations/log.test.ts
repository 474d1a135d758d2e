import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const module = new URL('../../src/operations/log.js', import.meta.url).href;

/** What a process of its own writes to its standard output. */
function written(level: string, script: string): Record<string, unknown>[] {
  const program = `import { createLog } from ${JSON.stringify(module)}; const log = createLog({ level: ${JSON.stringify(level)}, broker: 'broker-0' }); ${script}`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
  assert.equal(stderr, '');
  return stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('one JSON object a line, with level, time, broker, event, message and details', () => {
  const [line, ...rest] = written('info', `log.write('info', 'file.reloaded', 'in use', { file: 'acl' }); log.flush(); process.exit();`);
  assert.deepEqual(rest, []);
  const { time, ...others } = line!;
  assert.deepEqual(others, { level: 'info', broker: 'broker-0', event: 'file.reloaded', msg: 'in use', file: 'acl' });
  assert.match(time as string, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

test('errors come with their stack and cause', () => {
  const [line] = written('info', `log.write('fatal', 'broker.failed', 'x', { error: new Error('boom', { cause: new Error('below') }) }); log.flush(); process.exit();`);
  const { message, stack } = line!.error as { message: string; stack: string };
  assert.match(message, /^boom/);
  assert.match(stack, /below/);
});

test('only the levels that are asked for are written', () => {
  const all = `for (const level of ['debug', 'info', 'warn', 'error', 'fatal']) log.write(level, 'broker.ready', String(level === 'fatal' || log.writes(level))); log.flush(); process.exit();`;
  // A flush may overtake the line that is being written just then: nothing is lost, but the last lines may change places.
  assert.deepEqual(written('warn', all).map(({ level, msg }) => `${level as string} ${msg as string}`).sort(), ['error true', 'fatal true', 'warn true']);
  assert.equal(written('debug', all).length, 5);
});

test('the level can change', () => {
  const lines = written('warn', `log.write('info', 'broker.ready', 'before'); log.setLevel('debug'); log.write('debug', 'broker.ready', String(log.writes('debug'))); log.flush(); process.exit();`);
  assert.deepEqual(lines.map(({ level, msg }) => ({ level, msg })), [{ level: 'debug', msg: 'true' }]);
});

test('nothing is lost when the process ends after flush', () => {
  assert.equal(written('info', `for (let index = 0; index < 5000; index++) log.write('info', 'broker.ready', 'x'.repeat(100)); log.flush(); process.exit();`).length, 5000);
});
