import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./broker-process.js', import.meta.url));

/** A broker in a process of its own, which a test can kill. */
export class SpawnedBroker {
  readonly process: ChildProcess;
  readonly #lines: string[] = [];
  #ended = false;
  /** Resolves when it is over. */
  readonly ended: Promise<unknown>;
  #waiting: Array<() => void> = [];

  constructor(t: TestContext, directory: string, port: number) {
    // Who writes beyond the limit of a file's size gets this signal, which would end the process: ignored, it is an error of that write.
    this.process = spawn('sh', ['-c', `trap '' XFSZ; exec "$0" "$@"`, process.execPath, PROGRAM, directory, String(port)], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.ended = new Promise((resolve) => this.process.once('exit', resolve));
    t.after(() => this.process.kill('SIGKILL'));
    createInterface({ input: this.process.stdout! })
      .on('line', (line) => {
        this.#lines.push(line);
        this.#wake();
      })
      .on('close', () => {
        this.#ended = true;
        this.#wake();
      });
  }

  get running(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  get port(): number {
    return Number(/^port (\d+)$/.exec(this.#lines[0]!)![1]);
  }

  /** Resolves when it has said so many lines that begin like this. */
  async said(start: string, count = 1): Promise<void> {
    while (this.#lines.filter((line) => line.startsWith(start)).length < count) {
      if (this.#ended) throw new Error(`the broker ended without having said "${start}"; what it said: ${this.#lines.join('\n')}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** Resolves when it listens. */
export async function spawnBroker(t: TestContext, directory: string, port = 0): Promise<SpawnedBroker> {
  const broker = new SpawnedBroker(t, directory, port);
  await broker.said('port ');
  return broker;
}
