import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../../shared/paths.mjs';
import { median } from '../../shared/median.mjs';
import { fixed, number, table } from '../../shared/table.mjs';
import { capacity, costsOf } from './capacity.mjs';

/** What lib/scaling/capacity plans with: a test compares them. */
const file = join(repository, 'bench', 'broker', 'costs.json');

/** Costs by what these records have of each case, or nothing as long as a case is missing. */
export function costsFrom(records) {
  const runs = (name) => records.filter((record) => record.case === name && record.error === undefined);
  return capacity.every(({ name }) => runs(name).length > 0) ? costsOf((name, take) => median(runs(name).map(take))) : undefined;
}

/** Keeps what was measured, in place of what was kept of the same cases: the cases can be measured in several runs. */
export function keepCosts({ machine, disk, records }) {
  const ours = records.filter((record) => record.error === undefined && capacity.some(({ name }) => name === record.case));
  const again = new Set(ours.map((record) => record.case));
  const kept = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).records.filter((record) => !again.has(record.case)) : [];
  const all = [...kept, ...ours];
  writeFileSync(file, `${JSON.stringify({ machine, disk, costs: costsFrom(all), records: all }, undefined, 2)}\n`);
}

export function costTable(costs) {
  if (costs === undefined) return undefined;
  const { receive, deliver, seldom, connect, connectionBytes, session, commits } = costs;
  const row = (name, of, show) => [name, show(of.tcp), show(of.tls)];
  const microseconds = (pick) => (cost) => `${fixed(pick(cost), 1)} µs`;
  const bytes = (value) => `${number(value)} bytes`;
  return [
    table(['', 'TCP', 'TLS 1.3'], [
      ...[0, 1].flatMap((qos) => [row(`receive QoS ${qos}`, receive, microseconds((cost) => cost[`qos${qos}`])), row(`deliver QoS ${qos}`, deliver, microseconds((cost) => cost[`qos${qos}`]))]),
      ...[0, 1].flatMap((qos) => ['receive', 'deliver'].map((what) => row(`${what} QoS ${qos}, a quarter of the messages`, seldom, microseconds((cost) => cost[`qos${qos}`][what])))),
      row('each KiB received', receive, microseconds(({ kibibyte }) => kibibyte)),
      row('each KiB delivered', deliver, microseconds(({ kibibyte }) => kibibyte)),
      row('connect, and leave', connect, microseconds((cost) => cost)),
      row('memory of an idle connection', connectionBytes, bytes),
      ['memory of a persistent session that is away', bytes(session.memoryBytes), ''],
      ['its size in the store', bytes(session.storedBytes), ''],
    ]),
    table(['messages stored a second', 'commits a second', 'pages written a second', 'event loop, µs a commit', 'other threads, µs a commit'],
      commits.map((at) => [number(at.storedPerSecond), number(at.commitsPerSecond), number(at.pagesPerSecond), number(at.loop), number(at.otherThreads)])),
  ].join('\n\n');
}
