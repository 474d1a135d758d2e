import { setTimeout as sleep } from 'timers/promises';
import { AcknowledgedStream } from './support/acknowledged-stream';
import { applyCleanly, brokerPods, restarted, rolledOut } from './support/deploy';
import { eventually } from './support/eventually';
import { kubectl } from './support/kubectl';
import type { Pod, Service, StatefulSet } from './support/kubernetes-objects';
import { BrokerAddress, connected, mqttClient } from './support/mqtt-clients';
import { createNamespace, removeNamespace } from './support/namespace';
import { canCutPower, cutPower, restorePower } from './support/nodes';
import { PersistentSubscriber } from './support/persistent-subscriber';
import { progress } from './support/progress';
import { Relay } from './support/relay';
import { skippedStep, steps } from './support/steps';
import { SynthesizedApp } from './support/synthesized-app';

const APP = 'examples/quickstart';
/** Messages that wait for a client that is away, before anything breaks. */
const QUEUED = 500;
/** Messages that must be acknowledged on either side of the fault. */
const STREAMED = 300;

describe('the development example', () => {
  let app: SynthesizedApp;
  let namespace: string | undefined;
  let statefulSet: StatefulSet;
  let relay: Relay;
  const step = steps(() => namespace);

  afterAll(async () => {
    relay?.stop();
    if (namespace !== undefined) await removeNamespace(namespace);
  }, 300_000);

  step('it rolls out', 240, async () => {
    app = await (await SynthesizedApp.synth(APP)).forThisCluster();
    statefulSet = app.workload('mqtt-broker');
    await createNamespace(app.namespace);
    namespace = app.namespace;
    await applyCleanly(app);
    await rolledOut(namespace, statefulSet.metadata.name, 120);
    relay = await Relay.start(namespace);
  });

  step('a deleted pod comes back with every session and every acknowledged message', 150, async () => {
    await survive('deletion', async (pod) => {
      await kubectl(['delete', 'pod', pod.metadata.name, `--namespace=${namespace}`, '--wait=false']);
      await restarted(pod, 90);
    });
  });

  step('a killed pod comes back with every session and every acknowledged message', 150, async () => {
    await survive('kill', async (pod) => {
      await kubectl(['delete', 'pod', pod.metadata.name, `--namespace=${namespace}`, '--grace-period=0', '--force', '--wait=false']);
      await restarted(pod, 90);
    });
  });

  const powerStep = canCutPower ? step : skippedStep('no command to cut the power of a node, see MQTT_TEST_NODE_POWER in README.md');
  powerStep('a power cut of the node loses no session and no acknowledged message', 240, async () => {
    await survive('power-cut', async (pod) => {
      const { nodeName } = pod.spec;
      expect(await relay.nodeName()).not.toBe(nodeName);
      progress(`cutting the power of ${nodeName}`);
      await cutPower(nodeName);
      try {
        await sleep(3000);
      } finally {
        await restorePower(nodeName);
      }
      await restarted(pod, 120);
    });
  });

  /** Breaks something under a QoS 1 stream, with one subscriber that is away and one that is there, and counts what became of the messages. */
  async function survive(fault: string, happen: (pod: Pod) => Promise<void>): Promise<void> {
    const topic = `fault/${fault}`;
    const address: BrokerAddress = { host: `${app.only<Service>('Service', isClientService).metadata.name}.${namespace}.svc`, port: 1883 };
    const sleeper = new PersistentSubscriber(relay, address, `${fault}-sleeper`, topic);
    await sleeper.subscribe();
    await sleeper.disconnect();
    const waker = new PersistentSubscriber(relay, address, `${fault}-waker`, topic);
    await waker.subscribe();

    const publisher = mqttClient(relay, address, { clientId: `${fault}-publisher`, keepalive: 5, reconnectPeriod: 500, connectTimeout: 5000 });
    publisher.on('error', () => undefined);
    await connected(publisher);
    const stream = new AcknowledgedStream(publisher, topic);
    await stream.publish(QUEUED);
    stream.start();
    await acknowledges(stream, STREAMED);
    const [pod] = await brokerPods(namespace!);
    const began = Date.now();
    await happen(pod);
    progress(`${fault}: ready again after ${((Date.now() - began) / 1000).toFixed(1)} s`);
    await acknowledges(stream, STREAMED);
    await stream.stop();
    await sleeper.connect();

    for (const [name, subscriber] of Object.entries({ sleeper, waker })) {
      const account = await subscriber.account(stream.acknowledged, 30);
      progress(`${fault}, ${name}: ${Object.entries(account).map(([what, count]) => `${what} ${count}`).join(', ')}`);
      expect(account).toMatchObject({ acknowledged: stream.sent, lost: 0 });
    }
    expect(sleeper.sessionPresent).toEqual([false, true]);
    const [first, ...later] = waker.sessionPresent;
    expect(first).toBe(false);
    expect(later).not.toHaveLength(0);
    expect(later).not.toContain(false);
    await Promise.all([publisher.endAsync(), sleeper.disconnect(), waker.disconnect()]);
  }

  async function acknowledges(stream: AcknowledgedStream, more: number): Promise<void> {
    const goal = stream.acknowledged.size + more;
    await eventually(`${more} more acknowledged messages`, 60, () => stream.acknowledged.size >= goal || undefined);
  }

  function isClientService({ metadata }: Service): boolean {
    return metadata.name === statefulSet.metadata.name;
  }
});
