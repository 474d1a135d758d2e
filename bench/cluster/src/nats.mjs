import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { BenchmarkError } from '../../shared/errors.mjs';

const CLOCK_TICKS = 100;

/** Three real servers that form a cluster, as production has them, but for the network between them. */
export class Nats {
  static async start() {
    const executable = find();
    const directory = mkdtempSync(join(tmpdir(), 'bench-nats-'));
    const ports = await freePorts(6);
    const routes = ports.slice(3).map((port) => `nats://127.0.0.1:${port}`).join(', ');
    const processes = [0, 1, 2].map((index) => {
      const configuration = join(directory, `${index}.conf`);
      writeFileSync(configuration, `server_name: n${index}
listen: "127.0.0.1:${ports[index]}"
jetstream { store_dir: "${join(directory, String(index))}", max_file_store: 20G, sync_interval: always }
cluster { name: bench, listen: "127.0.0.1:${ports[index + 3]}", no_advertise: true, routes: [${routes}] }
`);
      return spawn(executable, ['-c', configuration], { stdio: 'ignore' });
    });
    // Nothing is left behind when the benchmark itself ends early.
    process.once('exit', () => processes.forEach((child) => child.kill('SIGKILL')));
    const nats = new Nats(directory, processes, ports.slice(0, 3).map((port) => `nats://127.0.0.1:${port}`));
    for (const port of ports.slice(0, 3)) {
      for (let tries = 0; !(await accepts(port)); tries++) {
        if (tries > 400) {
          await nats.stop();
          throw new BenchmarkError(`nats-server does not listen on ${port}`);
        }
        await pause(25);
      }
    }
    return nats;
  }

  constructor(directory, processes, servers) {
    this.directory = directory;
    this.processes = processes;
    this.servers = servers;
  }

  /** CPU seconds of all servers until now. */
  cpuSeconds() {
    return this.processes.reduce((sum, { pid }) => sum + cpuSecondsOf(pid), 0);
  }

  async stop() {
    await Promise.all(this.processes.map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }));
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export function cpuSecondsOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS;
}

function find() {
  const inPath = (process.env.PATH ?? '').split(delimiter).map((directory) => join(directory, 'nats-server')).find(existsSync);
  const inGo = join(spawnSync('go', ['env', 'GOPATH'], { encoding: 'utf8' }).stdout?.trim() || '/nonexistent', 'bin/nats-server');
  const found = inPath ?? (existsSync(inGo) ? inGo : undefined);
  if (found === undefined) throw new BenchmarkError('nats-server is not installed: go install github.com/nats-io/nats-server/v2@v2.12.3');
  return found;
}

async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
