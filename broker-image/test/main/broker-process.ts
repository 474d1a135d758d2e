import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));

export interface LogLine {
  readonly event: string;
  readonly level: string;
  readonly msg: string;
  readonly [key: string]: unknown;
}

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command to its end. */
export async function run(args: readonly string[], { stdin = '', env = {} }: { stdin?: string; env?: Record<string, string> } = {}): Promise<Result> {
  const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, MQTT_BROKER_CONFIG: '', ...env } });
  after(() => child.kill('SIGKILL'));
  child.stdin.end(stdin);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** A broker in a process of its own; killed after the tests of the file if it is still there. */
export class BrokerProcess {
  readonly lines: LogLine[] = [];
  output = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<number | null>;
  private readonly waiters = new Set<() => void>();
  private over = false;
  /** How the process ended; undefined while it runs. */
  end: string | undefined;

  private constructor(args: readonly string[], env: Record<string, string>) {
    this.child = spawn(process.execPath, [main, ...args], { env: { ...process.env, MQTT_BROKER_CONFIG: '', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    after(() => this.child.kill('SIGKILL'));
    this.child.stderr!.on('data', (chunk: Buffer) => (this.output += String(chunk)));
    createInterface({ input: this.child.stdout! }).on('line', (line) => {
      this.output += `${line}\n`;
      // What is not of the broker's log, such as a warning of a library, is for whoever reads the output.
      if (line.startsWith('{')) this.lines.push(JSON.parse(line) as LogLine);
      this.wake();
    });
    this.ended = once(this.child, 'close').then(([code, signal]) => {
      this.over = true;
      this.end = `exit code ${String(code)}, signal ${String(signal)}`;
      this.wake();
      return code as number | null;
    });
  }

  static spawn(args: readonly string[], env: Record<string, string> = {}): BrokerProcess {
    return new BrokerProcess(args, env);
  }

  /** Waits until it is ready for clients. */
  static async start(args: readonly string[], env: Record<string, string> = {}): Promise<BrokerProcess> {
    const broker = new BrokerProcess(args, env);
    await broker.logged('broker.ready');
    return broker;
  }

  /** The line number `count` of this event, once it is written. */
  async logged(event: string, count = 1): Promise<LogLine> {
    for (;;) {
      const found = this.lines.filter((line) => line.event === event)[count - 1];
      if (found) return found;
      if (this.over) throw new Error(`the broker ended without ${event}:\n${this.output}`);
      await new Promise<void>((resolve) => this.waiters.add(resolve));
    }
  }

  /** Where a listener is, or the HTTP server. */
  url(listener: string): string {
    const line = this.lines.find(({ event, listener: name }) => (event === 'listener.opened' && name === listener) || (event === 'operations.opened' && listener === 'operations'));
    if (!line) throw new Error(`no listener ${listener}:\n${this.output}`);
    return line.url as string;
  }

  get pid(): number {
    return this.child.pid!;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** The exit code. */
  exit(): Promise<number | null> {
    return this.ended;
  }

  private wake(): void {
    for (const waiter of this.waiters) waiter();
    this.waiters.clear();
  }
}
