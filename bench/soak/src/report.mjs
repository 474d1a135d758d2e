import { fixed, number, table } from '../../shared/table.mjs';
import { machineText } from '../../shared/machine.mjs';
import { median } from '../../shared/median.mjs';
import { trend } from './trend.mjs';

/** Growth within the second half that is more than this share of the level counts, if it is certain. */
const tolerance = 0.02;

/** What must not grow under a steady load. */
export const judged = {
  heap: 'heap after GC, MiB',
  external: 'external after GC, MiB',
  anonymous: 'anonymous memory, MiB',
  handles: 'handles',
  files: 'open files',
  store: 'store, MiB',
};
/** What follows the load, up and down, and has to be nothing at its end. */
const counted = { sessions: 'sessions', subscriptions: 'subscriptions', retained: 'retained', queued: 'queued messages' };
const watched = { ...judged, ...counted };
/** Caches fill and are emptied: what is left at their lowest is what stays. */
const lowest = new Set(['heap', 'external', 'anonymous']);

/** One row for each minute. Medians for the most: single samples depend on who is just connected. */
export function minutes(samples) {
  const groups = Map.groupBy ? Map.groupBy(samples, byMinute) : groupBy(samples, byMinute);
  return [...groups].map(([minute, group]) => {
    const row = { minute: minute + 1 };
    for (const key of Object.keys(group[0])) if (key !== 'cpu') row[key] = lowest.has(key) ? Math.min(...group.map((sample) => sample[key])) : median(group.map((sample) => sample[key]));
    return { ...row, last: group.at(-1) };
  });
}

/** The trend of the second half, hourly, and whether it is growth. */
export function trends(rows) {
  const half = rows.slice(Math.floor(rows.length / 2));
  const hours = half.length / 60;
  return Object.keys(judged).map((key) => {
    const { slope, low, high, level } = trend(half.map((row) => [row.minute / 60, row[key]]));
    return { key, slope, low, high, level, grows: low > 0 && slope * hours > tolerance * level };
  });
}

export function report({ machine, node, options, counts, rows, fitted, before, after, cpu, totals, failures, faults, exitCode, wills, events, refused, dropped }) {
  const growing = fitted.filter(({ grows }) => grows).map(({ key }) => watched[key]);
  const bad = [...failures].map(([what, count]) => `${number(count)} × ${what}`);
  const digits = (key) => (['heap', 'external', 'anonymous', 'store'].includes(key) ? 1 : 0);
  const list = (entries) => (entries.length === 0 ? 'none' : entries.map(([name, count]) => `${name} ${number(count)}`).join(', '));
  return [
    `${fixed(options.minutes, 0)} minutes on Node.js ${node}; ${machineText(machine)}`,
    `Clients: ${Object.entries(counts).map(([who, count]) => `${count} ${who}`).join(', ')}. ${number(totals.opened)} connections opened, ${number(totals.received)} messages received, ${number(totals.sent)} sent, ${number(totals.messages)} checked at every resident; ` +
      `wills: ${number(wills.sent)} clients vanished, ${number(wills.received)} wills came. CPU, of one core: broker ${fixed(cpu.broker * 100, 1)} %, clients ${fixed(cpu.clients * 100, 1)} %.`,
    `Turned away: ${list(refused)}. Dropped: ${list(dropped)}. Log: ${list(events)}.`,
    table(
      ['minute', ...Object.values(watched), 'resident, MiB', 'connections', 'messages/s'],
      rows.map((row, i) => [row.minute, ...Object.keys(watched).map((key) => fixed(row[key], digits(key))), fixed(row.resident, 1), fixed(row.connections, 0), i === 0 ? '–' : fixed((row.last.sent - rows[i - 1].last.sent) / (row.last.seconds - rows[i - 1].last.seconds), 0)]),
    ),
    table(
      ['second half', 'mean', 'slope per hour', '99 % confidence', 'verdict'],
      fitted.map(({ key, level, slope, low, high, grows }) => [watched[key], fixed(level, digits(key)), fixed(slope, 2), `${fixed(low, 2)} to ${fixed(high, 2)}`, grows ? '**grows**' : 'flat']),
    ),
    table(
      ['without clients', 'before', 'after'],
      [...Object.keys(watched), 'resident', 'connections'].map((key) => [watched[key] ?? (key === 'resident' ? 'resident, MiB' : key), fixed(before[key], digits(key)), fixed(after[key], digits(key))]),
    ),
    ...(faults.length > 0 ? [`Errors in the log:\n\n${faults.map((fault) => `    ${fault}`).join('\n')}`] : []),
    `Verdict: ${growing.length === 0 ? 'nothing grows' : `grows: ${growing.join(', ')}`}; ${bad.length === 0 ? 'nothing lost, nothing twice, nobody turned away who should not be' : bad.join('; ')}; the broker ended with ${exitCode}.`,
  ].join('\n\n');
}

const byMinute = ({ seconds }) => Math.floor(seconds / 60);

function groupBy(values, key) {
  const groups = new Map();
  for (const value of values) groups.set(key(value), [...(groups.get(key(value)) ?? []), value]);
  return groups;
}
