import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { BrokerProcess } from '../main/broker-process.js';
import type { EngineAddress } from '../../src/cluster/engine/index.js';

/** A place in the cluster: a name and a folder, and the process that has them now. */
export class Member {
  process!: BrokerProcess;
  #killed = false;
  readonly #directory = mkdtempSync(join(tmpdir(), 'member-'));

  constructor(
    readonly name: string,
    readonly log: EngineAddress,
  ) {
    after(() => rmSync(this.#directory, { recursive: true, force: true, maxRetries: 5 }));
  }

  get port(): number {
    return Number(new URL(this.process.url('tcp')).port);
  }

  get arguments(): string[] {
    return [
      '--listen', 'tcp://127.0.0.1:0', '--operations', 'http://127.0.0.1:0', '--data', this.#directory, '--allow-anonymous', '--name', this.name,
      ...this.log.servers.flatMap((server) => ['--log', server]),
    ];
  }

  /** Resolves when it is ready for clients. */
  async start(): Promise<this> {
    this.process = await BrokerProcess.start(this.arguments);
    this.#killed = false;
    return this;
  }

  /** Why it ended without having been killed; undefined if it did not. */
  get failure(): string | undefined {
    const { end, output } = this.process;
    return this.#killed || end === undefined ? undefined : `${this.name} ended by itself: ${end}; the last that it said:\n${output.slice(-10_000)}`;
  }

  /** As a power cut does. */
  async kill(): Promise<void> {
    this.#killed = true;
    this.process.kill('SIGKILL');
    await this.process.exit();
  }

  async readiness(): Promise<{ readonly ready: boolean; readonly parts: Readonly<Record<string, string>> }> {
    return (await this.#get('readyz')).json() as never;
  }

  /** The sum of its series, or one with its labels. */
  async metric(name: string): Promise<number> {
    const text = await (await this.#get('metrics')).text();
    return text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`)).reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  async #get(path: string): Promise<Response> {
    try {
      return await fetch(`${this.process.url('operations')}/${path}`);
    } catch (cause) {
      throw new Error(this.failure ?? `${this.name} does not answer`, { cause });
    }
  }
}

export function startMembers(count: number, log: EngineAddress): Promise<Member[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => new Member(`broker-${index}`, log).start()));
}
