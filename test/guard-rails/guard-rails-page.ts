import { readFileSync } from 'fs';
import { join } from 'path';

const PAGE = readFileSync(join(__dirname, '..', '..', 'docs', 'guard-rails.md'), 'utf8');

/** A row of a table in docs/guard-rails.md, with the rules that its last cell links. */
interface Row { readonly cells: string[]; readonly rules: string[] }

/** The rows of the table in a section, without its heading. */
export function rulesOfTable(section: string): Row[] {
  const [, text = ''] = PAGE.split(`\n## ${section}\n`);
  return text.split('\n## ')[0].split('\n').filter((line) => line.startsWith('| ')).slice(1).map((line) => {
    const cells = line.split('|').slice(1, -1).map((cell) => cell.trim());
    return { cells, rules: [...cells.at(-1)!.matchAll(/\[[A-Z]+-\d+\]\(rules\.md#(mqtt-[a-z]+-\d+)\)/g)].map(([, anchor]) => anchor.toUpperCase()) };
  });
}

/** The rules that have no policy, by the reason. */
export const rulesWithout = rulesOfTable('Rules without a policy');

export function rulesWithoutBecause(reason: RegExp): string[] {
  return rulesWithout.filter(({ cells }) => reason.test(cells[0])).flatMap(({ rules }) => rules);
}
