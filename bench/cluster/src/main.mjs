import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BenchmarkError } from '../../shared/errors.mjs';
import { describeMachine, machineText } from '../../shared/machine.mjs';
import { repository } from '../../shared/paths.mjs';
import { append } from './append.mjs';
import { brokersReport } from './brokers-report.mjs';
import { measureBrokers } from './brokers.mjs';
import { costsOf } from './costs.mjs';
import { live } from './live.mjs';
import { checkReport, modelReport } from './model-report.mjs';
import { Nats } from './nats.mjs';
import { describeNode } from '../../shared/companion.mjs';
import { snapshot } from './snapshot.mjs';

const engineParts = { append, live, snapshot };
const parts = [...Object.keys(engineParts), 'brokers', 'model'];
/** Of the latest run of all cases, so that the model can be asked without a run. */
const stored = join(repository, 'bench/cluster/costs.json');

const help = `Measures brokers of a cluster, and what they have between them: NATS with JetStream, three servers on loopback, every message synced.

bench/cluster/run [${parts.join('] [')}] [options]

  append      entries of the replicated log: ways to write them, and the latency at a fixed rate
  live        messages from one process to another, beside plain NATS
  snapshot    saving and loading, and how fast a broker that was away catches up
  brokers     three to five brokers under load: CPU time of each process, latency, a new broker
  model       where clusters of several sizes saturate, by the costs that \`brokers\` found
  --seconds N    length of each measurement (5; 3 for brokers, twice that for what goes through the log)
  --rounds N     interleaved rounds of brokers (3)
  --quick        one round of one second, and fewer stored messages
  --only CASE    only the cases of brokers whose name begins with CASE
  --profile DIR  CPU profiles of the brokers into DIR
  --json FILE    also write everything that was measured of the brokers to FILE
  --keep-costs   keep the costs for the model, in bench/cluster/costs.json
`;

export async function main(args) {
  const { names, options } = parse(args);
  if (options.help) {
    process.stdout.write(help);
    return 0;
  }
  const built = join(repository, 'broker-image/build/cluster/engine/index.js');
  if (!existsSync(built)) throw new BenchmarkError(`${built} is not there: run npm --prefix broker-image run build`);
  process.stdout.write(`${machineText(describeMachine())}\n`);
  const engineNames = names.filter((name) => name in engineParts);
  if (engineNames.length > 0) await runEngine(await import(built), engineNames, options.seconds ?? 5);
  if (names.includes('brokers')) await runBrokers(options);
  if (names.includes('model')) print('model', modelReport(readCosts()));
  return 0;
}

async function runEngine(engine, names, seconds) {
  const nats = await Nats.start();
  try {
    for (const name of names) print(name, await engineParts[name]({ engine, nats, seconds }));
  } finally {
    await nats.stop();
  }
}

async function runBrokers({ seconds, rounds, quick, only, profile, json, 'keep-costs': keep }) {
  const machine = describeMachine();
  const records = await measureBrokers({ seconds: seconds ?? (quick ? 1 : 3), rounds: rounds ?? (quick ? 1 : 3), quick, only, profile, progress: (text) => process.stderr.write(`${text}\n`) });
  if (json !== undefined) writeFileSync(json, JSON.stringify({ machine, records }));
  print('brokers', `${describeNode()}; rounds in turns, medians.\n\n${brokersReport(records)}`);
  if (only !== undefined) return;
  const costs = costsOf(records);
  print('the model, checked by what it was not fitted to', checkReport(costs, records));
  if (keep) writeFileSync(stored, `${JSON.stringify({ machine, costs }, undefined, 2)}\n`);
}

function readCosts() {
  if (!existsSync(stored)) throw new BenchmarkError('there are no costs yet: bench/cluster/run brokers --keep-costs');
  return JSON.parse(readFileSync(stored, 'utf8')).costs;
}

const print = (title, text) => process.stdout.write(`\n## ${title}\n\n${text}\n`);

function parse(args) {
  let values;
  let positionals;
  try {
    ({ values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        seconds: { type: 'string' },
        rounds: { type: 'string' },
        quick: { type: 'boolean', default: false },
        only: { type: 'string' },
        profile: { type: 'string' },
        json: { type: 'string' },
        'keep-costs': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }));
  } catch (error) {
    throw new BenchmarkError(`${error.message}\n\n${help}`);
  }
  const unknown = positionals.filter((name) => !parts.includes(name));
  if (unknown.length > 0) throw new BenchmarkError(`unknown: ${unknown.join(', ')}; there are ${parts.join(', ')}, and --help`);
  const seconds = checked(values, 'seconds', (value) => value > 0, 'a number above 0');
  const rounds = checked(values, 'rounds', (value) => Number.isInteger(value) && value > 0, 'a whole number above 0');
  if (values['keep-costs'] && values.only !== undefined) throw new BenchmarkError('--keep-costs needs all cases: leave --only out');
  return { names: positionals.length === 0 ? parts : positionals, options: { ...values, seconds, rounds } };
}

function checked(values, name, valid, expected) {
  if (values[name] === undefined) return undefined;
  const value = Number(values[name]);
  if (!valid(value)) throw new BenchmarkError(`--${name}: expected ${expected}, found ${values[name]}`);
  return value;
}
