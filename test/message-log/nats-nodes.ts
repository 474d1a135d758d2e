import { type ChildProcess, execFileSync, spawn } from 'child_process';
import * as fs from 'fs';
import * as net from 'net';
import * as os from 'os';
import * as path from 'path';
import * as tls from 'tls';

/** The real server, where it is installed: by PATH, or where `go install github.com/nats-io/nats-server/v2@v2.12.3` puts it. */
export function natsServer(): string | undefined {
  const goPath = () => execFileSync('go', ['env', 'GOPATH'], { encoding: 'utf8' }).trim();
  const candidates = [() => 'nats-server', () => path.join(goPath(), 'bin', 'nats-server')];
  return candidates.map((candidate) => {
    try {
      const file = candidate();
      execFileSync(file, ['--version'], { stdio: 'ignore' });
      return file;
    } catch {
      return undefined;
    }
  }).find((file) => file !== undefined);
}

export interface NatsNode {
  readonly name: string;
  readonly clientPort: number;
  readonly routePort: number;
  readonly monitoringPort: number;
}

export interface NodeOptions {
  /** nats.conf as the construct writes it. */
  readonly configuration: string;
  /** What the container's environment says, with the values of the Secrets in place. */
  readonly environment: { [name: string]: string };
  /** Where the certificate's files are, in place of the mounted folder. */
  readonly certificates?: string;
}

/** Runs the nodes of a message log as processes on the loopback address: with their real configuration, but for ports, hosts and folders. */
export class NatsNodes {
  public readonly nodes: NatsNode[] = [];
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cdk8s-mqtt-nats-'));
  private readonly processes: ChildProcess[] = [];
  private readonly output: string[] = [];

  constructor(private readonly server: string) {}

  public async start(names: string[], options: NodeOptions): Promise<void> {
    for (const name of names) this.nodes.push({ name, clientPort: await freePort(), routePort: await freePort(), monitoringPort: await freePort() });
    for (const node of this.nodes) this.spawn(node, options);
  }

  /** What the nodes logged, for messages of failed tests. */
  public get log(): string {
    return this.output.join('');
  }

  /** Whether one of them ended by itself. */
  public get haveEnded(): boolean {
    return this.processes.some((child) => child.exitCode !== null);
  }

  /** Starts the nodes again on what they stored, with another configuration. */
  public async restart(options: NodeOptions): Promise<void> {
    await this.kill();
    for (const node of this.nodes) this.spawn(node, options);
  }

  /** What a reloader does when a mounted file has changed. */
  public reload(): void {
    for (const child of this.processes) child.kill('SIGHUP');
  }

  public async stop(): Promise<void> {
    await this.kill();
    fs.rmSync(this.folder, { recursive: true });
  }

  private async kill(): Promise<void> {
    await Promise.all(this.processes.splice(0).map((child) => new Promise((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve(undefined);
      child.once('exit', resolve);
      child.kill('SIGKILL');
      return undefined;
    })));
  }

  private spawn(node: NatsNode, { configuration, environment, certificates }: NodeOptions): void {
    const home = path.join(this.folder, node.name);
    fs.mkdirSync(home, { recursive: true });
    let text = configuration
      .replace('port: 4222', `listen: "127.0.0.1:${node.clientPort}"`)
      .replace('http_port: 8222', `http: "127.0.0.1:${node.monitoringPort}"`)
      .replace('port: 6222', `listen: "127.0.0.1:${node.routePort}"`)
      .replace('"/data', `"${home}`)
      .replace('"/var/run/nats/nats.pid"', `"${home}/nats.pid"`);
    for (const peer of this.nodes) text = text.replace(new RegExp(`//${peer.name}\\.[^:"]*:6222`), `//127.0.0.1:${peer.routePort}`);
    if (certificates !== undefined) text = text.replaceAll('/etc/nats-certificate', certificates);
    const file = path.join(home, 'nats.conf');
    fs.writeFileSync(file, text);
    const child = spawn(this.server, ['--config', file], { env: { PATH: process.env.PATH, ...environment, NODE_NAME: `'${node.name}'` }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => this.output.push(data.toString()));
    this.processes.push(child);
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Answers of the server to what a client writes, in NATS' own protocol (https://docs.nats.io/reference/reference-protocols/nats-protocol). */
export async function converse(port: number, lines: string[], enough: (answer: string) => boolean): Promise<string> {
  const socket = net.connect(port, '127.0.0.1');
  let answer = '';
  try {
    await new Promise<void>((resolve, reject) => {
      socket.setTimeout(10_000, () => reject(new Error(`no answer within 10 s; so far: ${answer}`)));
      socket.on('error', reject);
      socket.on('close', () => (enough(answer) ? resolve() : reject(new Error(`closed: ${answer}`))));
      socket.on('data', (data) => {
        answer += data.toString();
        if (enough(answer)) resolve();
      });
      socket.write(lines.map((line) => `${line}\r\n`).join(''));
    });
    return answer;
  } finally {
    socket.destroy();
  }
}

/** Serial number of the certificate that a node shows to whoever connects: to a client after a first line in plain text, to another node at once. */
export async function servedCertificate({ clientPort, routePort }: NatsNode, to: 'client' | 'node'): Promise<string> {
  const socket = net.connect(to === 'client' ? clientPort : routePort, '127.0.0.1');
  try {
    await new Promise((resolve, reject) => socket.once(to === 'client' ? 'data' : 'connect', resolve).once('error', reject));
    return await new Promise((resolve, reject) => {
      // The authority is looked at elsewhere; a node wants a certificate in return, and says so once its own has been seen.
      const secured: tls.TLSSocket = tls.connect({ socket, rejectUnauthorized: false }, () => resolve(secured.getPeerCertificate().serialNumber));
      secured.on('error', reject);
    });
  } finally {
    socket.destroy();
  }
}

/** Asks JetStream, and answers with its JSON. */
export async function jetStream(port: number, credentials: object, api: string, request: object): Promise<any> {
  const body = JSON.stringify(request);
  const lines = [
    `CONNECT ${JSON.stringify({ verbose: false, pedantic: false, ...credentials })}`, 'SUB answer 1', `PUB $JS.API.${api} answer ${Buffer.byteLength(body)}`, body,
  ];
  const answer = await converse(port, lines, (text) => /MSG answer 1 \d+\r\n.*\r\n/s.test(text) || text.includes('-ERR'));
  const found = /MSG answer 1 \d+\r\n(.*?)\r\n/s.exec(answer);
  if (!found) throw new Error(answer);
  return JSON.parse(found[1]);
}
