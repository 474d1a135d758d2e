import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, untilReady } from './processes.mjs';

const READY_SECONDS = 120;

/** One broker that runs, with its data in a folder of its own. */
export class Instance {
  constructor(broker, core, data, { profile, certificate }) {
    this.broker = broker;
    this.core = core;
    this.profile = profile;
    this.certificate = certificate;
    mkdirSync(data, { recursive: true });
    this.directory = mkdtempSync(join(data, `${broker.name}-`));
  }

  /** @returns the milliseconds from its start to the first client that was accepted */
  async start() {
    this.port = await freePort();
    const since = performance.now();
    this.process = await this.broker.start({ core: this.core, directory: this.directory, port: this.port, log: join(this.directory, 'log'), profile: this.profile, certificate: this.certificate });
    this.alive = true;
    void this.process.ended.then(() => { this.alive = false; });
    return untilReady(this.process, this.port, READY_SECONDS, since);
  }

  /** What the generator needs to know. */
  get target() {
    return { address: `127.0.0.1:${this.port}`, broker: this.process.pid };
  }

  /** The same by a listener of its own, where the broker has one with TLS. */
  targetOf(transport) {
    return transport === 'tls' ? { ...this.target, address: `tls://127.0.0.1:${this.process.tlsPort}` } : this.target;
  }

  get metrics() {
    return this.process.metrics;
  }

  async remove() {
    await this.process?.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
