import { mkdirSync, writeFileSync } from 'node:fs';
import { BenchmarkError } from '../../shared/errors.mjs';
import { describeMachine } from '../../shared/machine.mjs';
import { brokers as everyBroker } from './brokers/index.mjs';
import { cases as everyCase } from './cases.mjs';
import { twoCores } from './cores.mjs';
import { keepCosts } from './costs.mjs';
import { describeDisk } from './disk.mjs';
import { Fleet } from './fleet.mjs';
import { buildGenerator, makeCertificate } from './generator.mjs';
import { install } from './install.mjs';
import { measure } from './measure.mjs';
import { help, parseOptions } from './options.mjs';
import { report } from './report.mjs';

export async function main(args) {
  const options = parseOptions(args);
  if (options.help) {
    process.stdout.write(help);
    return 0;
  }
  const cases = chosen(everyCase, options.only, '--only', (item, word) => item.name.startsWith(word)).filter((item) => options.only.length > 0 || !item.onRequest);
  if (options.list) {
    process.stdout.write(cases.map((item) => `${item.name}\n`).join(''));
    return 0;
  }
  if (options.install) install();
  const brokers = usable(chosen(everyBroker, options.broker, '--broker', (broker, word) => broker.name === word));
  buildGenerator();
  const cores = twoCores();
  mkdirSync(options.data, { recursive: true });
  const certificate = await makeCertificate(cores.generator, options.data);
  const result = {
    machine: describeMachine(),
    disk: describeDisk(options.data),
    cores,
    rounds: options.rounds,
    quick: options.quick,
    brokers: brokers.map((broker) => ({ name: broker.name, description: broker.describe() })),
    records: await measureAll(new Fleet({ cores, data: options.data, quick: options.quick, profile: options.profile ? process.cwd() : undefined, certificate }), brokers, cases, options.rounds),
  };
  if (options.keepCosts) keepCosts(result);
  if (options.json !== undefined) write(options.json, JSON.stringify(result, undefined, 2));
  if (options.json !== '-') process.stdout.write(`${report({ ...result, cases })}\n`);
  return result.records.some((record) => record.error !== undefined) ? 1 : 0;
}

function chosen(all, words, option, matches) {
  const unknown = words.filter((word) => !all.some((item) => matches(item, word)));
  if (unknown.length > 0) throw new BenchmarkError(`${option} ${unknown.join(', ')} is unknown; there are ${all.map((item) => item.name).join(', ')}`);
  return words.length === 0 ? all : all.filter((item) => words.some((word) => matches(item, word)));
}

function usable(brokers) {
  const missing = brokers.filter((broker) => !broker.optional).flatMap((broker) => broker.missing());
  if (missing.length > 0) throw new BenchmarkError(`these are missing; --install installs them where it can:\n${missing.map((what) => `- ${what}`).join('\n')}`);
  for (const broker of brokers) {
    for (const what of broker.recommended?.() ?? []) note(`${broker.name} runs without ${what}`);
    if (broker.missing().length > 0) note(`without ${broker.name}: install ${broker.missing().join(' and ')}`);
  }
  return brokers.filter((broker) => broker.missing().length === 0);
}

async function measureAll(fleet, brokers, cases, rounds) {
  const records = [];
  try {
    for (let round = 1; round <= rounds; round++) {
      for (const item of cases) {
        if (item.once && round > 1) continue;
        for (const broker of inTurn(brokers, round).filter(({ name }) => item.brokers?.includes(name) ?? true)) {
          const begin = performance.now();
          const outcome = await measure(fleet, broker, item).catch((error) => ({ error: error.message }));
          records.push({ case: item.name, broker: broker.name, round, ...outcome });
          note(`round ${round} of ${rounds}, ${item.name}, ${broker.name}: ${outcome.error ?? `${((performance.now() - begin) / 1000).toFixed(1)} s`}`);
        }
      }
    }
  } finally {
    await fleet.end();
  }
  return records;
}

/** No broker is always the first. */
const inTurn = (brokers, round) => brokers.map((_, i) => brokers[(i + round - 1) % brokers.length]);

const note = (text) => process.stderr.write(`${text}\n`);
const write = (file, text) => (file === '-' ? process.stdout.write(`${text}\n`) : writeFileSync(file, `${text}\n`));
