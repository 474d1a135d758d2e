import { median } from '../../shared/median.mjs';
import { fixed, number, table } from '../../shared/table.mjs';
import { quietCosts, ring, saturation } from './model.mjs';

const SIZES = [1, 3, 5, 9];
const ANY_NUMBER = 1e6;
/** Of an event loop, for messages: LOOP_SHARE of lib/scaling/capacity/processor.ts. */
const PLANNED = 0.5;

/** CPU microseconds of packets of quiet clients over TCP: lib/scaling/capacity/processor.ts. */
export const QUIET = { qos0: { receive: 32, deliver: 35 }, qos1: { receive: 44, deliver: 27 } };

const persistent = (costs) => [{ share: 1, kind: 'logged', costs: costs.logged }];

const basic = (costs) => [
  ['QoS 0, subscribers on all pods', [{ share: 1, kind: 'live', costs: costs.live0 }]],
  ['QoS 0, one subscriber for all (fan-in)', [{ share: 1, kind: 'live', costs: costs.live0, fanIn: true }]],
  ['QoS 1, clean sessions on all pods', [{ share: 1, kind: 'live', costs: costs.live1 }]],
  ['QoS 1, persistent sessions on all pods', persistent(costs)],
];

const mixed = (costs) => [
  ['telemetry: 90 % QoS 0, 10 % only stored (retained, sessions that are away)', [{ share: 0.9, kind: 'live', costs: costs.live0 }, { share: 0.1, kind: 'stored', costs: costs.stored }]],
  ['commands: 70 % QoS 0, 30 % QoS 1 to persistent sessions', [{ share: 0.7, kind: 'live', costs: costs.live0 }, { share: 0.3, kind: 'logged', costs: costs.logged }]],
];

/** The tables of docs/scaling.md: a test holds them equal. */
export function modelReport(costs) {
  const quiet = quietCosts(costs, QUIET);
  return [
    'CPU microseconds of each process for a message of 64 bytes to one subscriber, few clients that send much:', costTable(costs),
    'Messages a second at which the first process has used up its core:',
    saturationTable([['*few busy clients*'], ...basic(costs), ['*many quiet clients*'], ...basic(quiet), ...mixed(quiet)], costs.entry),
    `Messages a second to persistent sessions that leave half of the event loops free, as \`MqttCapacity\` plans:`, planTable({ costs, quiet }),
  ].join('\n\n');
}

function costTable({ live0, live1, logged, entry }) {
  const row = (name, { from, to, same, other = 0 }, leader) => [name, ...[from, to, same, other, leader].map((cost) => fixed(cost, 1))];
  const every = fixed(entry.pod, 0);
  return table(['', "its publisher's pod", "its subscriber's pod", 'the same pod for both', 'each other pod', 'leader of the log'], [
    row('QoS 0', live0, 0),
    row('QoS 1, clean session', live1, 0),
    row('QoS 1, persistent session', logged, logged.leader),
    ['an entry of the log, with all its messages', every, every, every, every, fixed(entry.leader, 0)],
  ]);
}

function saturationTable(mixes, entry) {
  return table(['', ...SIZES.map((pods) => (pods === 1 ? '1 pod' : `${pods} pods`)), 'however many', 'the first limit of nine'], mixes.map(([name, parts]) => (parts === undefined ? [name, ...Array(SIZES.length + 2).fill('')] : [
    name,
    ...SIZES.map((pods) => rounded(saturation(parts, pods, entry).perSecond)),
    parts.every(({ kind, fanIn }) => kind === 'live' && !fanIn) ? 'grows' : rounded(saturation(parts, ANY_NUMBER, entry).perSecond),
    limitOf(parts, saturation(parts, 9, entry)),
  ])));
}

function planTable({ costs, quiet }) {
  const row = (name, of) => [name, ...[...SIZES, ANY_NUMBER].map((pods) => rounded(PLANNED * saturation(persistent(of), pods, of.entry).perSecond))];
  return table(['', ...SIZES.map((pods) => (pods === 1 ? '1 pod' : `${pods} pods`)), 'however many'], [row('few busy clients', costs), row('many quiet clients', quiet)]);
}

function limitOf(parts, { limit }) {
  if (limit === 'NATS') return 'leader of the log';
  if (parts.some(({ fanIn }) => fanIn)) return "event loop of the subscriber's pod";
  return `event loop of ${parts.every(({ kind }) => kind !== 'live') ? 'every' : 'any'} pod`;
}

/** More digits would promise more than ±30 %. */
const rounded = (value) => number(Number(value.toPrecision(2)));

/** What the model says of points that it was not fitted to. */
export function checkReport(costs, records) {
  const points = [
    ['QoS 0, each of 3 pods to the next', 'check-qos0-ring', () => [ring.live(costs.live0, 3), costs.live0.server], serverMean],
    ['QoS 1 persistent, each of 3 pods to the next', 'check-durable-ring', (entries) => logged(3, entries), ({ leader }) => leader],
    ['QoS 1 persistent, each of 5 pods to the next', 'check-durable-ring-of-five', (entries) => logged(5, entries), ({ leader }) => leader],
  ];
  // How many entries there are depends on how fast the servers answer on this machine: taken as measured.
  const logged = (pods, entries) => [ring.logged(costs.logged, pods) + entries * costs.entry.pod, costs.logged.leader + entries * costs.entry.leader];
  return table(['CPU microseconds a message', 'a pod: model', 'measured (mean of the pods)', '', 'server (of the log: its leader): model', 'measured', ''], points.filter(([, name]) => records[name]).map(([title, name, predict, take]) => {
    const [pod, server] = predict(median(records[name].map(({ entriesPerMessage }) => entriesPerMessage)));
    const measured = median(records[name].map(({ pods }) => Object.values(pods).reduce((sum, value) => sum + value, 0) / Object.keys(pods).length));
    const found = median(records[name].map(take));
    return [title, fixed(pod), fixed(measured), deviation(pod, measured), fixed(server), fixed(found), deviation(server, found)];
  }));
}

const serverMean = ({ leader, follower }) => (leader + 2 * follower) / 3;

const deviation = (model, measured) => `${model >= measured ? '+' : ''}${fixed(100 * (model / measured - 1), 0)} %`;
