import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { UsageError } from './arguments.js';

/** Asks on the terminal without showing what is typed. Throws a UsageError on Ctrl-C and at the end of the input. */
export function askHidden(question: string, terminal: NodeJS.ReadStream): Promise<string> {
  // readline echoes into its output: here, nowhere. The question goes to stderr, so that stdout carries the answer of the command alone.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  process.stderr.write(question);
  const lines = createInterface({ input: terminal, output: nowhere, terminal: true });
  return new Promise((resolve, reject) => {
    lines.once('line', (line) => {
      resolve(line);
      lines.close();
    });
    lines.once('SIGINT', () => lines.close());
    lines.once('close', () => {
      process.stderr.write('\n');
      reject(new UsageError(['cancelled']));
    });
  });
}
