import type { MqttClient } from 'mqtt';
import { acceptedConnections, inPod } from './support/broker-pod';
import { issueCertificate, ServerCertificate } from './support/certificates';
import { applyCleanly, brokerPods, restarted, rolledOut } from './support/deploy';
import { eventually } from './support/eventually';
import { applyObjects, get, list } from './support/kubectl';
import type { Manifest, Metadata, Node, Pod, Service, StatefulSet } from './support/kubernetes-objects';
import { expectHealthChecks, giveAddress } from './support/load-balancer';
import { BrokerAddress, connected, expectRoundTrip, mqttClient, refusal } from './support/mqtt-clients';
import { createNamespace, removeNamespace } from './support/namespace';
import { progress } from './support/progress';
import { Relay } from './support/relay';
import { tryCommand } from './support/run-command';
import { steps } from './support/steps';
import { SynthesizedApp } from './support/synthesized-app';

const APP = 'examples/production-aws';
const REPLICAS = 3;
const USER = { username: 'device', password: 'a password that no manifest carries' };
/** So many that each of three brokers gets one: the chance that a random choice misses one of them is below one in a hundred million. */
const CLIENTS = 50;

/** The one that keeps the clients' addresses; the other speaks PROXY protocol to the pods, which takes a load balancer. */
const isLoadBalancer = ({ spec }: Service): boolean => spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';

describe('the production example', () => {
  let synthesized: SynthesizedApp;
  let app: SynthesizedApp;
  let namespace: string | undefined;
  let statefulSet: StatefulSet;
  let clientService: Service;
  let relay: Relay;
  let certificate: ServerCertificate;
  let pods: Pod[];
  const step = steps(() => namespace);

  afterAll(async () => {
    relay?.stop();
    if (namespace !== undefined) await removeNamespace(namespace);
  }, 300_000);

  const listener = () => clientService.spec.ports.find(({ name }) => name === 'mqtts')!;
  const host = () => `${clientService.metadata.name}.${namespace}.svc`;
  const service = (): BrokerAddress => ({ host: host(), port: listener().port, ca: certificate.ca });
  /** The address of one pod, by the name that the headless Service gives it. */
  const podAddress = ({ metadata: { name } }: Pod): BrokerAddress => (
    { host: `${name}.${statefulSet.metadata.name}-headless.${namespace}.svc`, port: listener().port, ca: certificate.ca }
  );
  const everyPod = async <T>(ask: (pod: Pod) => Promise<T>) => Promise.all(pods.map(ask));

  step('cdk8s synth writes its manifests', 90, async () => {
    synthesized = await SynthesizedApp.synth(APP);
    app = await synthesized.forThisCluster();
    statefulSet = app.workload('mqtt-broker');
    clientService = app.only<Service>('Service', ({ metadata }) => metadata.name === statefulSet.metadata.name);
    expect(statefulSet.spec.replicas).toBe(REPLICAS);
  });

  step('the Secrets that it refers to are created', 150, async () => {
    await createNamespace(app.namespace);
    namespace = app.namespace;
    relay = await Relay.start(namespace);
    const headless = `*.${statefulSet.metadata.name}-headless.${namespace}.svc`;
    certificate = await issueCertificate([host(), headless]);
    const passwords = await relay.exec(['node', '/app/build/main.js', 'hash-password', '--user', USER.username], USER.password);
    const { volumes } = statefulSet.spec.template.spec;
    const secretOf = (volume: string) => volumes.find(({ name }) => name === volume)!.secret!.secretName;
    const secret = (name: string, type: string, stringData: object) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type, stringData });
    await applyObjects(
      secret(secretOf('certificate-mqtts'), 'kubernetes.io/tls', { 'tls.crt': certificate.certificate, 'tls.key': certificate.privateKey }),
      secret(secretOf('passwords'), 'Opaque', { passwords }),
      secret(secretOf('log-credentials'), 'Opaque', { username: 'brokers', password: 'another password that no manifest carries' }),
    );
  });

  step('the validation that it goes through refuses a field that Kubernetes does not know', 30, async () => {
    const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'unknown-field', namespace }, date: {} };
    const { code, stderr } = await tryCommand('kubectl', ['apply', '--server-side', '--validate=strict', '--dry-run=server', '--filename=-'], { input: JSON.stringify(configMap) });
    expect(stderr).toMatch(/unknown field|field not declared in schema/);
    expect(code).not.toBe(0);
  });

  step('every object is accepted, strictly validated and without a warning', 60, async () => {
    await applyCleanly(app);
  });

  step('three replicas roll out, and the message log beside them', 300, async () => {
    await rolledOut(namespace!, statefulSet.metadata.name, 290);
    pods = await brokerPods(namespace!);
    expect(pods).toHaveLength(REPLICAS);
  });

  step('no two pods share a node, nor a zone where there are enough', 30, async () => {
    const nodeNames = pods.map(({ spec }) => spec.nodeName);
    progress(`nodes: ${nodeNames.join(', ')}`);
    expect(new Set(nodeNames).size).toBe(REPLICAS);

    const nodes = await list<Node>('nodes');
    const zone = (name: string) => nodes.find(({ metadata }) => metadata.name === name)!.metadata.labels?.['topology.kubernetes.io/zone'];
    const zones = nodeNames.map(zone);
    const zonesOfCluster = new Set(nodes.map(({ metadata }) => zone(metadata.name)).filter((name) => name !== undefined));
    if (zonesOfCluster.size < REPLICAS) {
      progress(`zones not compared: the nodes of this cluster are labelled with ${zonesOfCluster.size}`);
      return;
    }
    progress(`zones: ${zones.join(', ')}`);
    expect(new Set(zones).size).toBe(REPLICAS);
  });

  step('each broker runs as user 1000 on a read-only root, without a token', 30, async () => {
    const found = await everyPod(async ({ metadata: { name } }) => JSON.parse(await inPod(namespace!, name, `
      const attempt = (action) => { try { action(); return 'done'; } catch (error) { return error.code; } };
      console.log(JSON.stringify({
        user: process.getuid(),
        group: process.getgid(),
        writeToRoot: attempt(() => fs.writeFileSync('/written', '')),
        writeToApp: attempt(() => fs.writeFileSync('/app/written', '')),
        token: attempt(() => fs.readdirSync('/var/run/secrets/kubernetes.io')),
      }));
    `)));
    for (const facts of found) expect(facts).toEqual({ user: 1000, group: 1000, writeToRoot: 'EROFS', writeToApp: 'EROFS', token: 'ENOENT' });
  });

  step('each pod has the TCP keepalive of its manifest', 30, async () => {
    await everyPod(async ({ metadata: { name }, spec }) => {
      const sysctls = spec.securityContext.sysctls ?? [];
      expect(sysctls.map((sysctl) => sysctl.name)).toContain('net.ipv4.tcp_keepalive_time');
      const files = sysctls.map((sysctl) => `/proc/sys/${sysctl.name.replaceAll('.', '/')}`);
      const found = await inPod(namespace!, name, `for (const file of ${JSON.stringify(files)}) console.log(fs.readFileSync(file, 'utf8').trim())`);
      expect(found.trim().split('\n')).toEqual(sysctls.map(({ value }) => value));
      progress(`${name}: ${sysctls.map((sysctl) => `${sysctl.name}=${sysctl.value}`).join(' ')}`);
    });
  });

  step('clients with a password reach every broker through the Service, over TLS', 60, async () => {
    const clients = Array.from({ length: CLIENTS }, (_, number) => mqttClient(relay, service(), { ...USER, clientId: `through-the-service-${number}` }));
    try {
      await Promise.all(clients.map(connected));
      await Promise.all(clients.map((client) => expectRoundTrip(client, `devices/${USER.username}/${client.options.clientId}`)));

      const time = Number(pods[0].spec.securityContext.sysctls!.find(({ name }) => name === 'net.ipv4.tcp_keepalive_time')!.value);
      const accepted = await everyPod(({ metadata: { name } }) => acceptedConnections(namespace!, name, listener().port));
      progress(`connections on each broker: ${accepted.map(({ length }) => length).join(', ')}`);
      expect(accepted.flat()).toHaveLength(CLIENTS);
      for (const connections of accepted) {
        expect(connections.length).toBeGreaterThan(0);
        for (const { keepaliveSeconds } of connections) {
          // SO_KEEPALIVE is on, with the pod's own time.
          expect(keepaliveSeconds).toBeLessThanOrEqual(time);
          expect(keepaliveSeconds).toBeGreaterThan(0);
        }
      }
    } finally {
      await Promise.all(clients.map((client: MqttClient) => client.endAsync(true)));
    }
  });

  step('each broker can be reached by the name of its pod', 30, async () => {
    await everyPod(async (pod) => {
      const client = mqttClient(relay, podAddress(pod), { ...USER, clientId: `to-${pod.metadata.name}` });
      await connected(client);
      // The brokers share what they are published.
      await expectRoundTrip(client, `devices/${USER.username}/${pod.metadata.name}`);
      await client.endAsync();
    });
  });

  step('a device has no topics but its own', 30, async () => {
    const client = mqttClient(relay, service(), { ...USER, clientId: 'curious' });
    await connected(client);
    for (const filter of ['devices/other/state', 'devices/#', '#', '$SYS/#']) await expect(client.subscribeAsync(filter)).rejects.toThrow();
    await client.endAsync();
  });

  step('clients that may not connect are refused', 60, async () => {
    const NOT_AUTHORIZED = 5;
    const BAD_USER_OR_PASSWORD = 4;
    expect([BAD_USER_OR_PASSWORD, NOT_AUTHORIZED]).toContain(await refusal(relay, service(), { clientId: 'anonymous' }));
    expect([BAD_USER_OR_PASSWORD, NOT_AUTHORIZED]).toContain(await refusal(relay, service(), { ...USER, password: 'wrong' }));
    expect([BAD_USER_OR_PASSWORD, NOT_AUTHORIZED]).toContain(await refusal(relay, service(), { ...USER, username: 'nobody' }));
    await expect(connected(mqttClient(relay, { ...service(), ca: undefined }, USER))).rejects.toThrow('closed before CONNACK');
  });

  step('each broker serves metrics, where the monitor looks for them', 30, async () => {
    await everyPod(async ({ status: { podIP }, spec }) => {
      const { containerPort } = spec.containers[0].ports!.find(({ name }) => name === 'http')!;
      const { status, body } = await relay.httpGet(podIP!, containerPort, '/metrics');
      expect(status).toBe(200);
      expect(body).toContain('mqtt_broker_info{');
    });
  });

  step('the load balancer finds the brokers, and lets nobody else in than its source ranges', 60, async () => {
    const { metadata, spec } = app.only<Service>('Service', isLoadBalancer);
    expect(spec.loadBalancerSourceRanges).not.toHaveLength(0);
    await expectHealthChecks(relay, metadata.name, pods.map(({ spec: { nodeName } }) => nodeName));
    const address = await giveAddress(namespace!, metadata.name);
    const outsider = mqttClient(relay, { ...service(), address }, { ...USER, connectTimeout: 5000 });
    await expect(connected(outsider)).rejects.toThrow(/before CONNACK|before secure TLS connection was established/);
  });

  step('the disruption budget lets one pod be evicted at a time', 330, async () => {
    const [first, second] = pods;
    await eventually('the disruption budget to allow an eviction', 30, async () => {
      const { status } = await get<Manifest & { status: { disruptionsAllowed: number } }>('poddisruptionbudget', statefulSet.metadata.name, `--namespace=${namespace}`);
      return status.disruptionsAllowed === 1 || undefined;
    });
    expect(await evict(first.metadata)).toMatchObject({ code: 0 });
    const refused = await evict(second.metadata);
    expect(refused.stderr).toContain('TooManyRequests');
    expect(refused.stderr).toContain('disruption budget');

    // Behind load balancers that send to pods, a stopping broker serves on for two minutes.
    await restarted(first, first.spec.terminationGracePeriodSeconds + 60);
    await rolledOut(namespace!, statefulSet.metadata.name, 60);
  });

  step('a second synth is byte-equal, and the cluster has nothing that differs', 120, async () => {
    const again = await SynthesizedApp.synth(APP);
    expect(again.text).toBe(synthesized.text);
    await (await again.forThisCluster()).expectNoDifference();
  });

  function evict({ name }: Metadata) {
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
    return tryCommand('kubectl', ['create', `--raw=/api/v1/namespaces/${namespace}/pods/${name}/eviction`, '--filename=-'], { input: JSON.stringify(eviction) });
  }
});
