import { execFileSync } from 'child_process';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { Secret } from 'cdk8s-plus-27';
import { converse, jetStream, NatsNodes, natsServer, servedCertificate } from './nats-nodes';
import { MqttTls } from '../../lib';
import { MqttMessageLog } from '../../lib/message-log/mqtt-message-log';
import { MqttMessageLogCredentials } from '../../lib/message-log/mqtt-message-log-credentials';
import type { MqttMessageLogProps } from '../../lib/message-log/mqtt-message-log-props';
import { findObject, newChart } from '../support/synth';

// The configuration that the construct writes, read and run by the real server.

const server = natsServer();
const inServer = server === undefined ? describe.skip : describe;
if (server === undefined) process.stderr.write('nats-server is not installed, so that nats.conf is not run: go install github.com/nats-io/nats-server/v2@v2.12.3\n');

const secret = (name: string) => Secret.fromSecretName(newChart(), 'Secret', name);

/** nats.conf, and the environment of the container with these values in the place of the Secret's. */
function synth(props: MqttMessageLogProps, values: { [key: string]: string } = {}) {
  const chart = newChart();
  new MqttMessageLog(chart, 'Log', { name: 'log', ...props });
  const env: { name: string; value?: string; valueFrom?: { secretKeyRef?: { key: string } } }[] = findObject(chart, 'StatefulSet').spec.template.spec.containers[0].env;
  const environment: { [name: string]: string } = {};
  for (const { name, value, valueFrom } of env) {
    if (valueFrom?.secretKeyRef) environment[name] = values[valueFrom.secretKeyRef.key];
    else if (value !== undefined) environment[name] = value.replace(/\$\((\w+)\)/g, (_, variable: string) => environment[variable] ?? '');
  }
  return { configuration: findObject(chart, 'ConfigMap').data['nats.conf'] as string, environment };
}

async function until<T>(what: string, nodes: NatsNodes, look: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + 60_000;
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
    if (Date.now() > end || nodes.haveEnded) throw new Error(`${what} did not happen; the nodes say:\n${nodes.log.slice(-4000)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

inServer('nats-server', () => {
  let nodes: NatsNodes;
  beforeEach(() => { nodes = new NatsNodes(server!); });
  afterEach(() => nodes.stop());

  // A password that nats.conf would read as a number with a unit, with characters that mean something to it.
  const PASSWORD = '5k#$x {"} \\t//ä';
  const credentials = MqttMessageLogCredentials.fromSecret(secret('users'));
  const user = { user: '0123', pass: PASSWORD };
  const values = { username: user.user, password: PASSWORD };

  const monitor = async (port: number, page: string) => (await fetch(`http://127.0.0.1:${port}/${page}`)).json() as any;
  const isHealthy = async (port: number) => ((await monitor(port, 'healthz')).status === 'ok' ? true : undefined);

  test('runs three nodes as one log, which keeps three copies on the disk and asks for the password', async () => {
    await nodes.start(['log-0', 'log-1', 'log-2'], synth({ nodes: 3, credentials }, values));
    const [first, second] = nodes.nodes;
    // What the startup probe asks.
    for (const { monitoringPort } of nodes.nodes) await until('health', nodes, () => isHealthy(monitoringPort));

    const stream = await until('a stream with three copies', nodes, async () => {
      const answer = await jetStream(first.clientPort, user, 'STREAM.CREATE.mqtt', { name: 'mqtt', subjects: ['mqtt.log'], storage: 'file', num_replicas: 3 });
      return answer.config === undefined ? undefined : answer;
    });
    expect(stream.config).toMatchObject({ num_replicas: 3, storage: 'file' });
    const info = await until('copies that are current', nodes, async () => {
      const answer = await jetStream(second.clientPort, user, 'STREAM.INFO.mqtt', {});
      return answer.cluster?.replicas?.every(({ current }: any) => current) ? answer : undefined;
    });
    expect([info.cluster.leader, ...info.cluster.replicas.map(({ name }: any) => name)].sort()).toEqual(['log-0', 'log-1', 'log-2']);

    const { name, config } = await monitor(first.monitoringPort, 'jsz?config=true').then(async (jsz) => ({ config: jsz.config, name: (await monitor(first.monitoringPort, 'varz')).server_name }));
    expect(name).toBe('log-0');
    expect(config).toMatchObject({ sync_always: true, max_storage: 12_288 * 1024 ** 2, domain: 'log' });

    const refused = (given: object) => converse(first.clientPort, [`CONNECT ${JSON.stringify(given)}`, 'PING'], (text) => text.includes('-ERR') || text.includes('PONG'));
    expect(await refused({})).toContain("-ERR 'Authorization Violation'");
    expect(await refused({ user: user.user, pass: 'other' })).toContain("-ERR 'Authorization Violation'");
    expect(await refused(user)).toContain('PONG');
  }, 120_000);

  test('takes everybody in without credentials, and a message of 8 MiB', async () => {
    await nodes.start(['log-0'], synth({}));
    const [{ clientPort, monitoringPort }] = nodes.nodes;
    await until('health', nodes, () => isHealthy(monitoringPort));
    const info = await converse(clientPort, ['CONNECT {}', 'PING'], (text) => text.includes('PONG'));
    expect(JSON.parse(/INFO (.*)\r\n/.exec(info)![1])).toMatchObject({ max_payload: 8 * 1024 ** 2, jetstream: true });
    // It means the user without a password.
    expect(nodes.log.split('\n').filter((line) => /\[(WRN|ERR)\]/.test(line))).toEqual([expect.stringContaining('Plaintext passwords detected')]);
  }, 120_000);

  test('keeps what it stored when credentials are introduced', async () => {
    const stream = { name: 'mqtt', subjects: ['mqtt.log'], storage: 'file', num_replicas: 1 };
    const [open, closed] = [synth({}), synth({ credentials }, values)];
    await nodes.start(['log-0'], open);
    const [{ clientPort, monitoringPort }] = nodes.nodes;
    await until('health', nodes, () => isHealthy(monitoringPort));
    expect((await jetStream(clientPort, {}, 'STREAM.CREATE.mqtt', stream)).did_create).toBe(true);
    await nodes.restart(closed);
    await until('health', nodes, () => isHealthy(monitoringPort));
    expect((await jetStream(clientPort, user, 'STREAM.INFO.mqtt', {})).config).toMatchObject({ name: 'mqtt' });
  }, 120_000);

  test('keeps what one node stored when it becomes one of several, which would delete it, and finds it when that is taken back', async () => {
    const [one, several] = [synth({ nodes: 1 }), synth({ nodes: 3 })];
    await nodes.start(['log-0'], one);
    const [first] = nodes.nodes;
    await until('health', nodes, () => isHealthy(first.monitoringPort));
    expect((await jetStream(first.clientPort, {}, 'STREAM.CREATE.mqtt', { name: 'mqtt', subjects: ['mqtt.log'], storage: 'file', num_replicas: 1 })).did_create).toBe(true);

    await nodes.start(['log-1', 'log-2'], several);
    await nodes.restart(several);
    for (const { monitoringPort } of nodes.nodes) await until('health', nodes, () => isHealthy(monitoringPort));
    // A stream that the node has and its cluster does not know is one that it deletes after half a minute.
    expect((await monitor(first.monitoringPort, 'jsz')).streams).toBe(0);

    await nodes.restart(one);
    await until('health', nodes, () => isHealthy(first.monitoringPort));
    expect((await jetStream(first.clientPort, {}, 'STREAM.INFO.mqtt', {})).config).toMatchObject({ name: 'mqtt' });
  }, 120_000);

  test('verifies its peers by the certificate, which is client and server', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cdk8s-mqtt-nats-tls-'));
    try {
      issueCertificate(folder);
      await nodes.start(['log-0', 'log-1', 'log-2'], { ...synth({ nodes: 3, tls: MqttTls.fromSecret(secret('tls')) }), certificates: folder });
      for (const { monitoringPort } of nodes.nodes) await until('health', nodes, () => isHealthy(monitoringPort));
      expect((await monitor(nodes.nodes[0].monitoringPort, 'varz')).tls_required).toBe(true);
      const { routes } = await monitor(nodes.nodes[0].monitoringPort, 'routez');
      expect(new Set(routes.map(({ remote_name }: any) => remote_name))).toEqual(new Set(['log-1', 'log-2']));
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  }, 120_000);

  test('shows a renewed certificate to brokers and to its peers once it is told to reload, and goes on', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cdk8s-mqtt-nats-tls-'));
    try {
      issueCertificate(folder);
      await nodes.start(['log-0', 'log-1', 'log-2'], { ...synth({ nodes: 3, credentials, tls: MqttTls.fromSecret(secret('tls')) }, values), certificates: folder });
      for (const { monitoringPort } of nodes.nodes) await until('health', nodes, () => isHealthy(monitoringPort));
      const served = () => Promise.all(nodes.nodes.flatMap((node) => [servedCertificate(node, 'client'), servedCertificate(node, 'node')]));
      const first = serialNumber(folder);
      expect(new Set(await served())).toEqual(new Set([first]));

      renewCertificate(folder);
      const second = serialNumber(folder);
      // Not by itself: that is what the reloader is for.
      expect(new Set(await served())).toEqual(new Set([first]));
      expect(second).not.toBe(first);
      nodes.reload();
      await until('the new certificate', nodes, async () => ((await served()).every((serial) => serial === second) ? true : undefined));
      for (const { monitoringPort } of nodes.nodes) await until('health', nodes, () => isHealthy(monitoringPort));
      expect(nodes.log).not.toMatch(/\[ERR\].*reload/i);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  }, 120_000);
});

const openssl = (folder: string, ...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe', encoding: 'utf8' });
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** `tls.crt`, `tls.key` and `ca.crt` for the loopback address, as a Secret of cert-manager has them. */
function issueCertificate(folder: string): void {
  openssl(folder, 'req', '-x509', ...NEW_KEY, '-days', '1', '-subj', '/CN=test authority', '-keyout', 'ca.key', '-out', 'ca.crt');
  fs.writeFileSync(path.join(folder, 'extensions'), 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n');
  renewCertificate(folder);
}

/** Another `tls.crt` and `tls.key` of the same authority. */
function renewCertificate(folder: string): void {
  openssl(folder, 'req', ...NEW_KEY, '-subj', '/CN=log', '-keyout', 'tls.key', '-out', 'tls.csr');
  openssl(folder, 'x509', '-req', '-in', 'tls.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '1', '-extfile', 'extensions', '-out', 'tls.crt');
}

function serialNumber(folder: string): string {
  return openssl(folder, 'x509', '-in', 'tls.crt', '-noout', '-serial').trim().replace('serial=', '');
}
