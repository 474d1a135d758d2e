import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { machineText } from '../../shared/machine.mjs';
import { fixed, number, table } from '../../shared/table.mjs';
import { judged } from './report.mjs';

const readme = new URL('../README.md', import.meta.url);
const [begin, end] = ['<!-- written by bench/soak/run --record -->', '<!-- end of the result -->'];

/** Puts the result into README.md, in place of the one that is there. @returns what was done */
export function record(result) {
  const text = readFileSync(readme, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${fileURLToPath(readme)} has no place for the result: the lines ${begin} and ${end}`);
  writeFileSync(readme, `${text.slice(0, from)}${begin}\n${section(result)}\n${text.slice(to)}`);
  return `the result is in ${fileURLToPath(readme)}`;
}

function section({ machine, node, options, rows, fitted, before, after, cpu, totals, wills }) {
  const shown = [...new Set([rows[1], ...[1, 2, 3].map((third) => rows[Math.round((rows.length * third) / 3) - 1])])].filter((row) => row !== undefined);
  const digits = (key) => (['handles', 'files'].includes(key) ? 0 : 1);
  const slope = ({ low, high }) => `${fixed(low, 1)} to ${fixed(high, 1)}`;
  return [
    `${fixed(options.minutes, 0)} minutes, Node.js ${node}, ${machineText(machine)} ${number(totals.opened)} connections, ${number(totals.received)} messages received, ${number(totals.sent)} sent; ${number(wills.sent)} clients vanished and ${number(wills.received)} wills came; ` +
      `${number(totals.messages)} numbered messages reached every session they were for, those of QoS 2 once. The broker took ${fixed(cpu.broker * 100, 1)} % of a core, the clients ${fixed(cpu.clients * 100, 1)} %.`,
    table(
      ['', ...shown.map(({ minute }) => `minute ${minute}`), 'slope of the second half per hour, 99 % confidence'],
      Object.entries(judged).map(([key, name]) => [name, ...shown.map((row) => fixed(row[key], digits(key))), slope(fitted.find((line) => line.key === key))]),
    ),
    `Afterwards no connection, session, subscription, queued or retained message was left, and ${fixed(after.files, 0)} files were open; before the first client it was ${fixed(before.files, 0)}.`,
  ].join('\n\n');
}
