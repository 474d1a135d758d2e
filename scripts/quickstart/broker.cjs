'use strict';

const { spawn } = require('node:child_process');
const net = require('node:net');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { Failure } = require('./failure.cjs');

const BROKER_IMAGE = path.resolve(__dirname, '..', '..', 'broker-image');
const READY_WITHIN_MS = 20_000;
const STOP_WITHIN_MS = 30_000;

/** Fails with an explanation where a port is taken: the broker's own message would come after the work of the first steps. */
async function checkPortsFree(ports) {
  const taken = [];
  for (const { option, port } of ports) {
    if (!await isFree(port)) taken.push(`port ${port} on 127.0.0.1 is in use by another program. Stop it, or choose another port: npm run quickstart -- ${option} ${port < 64000 ? port + 1000 : port - 1000}`);
  }
  if (taken.length > 0) throw new Failure(taken.join('\n'));
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** The companion broker as a local process, with the configuration of the ConfigMap; only addresses and the data folder differ. */
class Broker {
  constructor({ configuration, data, port, operationsPort }) {
    this.operations = `http://127.0.0.1:${operationsPort}`;
    this.url = `mqtt://127.0.0.1:${port}`;
    this.arguments = [
      '--max-semi-space-size=64', path.join(BROKER_IMAGE, 'build', 'main.js'),
      '--config', configuration,
      '--listen', `mqtt=tcp://127.0.0.1:${port}`,
      '--operations', this.operations,
      '--data', data,
    ];
  }

  /** @param {{ detached?: boolean }} [options] detached: the process outlives this one */
  async start({ detached = false } = {}) {
    this.output = [];
    this.process = spawn(process.execPath, this.arguments, { detached, stdio: detached ? 'ignore' : ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      if (stream) stream.on('data', (chunk) => this.output.push(chunk));
    }
    this.exited = new Promise((resolve) => this.process.once('exit', (code, signal) => resolve({ code, signal })));
    if (detached) this.process.unref();
    await this.ready();
  }

  async ready() {
    let end;
    this.exited.then((status) => { end = status; });
    for (const deadline = Date.now() + READY_WITHIN_MS; Date.now() < deadline; await sleep(50)) {
      if (end) throw new Failure(`the broker stopped with exit code ${end.code}:\n${this.log()}`);
      const answer = await fetch(`${this.operations}/readyz`).catch(() => undefined);
      if (answer && answer.ok) return;
    }
    await this.stop();
    throw new Failure(`the broker was not ready within ${READY_WITHIN_MS / 1000} s:\n${this.log()}`);
  }

  async metrics() {
    const answer = await fetch(`${this.operations}/metrics`);
    if (!answer.ok) throw new Failure(`${this.operations}/metrics answered ${answer.status}`);
    return answer.text();
  }

  /** As Kubernetes does it: SIGTERM, then a grace period. */
  async stop() {
    if (!this.process || this.process.exitCode !== null || this.process.signalCode !== null) return undefined;
    this.process.kill('SIGTERM');
    const patience = setTimeout(() => this.process.kill('SIGKILL'), STOP_WITHIN_MS);
    const status = await this.exited;
    clearTimeout(patience);
    return status;
  }

  log() {
    return Buffer.concat(this.output ?? []).toString();
  }
}

module.exports = { Broker, checkPortsFree };
