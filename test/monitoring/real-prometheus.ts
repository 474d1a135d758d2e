import { type ChildProcess, spawn, spawnSync } from 'child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'fs';
import { createServer } from 'net';
import { homedir, tmpdir } from 'os';
import { join, resolve } from 'path';
import { setTimeout as sleep } from 'timers/promises';
import { Yaml } from 'cdk8s';

const BROKER = resolve(__dirname, '../../broker-image/build/main.js');
const GO_PATH = process.env.GOPATH ?? join(homedir(), 'go');
const PATIENCE_MS = 30_000;

/** In the PATH, or where `go install` puts it. */
const natsServer = ['nats-server', join(GO_PATH, 'bin', 'nats-server')].find((command) => spawnSync(command, ['--version']).error === undefined);

/** Why broker and Prometheus cannot run here; undefined when they can. */
export function missing(): string | undefined {
  if (spawnSync('prometheus', ['--version']).error) return 'prometheus is not on the PATH; Debian: apt-get install prometheus';
  if (!existsSync(BROKER)) return 'the broker is not built; npm ci does it';
  if (spawnSync('openssl', ['version']).error) return 'openssl is not on the PATH; Debian: apt-get install openssl';
  return undefined;
}

/** Why a broker that is part of a cluster cannot run here; undefined when it can. */
export function missingForCluster(): string | undefined {
  return natsServer === undefined ? 'nats-server is neither in the PATH nor where Go installs it; go install github.com/nats-io/nats-server/v2@v2.12.3' : missing();
}

export interface Series {
  readonly metric: { readonly [label: string]: string };
  readonly value: [number, string];
}

/** The companion broker and a Prometheus that scrapes it every second as the pod `mqtt/broker-0`, both local processes on free ports. */
export class ScrapedBroker {
  public static async start(rules: object, { inCluster = false }: { inCluster?: boolean } = {}): Promise<ScrapedBroker> {
    const started = new ScrapedBroker();
    try {
      await started.startBroker(inCluster);
      await started.startPrometheus(rules);
      return started;
    } catch (error) {
      await started.stop();
      throw error;
    }
  }

  public brokerUrl = '';
  private operations = '';
  private prometheus = '';
  private readonly processes: ChildProcess[] = [];
  private readonly folder = mkdtempSync(join(tmpdir(), 'scraped-broker-'));

  private constructor() {}

  public async query(expression: string): Promise<Series[]> {
    const { result } = await this.api(`query?query=${encodeURIComponent(expression)}`);
    return result as Series[];
  }

  public async rules(): Promise<{ name: string; health: string; state: string; lastError?: string }[]> {
    return (await this.api('rules')).groups[0].rules;
  }

  /** Answers what the check answers, once it answers anything. */
  public async eventually<T>(what: string, check: () => Promise<T | undefined>): Promise<T> {
    for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(250)) {
      const answer = await check().catch(() => undefined);
      if (answer !== undefined) return answer;
    }
    throw new Error(`${what} did not happen within ${PATIENCE_MS / 1000} s`);
  }

  public async stop(): Promise<void> {
    await Promise.all(this.processes.map((child) => new Promise((ended) => {
      if (child.exitCode !== null || child.signalCode !== null) return ended(undefined);
      child.once('exit', ended);
      return child.kill('SIGKILL');
    })));
    rmSync(this.folder, { recursive: true });
  }

  private async startNats(): Promise<string> {
    const port = await freePort();
    this.run(natsServer!, ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', join(this.folder, 'nats')]);
    return `nats://127.0.0.1:${port}`;
  }

  private async startBroker(inCluster: boolean): Promise<void> {
    const child = this.run(process.execPath, [
      BROKER, '--operations', 'http://127.0.0.1:0', '--data', join(this.folder, 'store'),
      ...inCluster ? ['--listen', 'tcp://127.0.0.1:0', '--allow-anonymous', '--log', await this.startNats(), '--name', 'broker-0'] : this.withTls(),
    ]);
    let log = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => { log += text; });
    const urlIn = (event: string) => new RegExp(`"event":"${event}".*"url":"([^"]+)"`).exec(log)?.[1];
    await this.eventually('the start of the broker', async () => /"event":"broker\.ready"/.exec(log) ?? undefined);
    this.brokerUrl = urlIn('listener\\.opened')!;
    this.operations = urlIn('operations\\.opened')!;
  }

  /** Besides a listener without TLS one that has all that can expire. */
  private withTls(): string[] {
    const configuration = join(this.folder, 'broker.yaml');
    writeFileSync(configuration, Yaml.stringify({
      listeners: [
        { name: 'mqtt', protocol: 'tcp', port: 1883 },
        { name: 'mqtts', protocol: 'tls', port: 8883, tls: { ...certificates(this.folder), clientCertificate: 'request' } },
      ],
      authentication: { anonymous: true },
    }));
    return ['--config', configuration, '--listen', 'mqtt=tcp://127.0.0.1:0', '--listen', 'mqtts=tls://127.0.0.1:0'];
  }

  private async startPrometheus(rules: object): Promise<void> {
    const target = { targets: [new URL(this.operations).host], labels: { namespace: 'mqtt', pod: 'broker-0' } };
    const configuration = {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: ['rules.yaml'],
      scrape_configs: [{ job_name: 'broker', static_configs: [target] }],
    };
    writeFileSync(join(this.folder, 'prometheus.yaml'), Yaml.stringify(configuration));
    writeFileSync(join(this.folder, 'rules.yaml'), Yaml.stringify(rules));
    const address = `127.0.0.1:${await freePort()}`;
    this.prometheus = `http://${address}`;
    this.run('prometheus', [
      `--config.file=${join(this.folder, 'prometheus.yaml')}`, `--storage.tsdb.path=${join(this.folder, 'prometheus')}`, `--web.listen-address=${address}`,
    ]);
    await this.eventually('the start of Prometheus', async () => ((await fetch(`${this.prometheus}/-/ready`)).ok ? true : undefined));
  }

  private run(command: string, commandLine: string[]): ChildProcess {
    const child = spawn(command, commandLine, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.processes.push(child);
    return child;
  }

  private async api(path: string): Promise<any> {
    const answer = await fetch(`${this.prometheus}/api/v1/${path}`);
    const { status, data, error } = await answer.json() as { status: string; data: any; error?: string };
    if (status !== 'success') throw new Error(`Prometheus refuses ${path}: ${error}`);
    return data;
  }
}

/** A certificate that is its own authority, and a revocation list of it, for 30 days. */
function certificates(folder: string): { certificateFile: string; privateKeyFile: string; clientCaFile: string; crlFile: string } {
  const [certificate, key, list, database, configuration] = ['tls.crt', 'tls.key', 'ca.crl', 'index.txt', 'openssl.cnf'].map((name) => join(folder, name));
  writeFileSync(database, '');
  writeFileSync(configuration, `[ca]\ndefault_ca = one\n[one]\ndatabase = ${database}\ndefault_md = sha256\ndefault_crl_days = 30\n[req]\ndistinguished_name = name\n[name]\n`);
  for (const options of [
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, '-days', '30', '-subj', '/CN=localhost', '-config', configuration],
    ['ca', '-gencrl', '-keyfile', key, '-cert', certificate, '-out', list, '-config', configuration],
  ]) {
    const { status, stderr } = spawnSync('openssl', options, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`openssl ${options[0]}: ${stderr}`);
  }
  return { certificateFile: certificate, privateKeyFile: key, clientCaFile: certificate, crlFile: list };
}

function freePort(): Promise<number> {
  return new Promise((found) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => found(port));
    });
  });
}
