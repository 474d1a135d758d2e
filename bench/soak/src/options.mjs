import { parseArgs } from 'node:util';
import { BenchmarkError } from '../../shared/errors.mjs';

export const help = `bench/soak/run [--minutes N] [--load N] [--data DIR] [--json FILE] [--record]

A broker under the load of clients that come and go, and whether it grows: docs in README.md beside this.
  --minutes N   how long the load lasts, 10 to 10080 (default 30); the trend is that of the second half
  --load N      number of clients and messages, in parts of the usual one, 0.1 to 20 (default 1: about a third of a core for broker and clients together)
  --data DIR    folder for the store, kept if it was there (default: a temporary one)
  --json FILE   write all samples there as well
  --record      put the result into README.md, if the run passed
Exit codes: 0 flat and nothing lost, 1 it grows, lost something, or failed.
`;

export function parseOptions(args) {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: { minutes: { type: 'string', default: '30' }, load: { type: 'string', default: '1' }, data: { type: 'string' }, json: { type: 'string' }, record: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h' } },
    }));
  } catch (error) {
    throw new BenchmarkError(`${error.message}\nTry --help.`);
  }
  const minutes = inRange('--minutes', values.minutes, 10, 10080);
  const load = inRange('--load', values.load, 0.1, 20);
  return { ...values, minutes, load };
}

function inRange(option, text, least, most) {
  const value = Number(text);
  if (!(value >= least && value <= most)) throw new BenchmarkError(`${option}: found ${text}, expected a number from ${least} to ${most}`);
  return value;
}
