import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, startPinned } from '../../broker/src/processes.mjs';
import { companionArguments, companionConfiguration, companionEnvironment, companionNode } from '../../shared/companion.mjs';
import { cache } from '../../shared/paths.mjs';

const READY_SECONDS = 300;

/** A broker of the cluster, as one pod runs it: a process with a store of its own. */
export class Pod {
  constructor(name, servers, { profile } = {}) {
    this.name = name;
    this.servers = servers;
    this.profile = profile;
    const data = join(cache, 'data');
    mkdirSync(data, { recursive: true });
    this.directory = mkdtempSync(join(data, `${name}-`));
  }

  /** @returns seconds from the start of the process until it says that it is ready */
  async start() {
    this.port = await freePort();
    this.operations = await freePort();
    const file = join(this.directory, 'config.yaml');
    writeFileSync(file, configuration(this));
    const profiling = this.profile ? ['--cpu-prof', `--cpu-prof-dir=${this.profile}`, `--cpu-prof-name=${this.name}-${Date.now()}.cpuprofile`] : [];
    const cores = execFileSync('taskset', ['-cp', String(process.pid)], { encoding: 'utf8' }).split(':').at(-1).trim();
    const since = performance.now();
    this.process = startPinned(cores, companionNode(), [...profiling, ...companionArguments(file)], { log: join(this.directory, 'log'), env: companionEnvironment });
    let over;
    void this.process.ended.then((how) => { over = how; });
    while (!(await this.#ready())) {
      if (over !== undefined) throw new Error(`${this.name} ended (${over}) before it was ready: see ${this.directory}/log`);
      if (performance.now() - since > READY_SECONDS * 1000) throw new Error(`${this.name} was not ready after ${READY_SECONDS} s: see ${this.directory}/log`);
      await pause(10);
    }
    return (performance.now() - since) / 1000;
  }

  get pid() {
    return this.process.pid;
  }

  get address() {
    return `127.0.0.1:${this.port}`;
  }

  async #ready() {
    try {
      return (await fetch(`http://127.0.0.1:${this.operations}/readyz`)).ok;
    } catch {
      return false;
    }
  }

  async metric(name) {
    const text = await (await fetch(`http://127.0.0.1:${this.operations}/metrics`)).text();
    return text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`)).reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  /** Ends the process in order; its store stays for the next start. */
  async stop() {
    await this.process?.stop();
  }

  async remove() {
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

const configuration = (pod) => companionConfiguration(pod, `name: ${pod.name}
cluster:
  name: pods
  log:
    servers: [${pod.servers.map((server) => `"${server}"`).join(', ')}]
  # Clients stay where the measurement wants them.
  rebalance: {enabled: false}
`);
