import { setTimeout as sleep } from 'timers/promises';
import { acceptedConnections } from './broker-pod';
import type { ClusterExample } from './cluster-example';
import type { ClusterLoad } from './cluster-load';
import { restarted, rolledOut } from './deploy';
import { kubectl } from './kubectl';
import type { Pod, StatefulSet } from './kubernetes-objects';
import { canCutPower, cutPower, freeze, isolate, join, restorePower, unfreeze } from './nodes';
import { progress } from './progress';
import { IMAGE, NEXT_IMAGE, NEXT_LOG_IMAGE } from './settings';

/** Longer than the 6 s of silence after which brokers take each other for gone. */
const FROZEN_MS = 15_000;
const ISOLATED_MS = 20_000;

/** Something that happens to a cluster under load, and that must cost no message. */
export interface Fault {
  readonly name: string;
  readonly title: string;
  /** How long it may take. */
  readonly seconds: number;
  /** Why it cannot happen here. */
  readonly skip?: string;
  /** Ends when everything is ready again. */
  readonly happen: (cluster: ClusterExample, load: ClusterLoad) => Promise<void>;
}

const noPower = canCutPower ? undefined : 'no command for the power of a node, see MQTT_TEST_NODE_POWER in README.md';
const noImage = (image: string | undefined, variable: string) => (image === undefined ? `no second image, see ${variable} in README.md` : undefined);

export const POWER_CUT = nodeFault('power-cut', 'the power of a node with a broker is cut', victimOfBrokers, losePower);
export const BROKER_RESTART: Fault = {
  name: 'broker-restart', title: 'the brokers are restarted one after the other', seconds: 330, happen: (cluster) => restart(cluster, cluster.brokers),
};

/** All of them. */
export const FAULTS: readonly Fault[] = [
  POWER_CUT,
  nodeFault('isolation', 'a node with a broker is cut off from the network', victimOfBrokers, loseNetwork),
  nodeFault('freeze', 'a node with a broker stands still for a while', victimOfBrokers, standStill),
  nodeFault('log-power-cut', 'the power of the node that leads the message log is cut', victimOfLog, losePower),
  nodeFault('log-isolation', 'the node that leads the message log is cut off from the network', victimOfLog, loseNetwork),
  nodeFault('log-freeze', 'the node that leads the message log stands still for a while', victimOfLog, standStill),
  BROKER_RESTART,
  { name: 'log-restart', title: 'the nodes of the message log are restarted one after the other', seconds: 480, happen: (cluster) => restart(cluster, cluster.log) },
  { name: 'drain', title: 'a node is drained', seconds: 330, happen: drain },
  {
    name: 'broker-upgrade',
    title: 'the brokers get another image by its tag',
    seconds: 330,
    skip: noImage(NEXT_IMAGE, 'MQTT_BROKER_NEXT_IMAGE'),
    happen: (cluster) => changeImage(cluster, cluster.brokers, IMAGE, NEXT_IMAGE!),
  },
  {
    name: 'log-upgrade',
    title: 'the message log gets another image by its tag',
    seconds: 480,
    skip: noImage(NEXT_LOG_IMAGE, 'MQTT_LOG_NEXT_IMAGE'),
    happen: (cluster) => changeImage(cluster, cluster.log, mainImage(cluster.log), NEXT_LOG_IMAGE!),
  },
];

interface Victim {
  readonly node: string;
  /** Brokers and nodes of the message log on it. */
  readonly pods: Pod[];
}

type ChooseVictim = (cluster: ClusterExample) => Promise<Victim>;

function nodeFault(name: string, title: string, victim: ChooseVictim, happen: (cluster: ClusterExample, load: ClusterLoad, victim: Victim) => Promise<void>): Fault {
  return { name, title, seconds: 480, skip: noPower, happen: async (cluster, load) => happen(cluster, load, await victim(cluster)) };
}

async function losePower(cluster: ClusterExample, load: ClusterLoad, { node, pods }: Victim): Promise<void> {
  await cutPower(node);
  try {
    await load.acknowledges();
  } finally {
    await restorePower(node);
  }
  await Promise.all(pods.map((pod) => restarted(pod, 120)));
  await cluster.everythingReady(60);
}

async function loseNetwork(cluster: ClusterExample, load: ClusterLoad, { node }: Victim): Promise<void> {
  await isolate(node);
  try {
    await Promise.all([load.acknowledges(), sleep(ISOLATED_MS)]);
  } finally {
    await join(node);
  }
  await cluster.everythingReady(120);
}

async function standStill(cluster: ClusterExample, load: ClusterLoad, { node }: Victim): Promise<void> {
  await freeze(node);
  try {
    await Promise.all([load.acknowledges(), sleep(FROZEN_MS)]);
  } finally {
    await unfreeze(node);
  }
  await cluster.everythingReady(120);
}

async function drain(cluster: ClusterExample, load: ClusterLoad): Promise<void> {
  const { node, pods } = await victimOfBrokers(cluster);
  try {
    await kubectl(['drain', node, '--ignore-daemonsets', '--delete-emptydir-data', '--pod-selector=app.kubernetes.io/part-of=mqtt', '--timeout=180s'], { seconds: 190 });
    await load.acknowledges();
  } finally {
    await kubectl(['uncordon', node]);
  }
  await Promise.all(pods.map((pod) => restarted(pod, 120)));
  await cluster.everythingReady(60);
}

async function restart(cluster: ClusterExample, { metadata: { name } }: StatefulSet): Promise<void> {
  await kubectl(['rollout', 'restart', `statefulset/${name}`, `--namespace=${cluster.namespace}`]);
  await rolledOut(cluster.namespace, name, 400);
}

/** Applies the manifests with the image that the pods do not run. */
async function changeImage(cluster: ClusterExample, workload: StatefulSet, image: string, next: string): Promise<void> {
  const pods = async () => (workload === cluster.brokers ? cluster.brokerPods() : cluster.messageLogPods());
  const imagesOf = (all: Pod[]) => [...new Set(all.map(({ spec: { containers } }) => containers[0].image))];
  const before = await pods();
  const wanted = imagesOf(before).includes(next) ? image : next;
  progress(`from ${imagesOf(before).join(' and ')} to ${wanted}`);
  await cluster.app.withImage(image, wanted).apply();
  await rolledOut(cluster.namespace, workload.metadata.name, 400);
  const after = await pods();
  expect(imagesOf(after)).toEqual([wanted]);
  const replaced = after.filter(({ metadata: { uid } }) => !before.some(({ metadata }) => metadata.uid === uid));
  expect(replaced).toHaveLength(before.length);
}

function mainImage({ spec: { template } }: StatefulSet): string {
  return template.spec.containers[0].image;
}

/** The node with a broker on which the most clients are. */
async function victimOfBrokers(cluster: ClusterExample): Promise<Victim> {
  const candidates = (await cluster.brokerPods()).filter(await mayFail(cluster));
  const counted = await Promise.all(candidates.map(async (pod) => ({
    pod, clients: (await acceptedConnections(cluster.namespace, pod.metadata.name, cluster.mqttPort)).length,
  })));
  const [{ pod, clients }] = counted.sort((a, b) => b.clients - a.clients);
  return victimOn(cluster, pod.spec.nodeName, `${clients} clients`);
}

/** The node whose NATS server leads the stream of the operations. */
async function victimOfLog(cluster: ClusterExample): Promise<Victim> {
  const pods = await cluster.messageLogPods();
  const named = (name: string) => pods.find(({ metadata }) => metadata.name === name)!;
  const allowed = await mayFail(cluster);
  let leader = named(await cluster.logLeader());
  if (!allowed(leader)) {
    // A server that is stopped hands over what it leads.
    progress(`${leader.metadata.name} leads, and must not fail: it is restarted`);
    await kubectl(['delete', 'pod', leader.metadata.name, `--namespace=${cluster.namespace}`], { seconds: 90 });
    await cluster.everythingReady(120);
    leader = named(await cluster.logLeader());
  }
  if (!allowed(leader)) throw new Error(`${leader.metadata.name} leads the message log again after a restart, and is on the node that the clients come through`);
  return victimOn(cluster, leader.spec.nodeName, `${leader.metadata.name} leads`);
}

/** All but that of the relay, which every client comes through. */
async function mayFail({ relay }: ClusterExample): Promise<(pod: Pod) => boolean> {
  const relayNode = await relay.nodeName();
  return ({ spec: { nodeName } }) => nodeName !== relayNode;
}

async function victimOn(cluster: ClusterExample, node: string, why: string): Promise<Victim> {
  const all = await Promise.all([cluster.brokerPods(), cluster.messageLogPods()]);
  const pods = all.flat().filter(({ spec }) => spec.nodeName === node);
  progress(`${node} fails: it has ${pods.map(({ metadata: { name } }) => name).join(' and ')}; ${why}`);
  return { node, pods };
}
