import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { connect as connectTo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Proxy } from './proxy.js';
import type { LogConfiguration } from '../../../src/config/index.js';

const executable = findExecutable();

/** For `{ skip }` of tests: why there is no NATS server to test with. */
export const natsMissing = executable === undefined ? 'nats-server is not installed: go install github.com/nats-io/nats-server/v2@v2.12.3' : false;

export interface NatsOptions {
  /** 1, or 3 that form a cluster. */
  readonly servers?: 1 | 3;
  readonly jetStream?: boolean;
  readonly maxPayload?: number;
  readonly maxFile?: string;
  /** More lines of the configuration. */
  readonly more?: string;
  /** Whether the servers of a cluster can be cut off from one another. @default false */
  readonly divisible?: boolean;
}

/** A real server process, on a port of its own that it keeps over restarts. */
export class NatsServer {
  #process: ChildProcess | undefined;

  constructor(
    readonly name: string,
    readonly port: number,
    readonly monitoringPort: number,
    private readonly configuration: string,
  ) {}

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    assert.equal(this.#process, undefined);
    const child = spawn(executable!, ['-c', this.configuration], { stdio: process.env.NATS_OUTPUT === undefined ? 'ignore' : 'inherit' });
    this.#process = child;
    for (let tries = 0; !(await accepts(this.port)); tries++) {
      assert.ok(tries < 400 && child.exitCode === null, `nats-server ${this.name} does not start`);
      await pause(25);
    }
  }

  /** Like a power cut of its process. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    this.#process = undefined;
    const exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    child.kill('SIGCONT');
    child.kill(signal);
    await exited;
  }

  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }
}

/** The way by which one server reaches another. */
interface Network {
  readonly from: number;
  readonly to: number;
  readonly proxy: Proxy;
}

/** One server, or three in a cluster, with their data in a temporary folder. */
export class Nats {
  static async start(options: NatsOptions = {}): Promise<Nats> {
    const { servers: count = 1, jetStream = true, maxPayload, maxFile = '4G', more = '', divisible = false } = options;
    const directory = mkdtempSync(join(tmpdir(), 'nats-'));
    const ports = await freePorts(3 * count);
    const routePorts = ports.slice(count, 2 * count);
    const networks: Network[] = [];
    if (divisible) {
      for (const [from, to] of routePorts.flatMap((_, one) => routePorts.map((__, other) => [one, other] as const))) {
        if (from !== to) networks.push({ from, to, proxy: await Proxy.start(routePorts[to]!) });
      }
    }
    const routesOf = (index: number) => (divisible ? networks.filter(({ from }) => from === index).map(({ proxy }) => proxy.url) : routePorts.map((port) => `nats://127.0.0.1:${port}`));
    // What servers tell of one another would lead them past the networks that are cut.
    const advertised = divisible ? 'advertise: "127.0.0.1:1", ' : '';
    const servers = Array.from({ length: count }, (_, index) => {
      const name = `n${index + 1}`;
      const configuration = join(directory, `${name}.conf`);
      writeFileSync(configuration, [
        `server_name: ${name}`,
        `listen: "127.0.0.1:${ports[index]}"`,
        `http: "127.0.0.1:${ports[2 * count + index]}"`,
        ...(maxPayload === undefined ? [] : [`max_payload: ${maxPayload}`]),
        ...(jetStream ? [`jetstream { store_dir: "${join(directory, name)}", max_memory_store: 64M, max_file_store: ${maxFile}, sync_interval: always }`] : []),
        ...(count === 1 ? [] : [`cluster { name: test, listen: "127.0.0.1:${ports[count + index]}", no_advertise: true, ${advertised}routes: [${routesOf(index).join(', ')}] }`]),
        more,
      ].join('\n'));
      return new NatsServer(name, ports[index]!, ports[2 * count + index]!, configuration);
    });
    const nats = new Nats(directory, servers, networks);
    try {
      await Promise.all(servers.map((server) => server.start()));
    } catch (error) {
      await nats.stop();
      throw error;
    }
    return nats;
  }

  private constructor(
    readonly directory: string,
    readonly servers: readonly NatsServer[],
    private readonly networks: readonly Network[],
  ) {}

  /** Cuts one server off from the others; clients of both sides stay connected. */
  divide(apart: NatsServer): void {
    const index = this.servers.indexOf(apart);
    assert.ok(this.networks.length > 0, 'not divisible');
    for (const { from, to, proxy } of this.networks) if (from === index || to === index) proxy.cut();
  }

  unite(): void {
    for (const { proxy } of this.networks) proxy.mend();
  }

  get log(): LogConfiguration {
    return { servers: this.servers.map(({ url }) => url), maxBytes: 1024 ** 3 };
  }

  server(name: string): NatsServer {
    const found = this.servers.find((server) => server.name === name);
    assert.ok(found, `no server ${name}`);
    return found;
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.kill()));
    await Promise.all(this.networks.map(({ proxy }) => proxy.stop()));
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** Waits until something holds; fails, with what it last threw, after a time that no working code needs. */
export async function eventually<T>(what: string, check: () => T | Promise<T>, seconds = 60): Promise<NonNullable<T>> {
  const end = performance.now() + seconds * 1000;
  let last: unknown;
  while (performance.now() < end) {
    try {
      const result = await check();
      if (result !== false && result !== undefined && result !== null) return result;
      last = `it is ${String(result)}`;
    } catch (error) {
      last = error;
    }
    await pause(50);
  }
  throw new Error(`not within ${seconds} s: ${what}; ${last instanceof Error ? last.stack : String(last)}`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTo(port, '127.0.0.1');
    socket.once('data', () => resolve(true)).once('error', () => resolve(false));
    socket.once('data', () => socket.destroy());
  });
}

function findExecutable(): string | undefined {
  const goPath = () => spawnSync('go', ['env', 'GOPATH'], { encoding: 'utf8' }).stdout?.trim();
  const inPath = (process.env.PATH ?? '').split(delimiter).map((directory) => join(directory, 'nats-server')).find(existsSync);
  if (inPath !== undefined) return inPath;
  const inGo = join(goPath() || '/nonexistent', 'bin', 'nats-server');
  return existsSync(inGo) ? inGo : undefined;
}
