import { ChildProcess, spawn } from 'child_process';
import { readFileSync } from 'fs';
import http from 'http';
import http2 from 'http2';
import path from 'path';
import type { Duplex } from 'stream';
import { eventually } from './eventually';
import { startHelperPod } from './helper-pod';
import { get, kubectl } from './kubectl';
import type { Pod } from './kubernetes-objects';

const NAME = 'relay';
const PORT = 1080;
/** How often the way is tried, and after how long without an answer it is made anew. */
const PROBE_MS = 2000;
const PROBE_PATIENCE_MS = 8000;
const SERVER = readFileSync(path.join(__dirname, 'relay-server.cjs'), 'utf8');

/**
 * A way into the cluster from wherever the suite runs: connections go through `kubectl port-forward` to a pod that opens them from there. So clients use the
 * Services' own names and addresses, as any pod would, on every cluster that kubectl reaches.
 *
 * They are all streams of one HTTP/2 connection: `kubectl port-forward` stays up and forwards nothing any more when many of its connections end at once, as
 * brokers that move clients make them (https://github.com/kubernetes/kubectl/issues/1620, https://github.com/kubernetes/kubernetes/issues/78446).
 */
export class Relay {
  /** Starts the pod, away from the brokers where there is another node. */
  static async start(namespace: string): Promise<Relay> {
    await startHelperPod(namespace, NAME, SERVER);
    await kubectl(['wait', `--namespace=${namespace}`, '--for=condition=Ready', `pod/${NAME}`, '--timeout=60s'], { seconds: 70 });
    await eventually('the relay to listen', 10, async () => (
      (await kubectl(['logs', `--namespace=${namespace}`, NAME])).stdout.includes('listening') || undefined
    ));
    const relay = new Relay(namespace);
    relay.port = await relay.forward(0);
    relay.probe();
    return relay;
  }

  private port = 0;
  private stopped = false;
  private process?: ChildProcess;
  private session?: http2.ClientHttp2Session;

  private constructor(public readonly namespace: string) {}

  /** Opens a connection to an address inside the cluster. What fails on the way closes it. */
  connect(host: string, port: number): Duplex {
    return this.way().request({ ':method': 'CONNECT', ':authority': `${host}:${port}` });
  }

  /** One HTTP request from inside the cluster. */
  httpGet(host: string, port: number, urlPath: string): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const request = http.get({ host, port, path: urlPath, timeout: 10_000, createConnection: () => this.connect(host, port) }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode!, body: Buffer.concat(chunks).toString() }));
      });
      request.on('timeout', () => request.destroy(new Error(`no answer from ${host}:${port} within 10 s`)));
      request.on('error', reject);
    });
  }

  /** Runs a command in the pod. */
  async exec(command: string[], input?: string): Promise<string> {
    return (await kubectl(['exec', '--stdin', `--namespace=${this.namespace}`, NAME, '--', ...command], { input })).stdout;
  }

  /** The node that the pod runs on. */
  async nodeName(): Promise<string> {
    return (await get<Pod>('pod', NAME, `--namespace=${this.namespace}`)).spec.nodeName;
  }

  stop(): void {
    this.stopped = true;
    this.session?.destroy();
    this.process?.kill();
  }

  /** The connection to the pod, a new one where the last has ended. */
  private way(): http2.ClientHttp2Session {
    if (this.session === undefined || this.session.destroyed || this.session.closed) {
      this.session = http2.connect(`http://127.0.0.1:${this.port}`);
      // Its streams tell who uses them.
      this.session.on('error', () => undefined);
    }
    return this.session;
  }

  /** Ends a way that does not answer: what uses it connects again, and finds a new one. */
  private probe(): void {
    if (this.stopped) return;
    const session = this.way();
    const patience = setTimeout(() => {
      session.destroy();
      this.process?.kill();
    }, PROBE_PATIENCE_MS).unref();
    session.ping(() => clearTimeout(patience));
    setTimeout(() => this.probe(), PROBE_MS).unref();
  }

  /** Runs `kubectl port-forward` on a local port, 0 for any, and again whenever it ends. */
  private forward(localPort: number): Promise<number> {
    const child = spawn('kubectl', ['port-forward', `--namespace=${this.namespace}`, `pod/${NAME}`, `${localPort === 0 ? '' : localPort}:${PORT}`], { stdio: 'pipe' });
    this.process = child;
    return new Promise((resolve, reject) => {
      let output = '';
      let port: number | undefined;
      const read = (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-4096);
        const match = /Forwarding from 127\.0\.0\.1:(\d+)/.exec(output);
        if (port !== undefined || !match) return;
        port = Number(match[1]);
        resolve(port);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('error', reject);
      child.once('exit', () => {
        if (this.stopped) return;
        if (port === undefined && localPort === 0) {
          reject(new Error(`kubectl port-forward ended: ${output}`));
        } else {
          setTimeout(() => void this.forward(port ?? localPort), 500).unref();
        }
      });
    });
  }
}
