import { fixed, number, table, times, verdict } from '../../shared/table.mjs';
import { mosquitto } from './brokers/mosquitto.mjs';

const reference = mosquitto.name;
const thousands = (value) => (Number.isFinite(value) ? `${(value / 1000).toFixed(value < 10_000 ? 1 : 0)}k` : '–');

const own = (names) => names.find((name) => name === 'cdk8s-mqtt');
const others = (names) => names.filter((name) => name !== reference);

export function throughputTable(items, { all, names }) {
  const perCpuSecond = (record) => record.deliveriesInWindow / record.brokerCpuSeconds;
  const wall = (record) => record.deliveriesInWindow / record.seconds;
  return table(
    ['deliveries per CPU-second (per second of the clock)', ...names.flatMap((name) => (name === reference ? [name] : [name, 'ratio'])), 'goal', '', 'load generator: most of its core'],
    items.map((item) => [
      item.title,
      ...names.flatMap((name) => [
        `${thousands(all.median(item, name, perCpuSecond))} (${thousands(all.median(item, name, wall))})`,
        ...(name === reference ? [] : [times(all.ratio(item, name, reference, perCpuSecond))]),
      ]),
      ...goal(item.goal?.ratio, (ratio) => `≥ ${ratio}x`, all.ratio(item, own(names), reference, perCpuSecond), (found, wanted) => found >= wanted),
      `${number(100 * all.maximum(item, (record) => record.generatorCpuSeconds / record.seconds))} %`,
    ]),
  );
}

export function connectTable(items, { all, names }) {
  const perCpuSecond = (record) => record.connections / record.brokerCpuSeconds;
  const wall = (record) => record.connections / record.seconds;
  return table(
    ['per CPU-second (per second of the clock)', ...names, 'goal', '', 'load generator: most of its core'],
    items.map((item) => [
      item.title,
      ...names.map((name) => `${number(all.median(item, name, perCpuSecond))} (${number(all.median(item, name, wall))})`),
      ...goal(item.goal?.perCpuSecond, (wanted) => `≥ ${number(wanted)}`, all.median(item, own(names), perCpuSecond), (found, wanted) => found >= wanted),
      `${number(100 * all.maximum(item, (record) => record.generatorCpuSeconds / record.seconds))} %`,
    ]),
  );
}

export function idleTable(items, { all, names }) {
  const kilobytes = (record) => record.bytesPerConnection / 1000;
  return table(
    ['KB', ...names, 'goal', ''],
    items.flatMap((item) => [
      [
        `${item.title}, of ${number(all.maximum(item, (record) => record.connections))}`,
        ...names.map((name) => fixed(all.median(item, name, kilobytes))),
        ...goal(item.goal?.kilobytes, (wanted) => `≤ ${wanted}`, all.median(item, own(names), kilobytes), (found, wanted) => found <= wanted),
      ],
      ['of the second half: without what the broker takes once', ...names.map((name) => fixed(all.median(item, name, (record) => record.bytesPerConnectionOfSecondHalf / 1000))), '', ''],
    ]),
  );
}

export function latencyTable(items, { all, names }) {
  const p99 = (record) => record.p99;
  return table(
    ['', ...names, ...others(names).map((name) => `${name}: p99 ratio`), 'goal', ''],
    items.map((item) => [
      item.title,
      ...names.map((name) => ['p50', 'p99', 'p999'].map((key) => fixed(all.median(item, name, (record) => record[key]))).join(' / ')),
      ...others(names).map((name) => times(all.ratio(item, name, reference, p99))),
      ...goal(item.goal?.p99Ratio, (wanted) => `≤ ${wanted}x`, all.ratio(item, own(names), reference, p99), (found, wanted) => found <= wanted),
    ]),
  );
}

/** One row for each series and broker: how a message's cost changes with the number of subscriptions. */
export function seriesTable(items, { all, names }) {
  const perMessage = (record) => (1e6 * record.brokerCpuSeconds) / record.publishedInWindow;
  const rows = groupBy(items, (item) => item.series);
  return table(
    ['cost of one message with this many subscriptions', 'broker', 'CPU microseconds: number of subscriptions', 'goal', ''],
    [...rows.values()].flatMap((points) => names.filter((name) => points[0].brokers.includes(name)).map((name) => {
      const found = points.map((point) => ({ x: point.x, cost: all.median(point, name, perMessage) }));
      return [
        points[0].title,
        name,
        found.map(({ x, cost }) => `${number(x)}: ${fixed(cost)}`).join(', '),
        ...(name === own(names) ? seriesGoal(points[0].goal, found) : ['', '']),
      ];
    })),
  );
}

function seriesGoal(wanted, found) {
  const [first] = found;
  if (wanted.flat !== undefined) {
    const most = Math.max(...found.map(({ cost }) => Math.abs(cost / first.cost - 1)));
    return [`flat, ±${100 * wanted.flat} %`, `${verdict(most <= wanted.flat)}: ${fixed(100 * most, 0)} %`];
  }
  const growing = found.some(({ x, cost }, i) => i > 0 && cost / found[i - 1].cost > x / found[i - 1].x);
  return ['no faster than linear', verdict(!growing)];
}

const groupBy = (items, key) => items.reduce((groups, item) => groups.set(key(item), [...(groups.get(key(item)) ?? []), item]), new Map());

export function startupTable(items, { all, names }) {
  const start = (record) => record.startSeconds;
  return table(
    ['', ...names, 'goal', ''],
    items.flatMap((item) => [
      [
        `to the first accepted client, ${number(all.maximum(item, (record) => record.expected))} messages queued`,
        ...names.map((name) => fixed(all.median(item, name, start))),
        ...goal(item.goal?.seconds, (wanted) => `≤ ${wanted}`, all.median(item, own(names), start), (found, wanted) => found <= wanted),
      ],
      ['to queue them, acknowledged', ...names.map((name) => fixed(all.median(item, name, (record) => record.fillSeconds))), '', ''],
      ['to deliver them, session by session', ...names.map((name) => fixed(all.median(item, name, (record) => record.drainSeconds))), '', ''],
    ]),
  );
}

/** Two cells: the goal, and whether it was reached. */
function goal(wanted, text, found, reached) {
  if (wanted === undefined) return ['', ''];
  return [text(wanted), Number.isFinite(found) ? verdict(reached(found, wanted)) : ''];
}
