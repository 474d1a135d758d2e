import type { MqttClient } from 'mqtt';
import { acceptedConnections } from './support/broker-pod';
import { ClusterLoad } from './support/cluster-load';
import { applyCleanly, brokerPods, rolledOut } from './support/deploy';
import { eventually } from './support/eventually';
import { kubectl } from './support/kubectl';
import { BrokerAddress, connected, mqttClient } from './support/mqtt-clients';
import { createNamespace, removeNamespace } from './support/namespace';
import { PersistentSubscriber } from './support/persistent-subscriber';
import { progress } from './support/progress';
import { Relay } from './support/relay';
import { FAULT_ROUNDS } from './support/settings';
import { skippedStep, steps } from './support/steps';
import { SynthesizedApp } from './support/synthesized-app';

/** Connections that say nothing, to be moved to a broker that has none. */
const IDLERS = 60;
/** How far above the average a broker may be before it lets connections go: the default of `rebalance.tolerancePercent`. */
const TOLERANCE = 0.1;
const RETAINED = 'from before there was a cluster';
/** Messages that wait for a client while its broker becomes a cluster. */
const QUEUED = 300;
const LONG = 'it takes minutes; set FAULT_ROUNDS to the number of repetitions';

describe('an app that grows from one broker to a cluster, and the cluster by a broker', () => {
  let namespace: string | undefined;
  let name: string;
  let relay: Relay;
  let load: ClusterLoad;
  let traveller: PersistentSubscriber;
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
  const podAddress = (ordinal: number): BrokerAddress => ({ ...address(), host: `${name}-${ordinal}.${name}-headless.${namespace}.svc` });
  const connections = async () => Promise.all((await brokerPods(namespace!)).map(async ({ metadata }) => (await acceptedConnections(namespace!, metadata.name, address().port)).length));
  /** What the user does: changes the app, and applies it. */
  const change = async (brokers: number, sessionStore: 'embedded' | 'replicated', andThen?: () => Promise<unknown>) => {
    await (await synth(brokers, sessionStore)).apply();
    if (sessionStore === 'replicated') await rolledOut(namespace!, `${name}-log`, 120);
    await eventually(`${brokers} brokers`, 60, async () => (await brokerPods(namespace!)).length === brokers || undefined);
    await andThen?.();
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

  step('a message is retained, and messages wait for a client that is away', 60, async () => {
    traveller = new PersistentSubscriber(relay, address(), 'traveller', 'queued');
    await traveller.subscribe();
    await traveller.disconnect();
    const publisher = mqttClient(relay, address());
    await connected(publisher);
    await publisher.publishAsync('retained', RETAINED, { qos: 1, retain: true });
    await Promise.all(Array.from({ length: QUEUED }, (_, number) => publisher.publishAsync('queued', String(number), { qos: 1 })));
    await publisher.endAsync();
  });

  // A StatefulSet replaces a pod when those of higher ordinals are ready; here they wait for what the first one stored. So somebody must delete it.
  step('in one change it joins a message log, and two brokers join it, once its pod is deleted', 480, () => change(3, 'replicated', () => (
    kubectl(['delete', 'pod', `${name}-0`, `--namespace=${namespace}`])
  )));

  step('what the one broker had is there at each of the three: the retained message, and at the last what was queued, in order', 90, async () => {
    for (const ordinal of [0, 1, 2]) {
      const client = mqttClient(relay, podAddress(ordinal));
      await connected(client);
      const arrival = new Promise<string>((resolve) => client.once('message', (_topic, payload) => resolve(payload.toString())));
      await client.subscribeAsync('retained', { qos: 1 });
      expect(await arrival).toBe(RETAINED);
      await client.endAsync();
    }
    const numbers = Array.from({ length: QUEUED }, (_, number) => number);
    await traveller.connect(podAddress(2));
    expect(await traveller.account(new Set(numbers), 30)).toEqual({ acknowledged: QUEUED, received: QUEUED, lost: 0, duplicates: 0 });
    expect(traveller.arrivals).toEqual(numbers);
    expect(traveller.sessionPresent).toEqual([false, true]);
    await traveller.disconnect();
  });

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
