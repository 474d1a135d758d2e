import { median } from '../../shared/median.mjs';
import { fixed, number, table, times, verdict } from '../../shared/table.mjs';
import { cases, casesOfFive } from './cases.mjs';

/** What was measured of the pods, as Markdown. */
export function brokersReport(records) {
  const taken = (name) => records[name]?.length > 0;
  const goals = [
    ...['qos0', 'qos1', 'durable'].filter((kind) => taken(`${kind}-one-pod`)).map((kind) => twoPods(records, kind)),
    ...['qos0', 'qos0-deep', 'qos1', 'durable'].filter((kind) => taken(`${kind}-across`)).map((kind) => acrossPods(records, kind)),
    ...(taken('durable-across') ? [durableRate(records)] : []),
    ...['one-topic', 'many-topics'].filter((series) => taken(`bystanders-${series}-0`)).map((series) => bystanders(records, series)),
  ];
  const sections = [
    ['CPU microseconds a message of each process', costTable(records)],
    ['Goals', table(['', 'found', 'goal', ''], goals)],
    ['Latency of a durable publish in milliseconds, until a persistent session has it', latencyTable(records)],
    ['Stored messages', joinTable(records)],
    ['Disturbance', disturbance(records)],
  ];
  return sections.filter(([, text]) => text !== undefined).map(([title, text]) => `**${title}**\n\n${text}\n`).join('\n');
}

const of = (records, name, take) => median(records[name].map(take));
/** Median of the ratios within each round: what else the machine does is much the same there. */
const ratio = (records, one, other, take) => median(records[one].map((record, round) => take(record, records[other][round])));
const busiest = ({ pods }) => Math.max(...Object.values(pods));
const total = ({ pods }) => Object.values(pods).reduce((sum, value) => sum + value, 0);
const titles = { 'qos0': 'QoS 0', 'qos0-deep': 'QoS 0, 20,000 under way instead of 2,000', 'qos1': 'QoS 1, clean sessions', 'durable': 'QoS 1, persistent sessions' };

function costTable(records) {
  const rows = [...cases, ...casesOfFive].filter(({ name, bystanders: others }) => records[name] && !others).map(({ name, from, to }) => {
    const pods = Object.keys(records[name][0].pods);
    return [
      `${name} (${[...from].map((letter, index) => `${letter} → ${[...to][index]}`).join(', ')})`,
      pods.map((pod) => fixed(of(records, name, (record) => record.pods[pod]))).join(' / '),
      fixed(of(records, name, ({ leader }) => leader)),
      fixed(of(records, name, ({ follower }) => follower)),
      fixed(1000 * of(records, name, ({ entriesPerMessage }) => entriesPerMessage)),
      number(of(records, name, ({ messages, seconds }) => messages / seconds)),
    ];
  });
  return table(['', 'pods a / b / c …', 'leader of the log', 'each other server', 'entries for 1,000 messages', 'messages a second of the clock'], rows);
}

/** Each pod has a core of its own in production: the busiest one limits. */
function twoPods(records, kind) {
  const found = ratio(records, `${kind}-one-pod`, `${kind}-two-pods`, (one, two) => busiest(one) / busiest(two));
  return [`two pods to one, clients of each for themselves: ${titles[kind]}`, times(found), '≥ 1.7x', verdict(found >= 1.7)];
}

function acrossPods(records, kind) {
  const found = ratio(records, `${kind}-one-pod`, `${kind}-across`, (one, two) => busiest(one) / busiest(two));
  const all = ratio(records, `${kind}-one-pod`, `${kind}-across`, (one, two) => total(one) / total(two));
  return [`from pod to pod, to the same pod: ${titles[kind]}`, `${times(found)} (all pods together ${times(all)})`, ...(kind.startsWith('qos0') ? ['≥ 0.5x', verdict(found >= 0.5)] : ['', ''])];
}

function durableRate(records) {
  const clock = of(records, 'durable-across', ({ messages, seconds }) => messages / seconds);
  const cpu = of(records, 'durable-across', (record) => 1e6 / Math.max(busiest(record), record.leader));
  return ['durable QoS 1 from pod to pod, per second of the clock (of the CPU time of the busiest process)', `${number(clock)} (${number(cpu)})`, '≥ 20,000', `${verdict(clock >= 20_000)} (${verdict(cpu >= 20_000)})`];
}

function bystanders(records, series) {
  const names = [0, 100, 1_000, 10_000].map((count) => [count, `bystanders-${series}-${count}`]);
  const most = Math.max(...names.slice(1).map(([, name]) => Math.abs(ratio(records, name, names[0][1], (some, none) => some.pods.a / none.pods.a) - 1)));
  const costs = names.map(([count, name]) => `${number(count)}: ${fixed(of(records, name, ({ pods }) => pods.a))}`).join(', ');
  return [`other subscriptions on the other pods, ${series === 'one-topic' ? 'one topic' : '50,000 topics in turn'}: CPU µs a publish`, costs, 'flat, ±10 %', `${verdict(most <= 0.1)}: ${fixed(100 * most, 0)} %`];
}

function latencyTable(records) {
  const rows = [['durable-rate-1000', '1,000 a second, same pod'], ['durable-rate-1000-across', '1,000 a second, other pod']].filter(([name]) => records[name])
    .map(([name, title]) => [title, ...['p50', 'p99', 'p999'].map((key) => fixed(of(records, name, (record) => record[key]))), fixed(Math.min(...records[name].map(({ p99 }) => p99)))]);
  return table(['', 'p50', 'p99', 'p99.9', 'p99 of the best round'], rows);
}

function joinTable(records) {
  if (!records.join) return undefined;
  const [fill] = records.fill;
  return table(['', ''], [
    [`to store ${number(fill.messages)} messages, acknowledged`, `${fixed(fill.seconds)} s`],
    ['CPU of the pod that is published at / each other pod / leader of the log', `${fixed(fill.publisher)} / ${fixed(fill.other)} / ${fixed(fill.leader)} µs a message`],
    ['store of each pod', `${number(fill.storeBytes / 1e6)} MB`],
    ['until a new pod with an empty volume is ready', startText(records.join)],
    ['until it is ready once more after a restart', startText(records.again)],
  ]);
}

const startText = (starts) => `${fixed(median(starts.map(({ seconds }) => seconds)))} s, with ${fixed(median(starts.map(({ cpuSeconds }) => cpuSeconds)))} s of its CPU time`;

function disturbance(records) {
  const loads = Object.values(records).flat().filter(({ otherShare }) => otherShare !== undefined);
  if (loads.length === 0) return undefined;
  const missing = loads.reduce((sum, record) => sum + record.missing, 0);
  const repeated = loads.reduce((sum, record) => sum + record.repeated, 0);
  return `Other processes used ${number(100 * median(loads.map(({ otherShare }) => otherShare)))} % of a core (at most ${number(100 * Math.max(...loads.map(({ otherShare }) => otherShare)))} %); the load generator ${number(100 * Math.max(...loads.map(({ generatorShare }) => generatorShare)))} % at most. `
    + `${number(missing)} messages did not arrive, ${number(repeated)} came twice or out of order.`;
}
