import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BenchmarkError } from '../../shared/errors.mjs';
import { describeMachine, machineText } from '../../shared/machine.mjs';
import { repository } from '../../shared/paths.mjs';
import { append } from './append.mjs';
import { live } from './live.mjs';
import { Nats } from './nats.mjs';
import { snapshot } from './snapshot.mjs';

const parts = { append, live, snapshot };

const help = `Measures what the brokers of a cluster have between them: NATS with JetStream, three servers on loopback, every message synced.

bench/cluster/run [${Object.keys(parts).join('] [')}] [--seconds N]

  append      entries of the replicated log: ways to write them, and the latency at a fixed rate
  live        QoS 0 messages from one process to another, beside plain NATS
  snapshot    saving and loading, and how fast a broker that was away catches up
  --seconds   length of each measurement; 5 without it
`;

export async function main(args) {
  const { names, seconds } = parse(args);
  if (names === undefined) {
    process.stdout.write(help);
    return 0;
  }
  const built = join(repository, 'broker-image/build/cluster/engine/index.js');
  if (!existsSync(built)) throw new BenchmarkError(`${built} is not there: run npm --prefix broker-image run build`);
  const engine = await import(built);
  process.stdout.write(`${machineText(describeMachine())}\n`);
  const nats = await Nats.start();
  try {
    for (const name of names) process.stdout.write(`\n## ${name}\n\n${await parts[name]({ engine, nats, seconds })}\n`);
  } finally {
    await nats.stop();
  }
  return 0;
}

function parse(args) {
  const names = [];
  let seconds = 5;
  for (let at = 0; at < args.length; at++) {
    if (args[at] === '--help' || args[at] === '-h') return {};
    if (args[at] === '--seconds') {
      seconds = Number(args[++at]);
      if (!(seconds > 0)) throw new BenchmarkError('--seconds: expected a number above 0');
    } else if (args[at] in parts) {
      names.push(args[at]);
    } else {
      throw new BenchmarkError(`unknown: ${args[at]}; there are ${Object.keys(parts).join(', ')}, --seconds and --help`);
    }
  }
  return { names: names.length === 0 ? Object.keys(parts) : names, seconds };
}
