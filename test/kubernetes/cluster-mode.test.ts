import { ClusterExample, LOG_USER, NODES, USER } from './support/cluster-example';
import { BROKER_RESTART, POWER_CUT } from './support/cluster-faults';
import { ClusterLoad } from './support/cluster-load';
import { rolledOut } from './support/deploy';
import { eventually } from './support/eventually';
import { get } from './support/kubectl';
import type { Manifest } from './support/kubernetes-objects';
import { answerTo, connectedNodes, greeting, streamsOf } from './support/message-log';
import { connected, mqttClient } from './support/mqtt-clients';
import { PersistentSubscriber } from './support/persistent-subscriber';
import { progress } from './support/progress';
import { skippedStep, steps } from './support/steps';

/** Messages that wait for a client that is on its way from one broker to another. */
const QUEUED = 300;

describe('the cluster example', () => {
  let cluster: ClusterExample;
  const step = steps(() => cluster?.namespace);

  afterAll(() => cluster?.remove(), 300_000);

  step('it is accepted, strictly validated and without a warning', 240, async () => {
    cluster = await ClusterExample.create();
    await cluster.apply();
  });

  step('the nodes of the message log find each other, over TLS', 120, async () => {
    await rolledOut(cluster.namespace, cluster.log.metadata.name, 110);
    expect(new Set((await cluster.messageLogPods()).map(({ spec }) => spec.nodeName)).size).toBe(NODES);
    for (const name of cluster.logNames) {
      expect(await connectedNodes(cluster.relay, cluster.logHost(name))).toEqual(cluster.logNames.filter((other) => other !== name));
    }
  });

  step('the message log lets in who has its credentials, and nobody else', 30, async () => {
    for (const host of cluster.logNames.map((name) => cluster.logHost(name))) {
      const { version, ...demands } = await greeting(cluster.relay, host);
      progress(`${host}: NATS ${version}`);
      expect(demands).toMatchObject({ auth_required: true, tls_required: true });
      const ca = cluster.authority(cluster.log.metadata.name);
      expect(await answerTo(cluster.relay, host, ca, {})).toBe("-ERR 'Authorization Violation'");
      expect(await answerTo(cluster.relay, host, ca, { user: LOG_USER.username, pass: 'wrong' })).toBe("-ERR 'Authorization Violation'");
      const lines = await answerTo(cluster.relay, host, ca, { user: LOG_USER.username, pass: LOG_USER.password });
      expect(lines).toMatch(/^(INFO|PONG)/);
    }
  });

  step('the brokers become ready, with a copy of their streams on each node', 150, async () => {
    await rolledOut(cluster.namespace, cluster.brokers.metadata.name, 140);
    await eventually('three current copies of both streams', 30, async () => {
      const everywhere = await Promise.all(cluster.logNames.map(async (name) => ({ name, streams: await streamsOf(cluster.relay, cluster.logHost(name)) })));
      for (const { streams } of everywhere) expect(streams.map(({ name }) => name).sort()).toEqual(['mqtt_plant-log', 'mqtt_plant-snapshots']);
      // How far the others are is what the leader of a stream knows.
      const led = everywhere.flatMap(({ name, streams }) => streams.filter((stream) => stream.cluster.leader === name));
      expect(led).toHaveLength(2);
      for (const { config, cluster: { replicas } } of led) {
        expect(config.num_replicas).toBe(NODES);
        expect(replicas).toHaveLength(NODES - 1);
        for (const replica of replicas) expect(replica).toMatchObject({ current: true });
      }
      return true;
    });
  });

  step('the disruption budgets let one broker and one node of the log go at a time', 30, async () => {
    for (const { metadata: { name } } of [cluster.brokers, cluster.log]) {
      await eventually(`the disruption budget ${name} to allow one eviction`, 20, async () => {
        const { status } = await get<Manifest & { status: { disruptionsAllowed: number } }>('poddisruptionbudget', name, `--namespace=${cluster.namespace}`);
        return status.disruptionsAllowed === 1 || undefined;
      });
    }
  });

  step('a session resumes on another broker, with what was published on a third', 60, async () => {
    const subscriber = new PersistentSubscriber(cluster.relay, cluster.podAddress(0), 'traveller', 'resume', { client: USER });
    await subscriber.subscribe();
    await subscriber.disconnect();
    const publisher = mqttClient(cluster.relay, cluster.podAddress(1), USER);
    await connected(publisher);
    await Promise.all(Array.from({ length: QUEUED }, (_, number) => publisher.publishAsync('resume', String(number), { qos: 1 })));
    await publisher.endAsync();
    await subscriber.connect(cluster.podAddress(2));
    const acknowledged = new Set(Array.from({ length: QUEUED }, (_, number) => number));
    expect(await subscriber.account(acknowledged, 30)).toEqual({ acknowledged: QUEUED, received: QUEUED, lost: 0, duplicates: 0 });
    expect(subscriber.arrivals).toEqual([...acknowledged]);
    expect(subscriber.sessionPresent).toEqual([false, true]);
    await subscriber.disconnect();
  });

  step('a client that connects to another broker takes its client id along', 30, async () => {
    const first = mqttClient(cluster.relay, cluster.podAddress(0), { ...USER, clientId: 'only-one' });
    await connected(first);
    const closed = new Promise<void>((resolve) => first.once('close', resolve));
    const second = mqttClient(cluster.relay, cluster.podAddress(1), { ...USER, clientId: 'only-one' });
    await connected(second);
    await closed;
    expect(second.connected).toBe(true);
    await second.endAsync();
  });

  // The others, and these again: cluster-faults.test.ts.
  for (const { name, title, seconds, skip, happen } of [POWER_CUT, BROKER_RESTART]) {
    (skip === undefined ? step : skippedStep(skip))(`${title}, and nothing is lost`, seconds, async () => {
      const load = await ClusterLoad.start(cluster.relay, cluster.service, name, USER);
      await happen(cluster, load);
      await load.acknowledges();
      await load.expectNothingLost();
    });
  }
});
