import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { BenchmarkError } from '../../shared/errors.mjs';
import { cache } from '../../shared/paths.mjs';

export const help = `bench/broker/run: MQTT brokers on one core, in turns, under the same load

  --quick            one round of short measurements, about two minutes
  --rounds N         interleaved rounds (3; 1 with --quick)
  --only CASE        only the cases whose name begins with CASE; can be repeated. Those that begin with capacity are measured only by this
  --broker NAME      only this broker: mosquitto, cdk8s-mqtt, hivemq; can be repeated
  --data DIR         where the brokers keep their data, on a real disk (${join(cache, 'data')})
  --keep-costs       keep what was measured by --only capacity in bench/broker/costs.json, for MqttCapacity
  --profile          write a CPU profile of the broker of this repository to the current folder
  --json FILE        also write everything that was measured to FILE; - for the standard output, without the tables
  --list             list the cases
  --install          first install what is missing: Debian packages by apt-get (needs root), Node.js 24 from npm, HiveMQ CE from Maven Central
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
        only: { type: 'string', multiple: true, default: [] },
        broker: { type: 'string', multiple: true, default: [] },
        data: { type: 'string', default: join(cache, 'data') },
        'keep-costs': { type: 'boolean', default: false },
        profile: { type: 'boolean', default: false },
        json: { type: 'string' },
        list: { type: 'boolean', default: false },
        install: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    throw new BenchmarkError(`${error.message}\n\n${help}`);
  }
  const rounds = values.rounds ?? (values.quick ? '1' : '3');
  if (!/^[1-9]\d?$/.test(rounds)) throw new BenchmarkError(`--rounds is ${rounds}; expected a number from 1 to 99`);
  if (values['keep-costs'] && values.quick) throw new BenchmarkError('--keep-costs needs full measurements: leave --quick out');
  return { ...values, keepCosts: values['keep-costs'], rounds: Number(rounds) };
}
