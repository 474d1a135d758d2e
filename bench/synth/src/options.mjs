import { parseArgs } from 'node:util';
import { BenchmarkError } from '../../shared/errors.mjs';

export const help = `bench/synth/run: how long a synth takes, beside loading cdk8s-plus-27 and beside helm template

  --quick        one round, at most 100 clusters, about half a minute
  --rounds N     rounds (5; 1 with --quick)
  --json FILE    also write everything that was measured to FILE; - for the standard output, without the table
  --profile DIR  only write CPU profiles of the example and of 100 clusters to DIR
  --install      first install helm 3.19.2 into the cache folder, with Go
  --help
`;

export function parseOptions(args) {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        quick: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        json: { type: 'string' },
        profile: { type: 'string' },
        install: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    throw new BenchmarkError(`${error.message}\n\n${help}`);
  }
  const rounds = values.rounds ?? (values.quick ? '1' : '5');
  if (!/^[1-9]\d?$/.test(rounds)) throw new BenchmarkError(`--rounds is ${rounds}; expected a number from 1 to 99`);
  return { ...values, rounds: Number(rounds), sizes: values.quick ? [1, 10, 100] : [1, 10, 100, 1000], helmRuns: values.quick ? 10 : 100 };
}
