/** One line, at once: jest holds back what goes through `console` until a file is done. */
export function progress(line: string): void {
  process.stderr.write(`    ${line}\n`);
}
