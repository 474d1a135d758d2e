/** A Markdown table, the first column to the left; nothing without rows. */
export function table(headers, rows) {
  if (rows.length === 0) return undefined;
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(headers), line(headers.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

export const number = (value) => (Number.isFinite(value) ? Math.round(value).toLocaleString('en') : '–');
export const fixed = (value, digits = 2) => (Number.isFinite(value) ? value.toFixed(digits) : '–');
export const times = (value) => (Number.isFinite(value) ? `${value.toFixed(2)}x` : '–');
export const verdict = (reached) => (reached ? 'reached' : 'missed');
