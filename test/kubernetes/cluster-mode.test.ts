import { setTimeout as sleep } from 'timers/promises';
import type { MqttClient } from 'mqtt';
import { acceptedConnections } from './support/broker-pod';
import type { ServerCertificate } from './support/certificates';
import { ClusterLoad } from './support/cluster-load';
import { applyCleanly, brokerPods, messageLogPods, restarted, rolledOut } from './support/deploy';
import { eventually } from './support/eventually';
import { issueRequestedCertificates } from './support/issued-certificates';
import { applyObjects, get, kubectl } from './support/kubectl';
import type { Manifest, Pod, Service, StatefulSet } from './support/kubernetes-objects';
import { answerTo, connectedNodes, greeting, streamsOf } from './support/message-log';
import { BrokerAddress, connected, mqttClient } from './support/mqtt-clients';
import { createNamespace, removeNamespace } from './support/namespace';
import { canCutPower, cutPower, freeze, isolate, join, restorePower, unfreeze } from './support/nodes';
import { PersistentSubscriber } from './support/persistent-subscriber';
import { progress } from './support/progress';
import { Relay } from './support/relay';
import { FAULT_ROUNDS } from './support/settings';
import { skippedStep, steps } from './support/steps';
import { SynthesizedApp } from './support/synthesized-app';

const APP = 'examples/production-cluster';
const NODES = 3;
const USER = { username: 'device', password: 'a password that no manifest carries' };
/** NATS must take it as it is: it looks like a number, and has what its configuration language and YAML know as special. */
const LOG_USER = { username: 'brokers', password: '12345$"{}# \\' };
/** Longer than the 6 s of silence after which brokers take each other for gone. */
const FROZEN_MS = 15_000;
const ISOLATED_MS = 20_000;
/** Messages that wait for a client that is on its way from one broker to another. */
const QUEUED = 300;

/** Connections that say nothing, to be moved to a broker that has none. */
const IDLERS = 60;
/** How far above the average a broker may be before it lets connections go: the default of `rebalance.tolerancePercent`. */
const TOLERANCE = 0.1;
const LONG = 'it takes minutes; set FAULT_ROUNDS to the number of repetitions';

describe('the cluster example', () => {
  let app: SynthesizedApp;
  let namespace: string | undefined;
  let brokers: StatefulSet;
  let log: StatefulSet;
  let relay: Relay;
  let certificates: Map<string, ServerCertificate>;
  const step = steps(() => namespace);

  afterAll(async () => {
    relay?.stop();
    if (namespace !== undefined) await removeNamespace(namespace);
  }, 300_000);

  const mqttPort = () => app.only<Service>('Service', ({ metadata }) => metadata.name === brokers.metadata.name).spec.ports[0].port;
  const authority = (secret: string) => certificates.get(`${secret}-tls`)!.ca;
  const service = (): BrokerAddress => ({ host: `${brokers.metadata.name}.${namespace}.svc`, port: mqttPort(), ca: authority(brokers.metadata.name) });
  const podAddress = (ordinal: number): BrokerAddress => ({ ...service(), host: `${brokers.metadata.name}-${ordinal}.${brokers.metadata.name}-headless.${namespace}.svc` });
  const logNames = () => Array.from({ length: NODES }, (_, ordinal) => `${log.metadata.name}-${ordinal}`);
  const logHost = (name: string) => `${name}.${log.metadata.name}-headless.${namespace}.svc`;
  const everythingReady = async (seconds: number) => {
    for (const { metadata: { name } } of [brokers, log]) await rolledOut(namespace!, name, seconds);
  };

  step('it is accepted, strictly validated and without a warning', 240, async () => {
    const synthesized = await SynthesizedApp.synth(APP);
    app = (await synthesized.forThisCluster()).without('Certificate');
    brokers = app.workload('mqtt-broker');
    log = app.workload('mqtt-message-log');
    await createNamespace(app.namespace);
    namespace = app.namespace;
    relay = await Relay.start(namespace);
    certificates = await issueRequestedCertificates(synthesized);
    const secret = (name: string, stringData: object) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: 'Opaque', stringData });
    const passwords = await relay.exec(['node', '/app/build/main.js', 'hash-password', '--user', USER.username], USER.password);
    await applyObjects(secret('plant-passwords', { passwords }), secret('plant-log-credentials', LOG_USER));
    await applyCleanly(app);
  });

  step('the nodes of the message log find each other, over TLS', 120, async () => {
    await rolledOut(namespace!, log.metadata.name, 110);
    expect(new Set((await messageLogPods(namespace!)).map(({ spec }) => spec.nodeName)).size).toBe(NODES);
    for (const name of logNames()) {
      expect(await connectedNodes(relay, logHost(name))).toEqual(logNames().filter((other) => other !== name));
    }
  });

  step('the message log lets in who has its credentials, and nobody else', 30, async () => {
    for (const host of logNames().map(logHost)) {
      const { version, ...demands } = await greeting(relay, host);
      progress(`${host}: NATS ${version}`);
      expect(demands).toMatchObject({ auth_required: true, tls_required: true });
      const ca = authority(log.metadata.name);
      expect(await answerTo(relay, host, ca, {})).toBe("-ERR 'Authorization Violation'");
      expect(await answerTo(relay, host, ca, { user: LOG_USER.username, pass: 'wrong' })).toBe("-ERR 'Authorization Violation'");
      const lines = await answerTo(relay, host, ca, { user: LOG_USER.username, pass: LOG_USER.password });
      expect(lines).toMatch(/^(INFO|PONG)/);
    }
  });

  step('the brokers become ready, with a copy of their streams on each node', 150, async () => {
    await rolledOut(namespace!, brokers.metadata.name, 140);
    await eventually('three current copies of both streams', 30, async () => {
      const everywhere = await Promise.all(logNames().map(async (name) => ({ name, streams: await streamsOf(relay, logHost(name)) })));
      for (const { streams } of everywhere) expect(streams.map(({ name }) => name).sort()).toEqual(['mqtt_plant-log', 'mqtt_plant-snapshots']);
      // How far the others are is what the leader of a stream knows.
      const led = everywhere.flatMap(({ name, streams }) => streams.filter(({ cluster }) => cluster.leader === name));
      expect(led).toHaveLength(2);
      for (const { config, cluster } of led) {
        expect(config.num_replicas).toBe(NODES);
        expect(cluster.replicas).toHaveLength(NODES - 1);
        for (const replica of cluster.replicas) expect(replica).toMatchObject({ current: true });
      }
      return true;
    });
  });

  step('the disruption budgets let one broker and one node of the log go at a time', 30, async () => {
    for (const { metadata: { name } } of [brokers, log]) {
      await eventually(`the disruption budget ${name} to allow one eviction`, 20, async () => {
        const { status } = await get<Manifest & { status: { disruptionsAllowed: number } }>('poddisruptionbudget', name, `--namespace=${namespace}`);
        return status.disruptionsAllowed === 1 || undefined;
      });
    }
  });

  step('a session resumes on another broker, with what was published on a third', 60, async () => {
    const subscriber = new PersistentSubscriber(relay, podAddress(0), 'traveller', 'resume', { client: USER });
    await subscriber.subscribe();
    await subscriber.disconnect();
    const publisher = mqttClient(relay, podAddress(1), USER);
    await connected(publisher);
    await Promise.all(Array.from({ length: QUEUED }, (_, number) => publisher.publishAsync('resume', String(number), { qos: 1 })));
    await publisher.endAsync();
    await subscriber.connect(podAddress(2));
    const acknowledged = new Set(Array.from({ length: QUEUED }, (_, number) => number));
    expect(await subscriber.account(acknowledged, 30)).toEqual({ acknowledged: QUEUED, received: QUEUED, lost: 0, duplicates: 0 });
    expect(subscriber.arrivals).toEqual([...acknowledged]);
    expect(subscriber.sessionPresent).toEqual([false, true]);
    await subscriber.disconnect();
  });

  step('a client that connects to another broker takes its client id along', 30, async () => {
    const first = mqttClient(relay, podAddress(0), { ...USER, clientId: 'only-one' });
    await connected(first);
    const closed = new Promise<void>((resolve) => first.once('close', resolve));
    const second = mqttClient(relay, podAddress(1), { ...USER, clientId: 'only-one' });
    await connected(second);
    await closed;
    expect(second.connected).toBe(true);
    await second.endAsync();
  });

  const powerStep = canCutPower ? step : skippedStep('no command for the power of a node, see MQTT_TEST_NODE_POWER in README.md');

  powerStep('a power cut of a node with a broker and a node of the log loses nothing, and the others go on', 330, async () => {
    await survive('power-cut', async (load) => {
      const { node, pods } = await victim();
      progress(`cutting the power of ${node}`);
      await cutPower(node);
      try {
        await load.acknowledges();
      } finally {
        await restorePower(node);
      }
      await Promise.all(pods.map((pod) => restarted(pod, 120)));
      await everythingReady(60);
    });
  });

  step('the brokers are restarted one after the other, and lose nothing', 330, async () => {
    await survive('broker-restart', () => restart(brokers, 240));
  });

  for (let round = 1; round <= Math.max(FAULT_ROUNDS, 1); round++) {
    const long = FAULT_ROUNDS > 0 ? step : skippedStep(LONG);
    const longNode = FAULT_ROUNDS > 0 ? powerStep : long;
    const called = (title: string) => (FAULT_ROUNDS > 1 ? `${title} (${round} of ${FAULT_ROUNDS})` : title);

    longNode(called('a node that is cut off from the network loses nothing, and the others go on'), 330, async () => {
      await survive(`isolation-${round}`, async (load) => {
        const { node } = await victim();
        progress(`cutting ${node} off`);
        await isolate(node);
        try {
          await Promise.all([load.acknowledges(), sleep(ISOLATED_MS)]);
        } finally {
          await join(node);
        }
        await everythingReady(120);
      });
    });

    longNode(called('a node that stands still for a while loses nothing, and the others go on'), 330, async () => {
      await survive(`freeze-${round}`, async (load) => {
        const { node } = await victim();
        progress(`freezing ${node}`);
        await freeze(node);
        try {
          await Promise.all([load.acknowledges(), sleep(FROZEN_MS)]);
        } finally {
          await unfreeze(node);
        }
        await everythingReady(120);
      });
    });

    long(called('the nodes of the log are restarted one after the other, and nothing is lost'), 480, async () => {
      await survive(`log-restart-${round}`, () => restart(log, 400));
    });

    long(called('a node is drained, and nothing is lost'), 330, async () => {
      await survive(`drain-${round}`, async (load) => {
        const { node, pods } = await victim();
        progress(`draining ${node}`);
        try {
          await kubectl(['drain', node, '--ignore-daemonsets', '--delete-emptydir-data', '--pod-selector=app.kubernetes.io/part-of=mqtt', '--timeout=180s'], { seconds: 190 });
          await load.acknowledges();
        } finally {
          await kubectl(['uncordon', node]);
        }
        await Promise.all(pods.map((pod) => restarted(pod, 120)));
        await everythingReady(60);
      });
    });
  }

  /** Lets something happen under load, and counts what became of the messages. */
  async function survive(fault: string, happen: (load: ClusterLoad) => Promise<void>): Promise<void> {
    const load = await ClusterLoad.start(relay, service(), fault, USER);
    const began = Date.now();
    await happen(load);
    progress(`${fault}: everything ready after ${((Date.now() - began) / 1000).toFixed(1)} s`);
    await load.acknowledges();
    await load.expectNothingLost();
  }

  /** The node, of those with a broker and a node of the log, on which the most clients are; not that of the relay, which they come through. */
  async function victim(): Promise<{ node: string; pods: Pod[] }> {
    const [ofBrokers, ofLog, relayNode] = await Promise.all([brokerPods(namespace!), messageLogPods(namespace!), relay.nodeName()]);
    const candidates = ofBrokers.filter(({ spec: { nodeName } }) => nodeName !== relayNode && ofLog.some(({ spec }) => spec.nodeName === nodeName));
    if (candidates.length === 0) throw new Error('no node has a broker and a node of the log, but not the relay');
    const counted = await Promise.all(candidates.map(async ({ metadata: { name }, spec: { nodeName } }) => (
      { nodeName, clients: (await acceptedConnections(namespace!, name, mqttPort())).length }
    )));
    const [{ nodeName: node, clients }] = counted.sort((a, b) => b.clients - a.clients);
    const pods = [...ofBrokers, ...ofLog].filter(({ spec }) => spec.nodeName === node);
    progress(`${node} has ${names(pods)}, and ${clients} clients`);
    return { node, pods };
  }

  async function restart({ metadata: { name } }: StatefulSet, seconds: number): Promise<void> {
    await kubectl(['rollout', 'restart', `statefulset/${name}`, `--namespace=${namespace}`]);
    await rolledOut(namespace!, name, seconds);
  }
});

describe('an app that grows from one broker to a cluster, and the cluster by a broker', () => {
  let namespace: string | undefined;
  let name: string;
  let relay: Relay;
  let load: ClusterLoad;
  const idlers: MqttClient[] = [];
  const step = FAULT_ROUNDS > 0 ? steps(() => namespace) : skippedStep(LONG);

  afterAll(async () => {
    relay?.stop();
    if (namespace !== undefined) await removeNamespace(namespace);
  }, 300_000);

  const synth = async (brokers: number, sessionStore: 'embedded' | 'replicated') => (
    (await SynthesizedApp.synth('test/kubernetes/apps/growing', { BROKERS: String(brokers), SESSION_STORE: sessionStore })).forThisCluster()
  );
  const address = (): BrokerAddress => ({ host: `${name}.${namespace}.svc`, port: 1883 });
  const connections = async () => Promise.all((await brokerPods(namespace!)).map(async ({ metadata }) => (await acceptedConnections(namespace!, metadata.name, address().port)).length));
  /** What the user does: changes the app, and applies it. */
  const change = async (brokers: number, sessionStore: 'embedded' | 'replicated') => {
    await (await synth(brokers, sessionStore)).apply();
    if (sessionStore === 'replicated') await rolledOut(namespace!, `${name}-log`, 120);
    await eventually(`${brokers} brokers`, 60, async () => (await brokerPods(namespace!)).length === brokers || undefined);
    await rolledOut(namespace!, name, 200);
    await load.acknowledges();
  };

  step('one broker, with its sessions on its own disk', 240, async () => {
    const app = await synth(1, 'embedded');
    name = app.workload('mqtt-broker').metadata.name;
    await createNamespace(app.namespace);
    namespace = app.namespace;
    await applyCleanly(app);
    await rolledOut(namespace, name, 120);
    relay = await Relay.start(namespace);
    load = await ClusterLoad.start(relay, address(), 'growth');
  });

  step('it joins a message log, and brings its sessions along', 420, () => change(1, 'replicated'));

  step('two more brokers join it', 420, () => change(3, 'replicated'));

  step('a fourth broker takes its share of the connections', 420, async () => {
    idlers.push(...Array.from({ length: IDLERS }, (_, number) => mqttClient(relay, address(), {
      clientId: `idler-${number}`, keepalive: 5, reconnectPeriod: 500, connectTimeout: 5000,
    })));
    for (const idler of idlers) idler.on('error', () => undefined);
    await Promise.all(idlers.map(connected));
    await change(4, 'replicated');
    progress(`connections: ${(await connections()).join(', ')}`);
    const even = await eventually('the connections to be even', 120, async () => {
      const found = await connections();
      const total = found.reduce((sum, count) => sum + count, 0);
      // Those that are on their way from one to another are not even yet.
      if (total >= IDLERS && Math.max(...found) <= Math.ceil(total / found.length * (1 + TOLERANCE))) return found;
      throw new Error(`they are ${found.join(', ')}`);
    });
    progress(`connections: ${even.join(', ')}`);
  });

  step('it leaves again, and its clients go to the others', 420, async () => {
    await change(3, 'replicated');
    await eventually('every idle client to be connected', 90, async () => {
      const away = idlers.filter((idler) => !idler.connected).length;
      if (away > 0) throw new Error(`${away} of ${IDLERS} are not, and the brokers have ${(await connections()).join(', ')} connections`);
      return true;
    });
    await Promise.all(idlers.map((idler) => idler.endAsync()));
  });

  step('nothing was lost on the way', 120, () => load.expectNothingLost());
});

function names(pods: Pod[]): string {
  return pods.map(({ metadata: { name } }) => name).join(' and ');
}
