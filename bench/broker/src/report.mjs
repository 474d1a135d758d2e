import { machineText } from '../../shared/machine.mjs';
import { costsFrom, costTable } from './costs.mjs';
import { Records } from './records.mjs';
import { connectTable, idleTable, latencyTable, seriesTable, startupTable, throughputTable } from './tables.mjs';

/** The report as Markdown, ready for docs/benchmarks.md. */
export function report({ machine, disk, cores, rounds, quick, brokers, cases, records }) {
  const all = new Records(records);
  const measured = cases.filter((item) => records.some((record) => record.case === item.name));
  const context = { all, names: brokers.map((broker) => broker.name) };
  const kinds = (kind) => measured.filter((item) => item.kind === kind && item.series === undefined && !item.onRequest);
  return [
    `${machineText(machine)}\n${runText(disk, cores, rounds, quick)}`,
    brokers.map((broker) => `- ${broker.description}`).join('\n'),
    ...section('Deliveries for each second of the broker\'s CPU time', throughputTable(kinds('load'), context)),
    ...section('Connections (TCP, CONNECT, CONNACK, DISCONNECT) for each second of the broker\'s CPU time', connectTable(kinds('connect'), context)),
    ...section('Resident memory of an idle connection, without the kernel\'s', idleTable(kinds('idle'), context)),
    ...section('Latency in milliseconds: p50 / p99 / p99.9', latencyTable(kinds('latency'), context)),
    ...section('CPU time of the broker in microseconds', seriesTable(measured.filter((item) => item.series !== undefined), context)),
    ...section('Start with full queues, in seconds', startupTable(kinds('startup'), context)),
    ...section('What `MqttCapacity` plans with', costTable(costsFrom(records))),
    exactness(records),
    disturbance(records),
  ].join('\n\n');
}

const section = (title, table) => (table === undefined ? [] : [`**${title}**`, table]);

const runText = (disk, cores, rounds, quick) =>
  `Brokers on core ${cores.broker}, load on core ${cores.generator}, data on ${disk.fileSystem}, where 4 KiB are synced in ${disk.syncMilliseconds} ms; ` +
  `${rounds} interleaved round${rounds === 1 ? '' : 's'}${quick ? ' of short measurements' : ''}, medians.`;

/** Loss is never hidden in a rate. */
function exactness(records) {
  const problems = records.flatMap((record) => {
    const at = `- ${record.broker}, ${record.case}, round ${record.round}: `;
    if (record.error !== undefined) return [`${at}failed: ${record.error}`];
    if (record.expected === undefined) return [];
    const missing = record.missing ?? record.expected - record.delivered;
    const what = [...(missing > 0 ? [`${missing} of ${record.expected} missing`] : []), ...(record.repeatedOrOutOfOrder > 0 ? [`${record.repeatedOrOutOfOrder} repeated or out of order`] : [])];
    return what.length === 0 ? [] : [at + what.join(', ')];
  });
  const total = records.reduce((sum, record) => sum + (record.delivered ?? 0), 0);
  if (problems.length === 0) return `All of the ${total.toLocaleString('en')} deliveries came exactly once and in order.`;
  return `Not exact:\n\n${problems.join('\n')}`;
}

function disturbance(records) {
  const shares = records.filter((record) => record.seconds > 0 && record.otherCpuSeconds !== undefined).map((record) => record.otherCpuSeconds / record.seconds).sort((a, b) => a - b);
  if (shares.length === 0) return '';
  const percent = (share) => `${Math.round(share * 100)} %`;
  return `Other processes of the machine used ${percent(shares[Math.floor(shares.length / 2)])} of a core meanwhile (median of the measurements; at most ${percent(shares.at(-1))}).`;
}
