import { median } from '../../shared/median.mjs';
import { fixed, number, table } from '../../shared/table.mjs';
import { quietCosts, ring, saturation } from './model.mjs';

const SIZES = [1, 3, 5, 9];

/** CPU microseconds of packets of quiet clients over TCP: lib/scaling/capacity/processor.ts. */
const QUIET = { qos0: { receive: 23, deliver: 10 }, qos1: { receive: 35, deliver: 19 } };

const mixes = (costs) => [
  ['QoS 0, subscribers on all pods', [{ share: 1, kind: 'live', costs: costs.live0 }]],
  ['QoS 0, one subscriber for all (fan-in)', [{ share: 1, kind: 'live', costs: costs.live0, fanIn: true }]],
  ['QoS 1, clean sessions on all pods', [{ share: 1, kind: 'live', costs: costs.live1 }]],
  ['QoS 1, persistent sessions on all pods', [{ share: 1, kind: 'logged', costs: costs.logged }]],
  ['telemetry: 90 % QoS 0 to live subscribers, 10 % stored only (retained, sessions that are away)', [{ share: 0.9, kind: 'live', costs: costs.live0 }, { share: 0.1, kind: 'stored', costs: costs.stored }]],
  ['commands: 70 % QoS 0, 30 % QoS 1 to persistent sessions', [{ share: 0.7, kind: 'live', costs: costs.live0 }, { share: 0.3, kind: 'logged', costs: costs.logged }]],
];

export function modelReport(costs) {
  const quiet = quietCosts(costs, QUIET);
  return [
    ['Messages a second at which the first process has used up its core: few clients that send much', saturationTable(costs)],
    ['The same for many quiet clients', saturationTable(quiet)],
    ['An entry of the log, whatever is in it', `${fixed(costs.entry.pod, 0)} µs of each pod, ${fixed(costs.entry.leader, 0)} µs of the leader, ${fixed(costs.entry.follower, 0)} µs of each other server.`],
  ].map(([title, text]) => `**${title}**\n\n${text}\n`).join('\n');
}

function saturationTable(costs) {
  return table(['', ...SIZES.map((pods) => (pods === 1 ? 'one pod' : `${pods} pods`)), 'however many', 'first limit of 9'], mixes(costs).map(([name, parts]) => [
    name,
    ...SIZES.map((pods) => number(saturation(parts, pods, costs.entry).perSecond)),
    parts.every(({ kind, fanIn }) => kind === 'live' && !fanIn) ? 'grows' : number(saturation(parts, 1e6, costs.entry).perSecond),
    saturation(parts, 9, costs.entry).limit,
  ]));
}

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
