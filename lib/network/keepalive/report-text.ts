import type { MqttKeepaliveElement, MqttKeepalivePath } from './mqtt-keepalive-path';

const HEADINGS = ['element', 'seconds', 'verdict', 'what it means', 'source'];

/** Tables in Markdown. Sources are numbered and listed below: they are longer than any column should be. */
export function reportText(workload: string, paths: MqttKeepalivePath[]): string {
  const sources = [...new Set(paths.flatMap(({ elements }) => elements.map(({ source }) => source)))];
  return [
    `# Keepalive budget of ${workload}`,
    ...paths.flatMap((path) => pathText(path, sources)),
    ['Sources:', ...sources.map((source, index) => `- [${index + 1}] ${source}`)].join('\n'),
  ].join('\n\n');
}

function pathText({ path, elements, conclusion, fixes }: MqttKeepalivePath, sources: string[]): string[] {
  return [
    `## ${path}`,
    table(elements, sources),
    conclusion,
    ...fixes.length > 0 ? [['Any one of these fixes it:', ...fixes.map((fix) => `- ${fix}`)].join('\n')] : [],
  ];
}

function table(elements: MqttKeepaliveElement[], sources: string[]): string {
  const cells = elements.map(({ element, seconds, verdict, meaning, source }) =>
    [element, String(seconds ?? '–'), verdict ?? '–', meaning, `[${sources.indexOf(source) + 1}]`]);
  const widths = HEADINGS.map((heading, column) => Math.max(heading.length, ...cells.map((row) => row[column].length)));
  const line = (row: string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(HEADINGS), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n');
}
