/** A number as people read it: 12,345.6 */
export function count(number: number): string {
  return Number(number.toFixed(1)).toLocaleString('en-US');
}

export function percent(share: number): string {
  return `${count(Math.round(share * 100))} %`;
}

export function gibibytes(bytes: number): string {
  return (bytes / 1024 ** 3).toFixed(1);
}

/** Rows in columns, each as wide as its widest entry. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => row.map((entry, column) => entry.padEnd(widths[column])).join('  ').trimEnd()).join('\n');
}
