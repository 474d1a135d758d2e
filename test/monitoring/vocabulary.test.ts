import { readFileSync } from 'fs';
import { join } from 'path';
import { dashboardOf, monitorWithLog, ruleGroupOf } from './fixtures';
import { COMPANION_CLUSTER_METRICS, COMPANION_METRICS } from '../../lib/monitoring/metrics/companion';
import { LOG_METRICS } from '../../lib/monitoring/metrics/message-log';
import { type BrokerMetric, BROKER_VOCABULARY, PLATFORM_VOCABULARY } from '../../lib/monitoring/vocabulary';

const PAGE = readFileSync(join(__dirname, '../../docs/monitoring.md'), 'utf8');

const EXPORTED = { ...COMPANION_METRICS, ...COMPANION_CLUSTER_METRICS };
const { monitoring } = monitorWithLog();
const alerts = ruleGroupOf(monitoring).rules.map(({ expr }) => expr);
const panels: string[] = dashboardOf(monitoring).panels.flatMap(({ targets = [] }: { targets?: { expr: string }[] }) => targets.map(({ expr }) => expr));

/** Names of the metrics in an expression: what is no function, keyword, label or text. */
function metricsIn(expression: string): string[] {
  const withoutMatchers = expression.replace(/\{[^}]*\}/g, '{}').replace(/\[[^\]]*\]/g, '[]').replace(/\b(by|on|group_left)\s*\([^)]*\)/g, '');
  return [...withoutMatchers.matchAll(/[a-zA-Z_:][a-zA-Z0-9_:]*(?!\w*\s*\()/g)].map(([name]) => name).filter((name) => !['and', 'or', 'unless'].includes(name));
}

const exportedNames = Object.values(EXPORTED).map(({ name }) => name);
const logNames = Object.values(LOG_METRICS).map(({ name }) => name);
const known = new Set<string>([...exportedNames, ...logNames, ...Object.keys(PLATFORM_VOCABULARY)]);

test('metrics are told from the rest of an expression', () => {
  expect(metricsIn('histogram_quantile(0.99, sum by (pod, le) (rate(a_bucket{pod=~"b"}[5m]))) > 0.1 and on (pod) max(c) >= 2')).toEqual(['a_bucket', 'c']);
});

test.each([['alerts', alerts], ['dashboard', panels]])('every metric in the %s stands in the vocabulary', (_, expressions) => {
  const used = expressions.flatMap(metricsIn).map((name) => name.replace(/_(bucket|count)$/, ''));
  expect(used.length).toBeGreaterThan(15);
  expect(used.filter((name) => !known.has(name))).toEqual([]);
});

test('nothing stands in the vocabulary that neither alerts nor dashboard use', () => {
  const all = [...alerts, ...panels].join('\n');
  expect(Object.keys(PLATFORM_VOCABULARY).filter((name) => !all.includes(name))).toEqual([]);
  expect(logNames.filter((name) => !all.includes(name))).toEqual([]);
  const selectors = Object.entries(EXPORTED).filter(([, { name, matchers }]) =>
    ![...alerts, ...panels].some((expression) => expression.includes(name) && (matchers === undefined || expression.includes(matchers))));
  expect(selectors).toEqual([]);
});

test('companion exports the whole vocabulary', () => {
  expect(Object.keys(EXPORTED).sort()).toEqual(Object.keys(BROKER_VOCABULARY).sort());
});

test('docs/monitoring.md describes it', () => {
  const rows = Object.entries(BROKER_VOCABULARY).map(([key, { type, meaning }]) => {
    const { name, matchers } = EXPORTED[key as BrokerMetric]!;
    return `| ${key} | ${type} | ${meaning} | \`${name}${matchers === undefined ? '' : `{${matchers}}`}\` |`.replace(/(?<=~")[^"]*/g, (reasons) => reasons.replaceAll('|', '\\|'));
  });
  const table = ['| word | type | meaning | companion |', '|---|---|---|---|', ...rows].join('\n');
  expect(PAGE).toContain(`<!-- vocabulary -->\n${table}\n<!-- /vocabulary -->`);
  const logRows = Object.entries(LOG_METRICS).map(([word, { name, meaning }]) => `| ${word} | ${meaning} | \`${name}\` |`);
  expect(PAGE).toContain(`<!-- log vocabulary -->\n${['| word | meaning | exporter of NATS |', '|---|---|---|', ...logRows].join('\n')}\n<!-- /log vocabulary -->`);
});

describe('what is lost', () => {
  const readme = readFileSync(join(__dirname, '../../broker-image/README.md'), 'utf8');
  const table = /<!-- losses -->\n([^]*?)\n<!-- \/losses -->/.exec(PAGE)![1].split('\n').slice(2).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
  const quoted = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, word]) => word);

  test.each(['mqtt_messages_dropped_total', 'mqtt_cluster_messages_dropped_total', 'mqtt_cluster_expelled_total', 'mqtt_publish_throttled_total'])('every reason of %s stands in docs/monitoring.md', (counter) => {
    const [, description] = new RegExp(`\\| \`${counter}\\{reason\\}\` \\| counter \\| (.*) \\|`).exec(readme)!;
    const reasons = quoted(description);
    expect(reasons.length).toBeGreaterThan(0);
    expect(table.filter(([name]) => name === `\`${counter}\``).flatMap(([, cell]) => quoted(cell)).sort()).toEqual(reasons.sort());
  });

  test.each(table)('%s %s (%s): %s', (counter, _, meaning, alert) => {
    const name = /\[(\w+)\]/.exec(alert)?.[1];
    if (name === undefined) return expect(alert).toBe('none');
    const { expr } = ruleGroupOf(monitoring).rules.find((rule) => rule.alert === name)!;
    // The alert looks at this counter, or at one that the meaning names as counting the same.
    return expect([...quoted(counter), ...quoted(meaning)].some((metric) => expr.includes(metric))).toBe(true);
  });
});
