import { spawn, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { writeCertificate } from './certificate.mjs';
import { brokerMain } from './packages.mjs';
import { companionNode } from '../../shared/companion.mjs';

/** Sessions of clients that never come back end after a while, so that they come and go within the run. */
export const sessionExpirySeconds = 60;

/** The broker in a process of its own, as its image starts it but for the inspector, with all four kinds of listeners. */
export class SoakBroker {
  static async start(directory) {
    mkdirSync(directory, { recursive: true });
    const certificate = await writeCertificate(directory);
    const password = randomBytes(16).toString('hex');
    const passwordFile = join(directory, 'passwords');
    writeFileSync(passwordFile, execFileSync(process.execPath, [brokerMain, 'hash-password', '--user', 'soak', '--random-secret'], { input: password }), { mode: 0o600 });
    const file = join(directory, 'config.yaml');
    writeFileSync(file, configuration(directory, passwordFile, certificate));
    const any = ['tcp', 'tls', 'ws', 'wss'].flatMap((protocol) => ['--listen', `${protocol}=${protocol}://127.0.0.1:0`]);
    const child = spawn(companionNode(), ['--inspect=127.0.0.1:0', '--max-semi-space-size=64', brokerMain, '--config', file, ...any, '--operations', 'http://127.0.0.1:0'], {
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const broker = new SoakBroker(child, { username: 'soak', password, ca: certificate.pem });
    try {
      await broker.#ready();
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
    return broker;
  }

  /** Version of Node.js that it runs on. */
  node;
  /** Lines of the log by event. */
  events = new Map();
  /** Lines that tell of a fault. */
  faults = [];
  #child;
  #urls = new Map();
  #inspectorUrl;
  #ended;
  #wake = () => {};

  constructor(child, access) {
    this.#child = child;
    this.access = access;
    this.#ended = new Promise((resolve) => child.once('close', (code) => resolve(code)));
    this.#ended.then(() => this.#wake());
    createInterface({ input: child.stdout }).on('line', (line) => this.#logged(line));
    createInterface({ input: child.stderr }).on('line', (line) => {
      this.#inspectorUrl ??= /^Debugger listening on (ws:\S+)/.exec(line)?.[1];
      if (!/^(Debugger|For help)/.test(line)) this.faults.push(line);
      this.#wake();
    });
  }

  get pid() {
    return this.#child.pid;
  }

  get inspectorUrl() {
    return this.#inspectorUrl;
  }

  get metricsUrl() {
    return `${this.#urls.get('operations')}/metrics`;
  }

  get running() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** `tcp`, `tls`, `ws` or `wss`. */
  url(protocol) {
    const url = this.#urls.get(protocol).replace(/^tls:/, 'mqtts:').replace(/^tcp:/, 'mqtt:');
    return protocol.startsWith('ws') ? `${url}/mqtt` : url;
  }

  address(protocol) {
    const { hostname, port } = new URL(this.#urls.get(protocol).replace(/^[a-z]+/, 'http'));
    return { host: hostname, port: Number(port) };
  }

  /** Ends it in order. @returns the exit code */
  async stop() {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 30_000);
    this.#child.kill('SIGTERM');
    const code = await this.#ended;
    clearTimeout(timer);
    return code;
  }

  #logged(line) {
    const entry = JSON.parse(line);
    const { event, level, listener, url, node } = entry;
    this.events.set(event, (this.events.get(event) ?? 0) + 1);
    if (event === 'broker.starting') this.node = node.slice(1);
    if (event === 'listener.opened') this.#urls.set(listener, url);
    if (event === 'operations.opened') this.#urls.set('operations', url);
    if ((level === 'error' || level === 'fatal') && this.faults.length < 20) this.faults.push(line);
    this.#wake();
  }

  async #ready() {
    while (!this.events.has('broker.ready') || this.#inspectorUrl === undefined) {
      if (!this.running) throw new Error(`the broker ended while it started:\n${this.faults.join('\n')}`);
      await new Promise((resolve) => (this.#wake = resolve));
    }
  }
}

const configuration = (directory, passwordFile, { certificateFile, privateKeyFile }) => `
listeners:
  - {name: tcp, protocol: tcp, port: 1883}
  - {name: tls, protocol: tls, port: 8883, tls: &tls {certificateFile: ${certificateFile}, privateKeyFile: ${privateKeyFile}}}
  - {name: ws, protocol: ws, port: 8083}
  - {name: wss, protocol: wss, port: 8084, tls: *tls}
authentication:
  passwordFile: ${passwordFile}
session:
  expirySeconds: ${sessionExpirySeconds}
  maxQueuedMessages: 2000
  maxQueuedBytes: 16777216
store:
  directory: ${join(directory, 'store')}
shutdown:
  delaySeconds: 0
  connectionsPerSecond: 1000
`;
