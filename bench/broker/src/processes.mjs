import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const STOP_MILLISECONDS = 60_000;

const running = new Set();
// Nothing is left behind when the benchmark itself ends early.
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

/** Starts a process on one core. taskset becomes the command, so the process id is that of the broker. */
export function startPinned(core, command, args, { log, cwd, env } = {}) {
  const output = openSync(log, 'a');
  const child = spawn('taskset', ['-c', String(core), command, ...args], { stdio: ['ignore', output, output], cwd, env: { ...process.env, ...env } });
  closeSync(output);
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  }).finally(() => running.delete(child));
  running.add(child);
  return {
    pid: child.pid,
    ended,
    log,
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    async stop(signal = 'SIGTERM') {
      child.kill('SIGCONT');
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MILLISECONDS);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Runs a command on one core to its end and returns what it printed. */
export async function runPinned(core, command, args, { seconds, env }) {
  const { stdout } = await run('taskset', ['-c', String(core), command, ...args], {
    timeout: seconds * 1000, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 * 1024, env: { ...process.env, ...env },
  });
  return stdout;
}

export async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** CONNECT of MQTT 3.1.1, client id `ready`, clean session, keepalive 60 s. */
const CONNECT = Buffer.from('101100044d5154540402003c00057265616479', 'hex');
const CONNACK_ACCEPTED = '20020000';

/** Waits until a client is accepted; returns the milliseconds since `since`. */
export async function untilReady(broker, port, seconds, since = performance.now()) {
  let over;
  void broker.ended.then((how) => { over = how; });
  for (const end = since + seconds * 1000; performance.now() < end; await sleep(5)) {
    if (over !== undefined) throw new Error(`the broker ended (${over}) before it was ready: see ${broker.log}`);
    if (await accepts(port)) return performance.now() - since;
  }
  throw new Error(`the broker was not ready after ${seconds} s: see ${broker.log}`);
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port }, () => socket.write(CONNECT));
    const finish = (accepted) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.setTimeout(1000, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
    socket.once('data', (bytes) => finish(bytes.toString('hex', 0, 4) === CONNACK_ACCEPTED));
  });
}
