import { antiAffinityExample } from './anti-affinity-example';
import { allowedDisruptions } from './disruption';
import { closedBetweenNodes, closedEgress, closedIngress, letsAnyNodeIn } from './message-log-network';
import { Severity } from '../finding';
import type { BrokerConfiguration } from '../model/broker-configuration';
import type { BrokerWorkload } from '../model/broker-workload';
import type { Fields } from '../model/fields';
import type { ManifestObject } from '../model/manifest-object';
import type { MessageLogWorkload } from '../model/message-log-workload';
import { parseQuantity } from '../model/quantity';
import { type Rule, type RuleDescription, violationsOf, type ViolationOfObject, workloadRule } from '../rule';

const REPLICAS = 'https://docs.nats.io/running-a-nats-service/configuration/clustering/jetstream_clustering';
const JETSTREAM = 'https://docs.nats.io/running-a-nats-service/configuration#jetstream';
const AUTHENTICATION = 'https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro';
const TLS = 'https://docs.nats.io/running-a-nats-service/configuration/securing_nats/tls';
const POLICIES = 'https://kubernetes.io/docs/concepts/services-networking/network-policies/';
const ANTI_AFFINITY = 'https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity';

/** Snapshots for which brokers have NATS keep room: the latest, and the next one while it is written. */
const SNAPSHOTS = 2;

/** The oldest server whose way to store a batch of messages the broker relies on. */
export const OLDEST_NATS = [2, 12] as const;

const CONFIGURATION_EXAMPLE = `kind: ConfigMap
data:
  nats.conf: |
    jetstream { store_dir: /data, sync_interval: always }
    accounts {
      MQTT { jetstream: enabled, users: [{ user: $LOG_USER, pass: $LOG_PASS }] }
      SYS {}
    }
    system_account: SYS
    tls { cert_file: /etc/nats-certificate/tls.crt, key_file: /etc/nats-certificate/tls.key }`;
const NODES_EXAMPLE = `kind: StatefulSet
metadata:
  annotations: { cdk8s-mqtt/message-log-engine: nats }
spec:
  replicas: 3`;
const POLICY_EXAMPLE = `kind: NetworkPolicy
spec:
  podSelector: { matchLabels: { app.kubernetes.io/instance: broker } }
  policyTypes: [Egress]
  egress:
    - to: [{ podSelector: { matchLabels: { app.kubernetes.io/instance: broker-log } } }]
      ports: [{ port: 4222, protocol: TCP }]`;

export const messageLogRules: readonly Rule[] = [
  logRule({
    id: 'MQTT-LOG-001',
    severity: Severity.ERROR,
    title: 'The message log of production has three or five nodes',
    why: 'A message counts as stored once more than half of the nodes have it. One node is none to spare: while its pod is moved, no broker takes a QoS 1 or 2 message. Two nodes survive no more losses than one, and four no more than three.',
    source: REPLICAS,
    remedy: 'Run three nodes, or five (nodes).',
    example: NODES_EXAMPLE,
  }, (log) => {
    if (log.nodes === 0) return [{ found: 'spec.replicas: 0', breaks: 'All brokers refuse QoS 1 and 2 messages and new sessions.' }];
    if (log.nodes % 2 === 0) return [{ found: `spec.replicas: ${log.nodes}`, breaks: `The log survives the loss of ${log.nodes / 2 - 1} of its nodes, as it would with ${log.nodes - 1}.` }];
    return !log.isProduction || log.nodes >= 3 ? [] : [{ found: `spec.replicas: ${log.nodes}`, breaks: 'While this node is away, all brokers refuse QoS 1 and 2 messages and new sessions.' }];
  }),

  logRule({
    id: 'MQTT-LOG-002',
    severity: Severity.WARNING,
    title: 'A message log of one node is for trying things out',
    why: 'This is the default of the development profile, so that it fits on a laptop. The brokers behave as one, but nothing survives the loss of the only copy.',
    source: REPLICAS,
    remedy: 'Run three nodes (nodes: 3), or acknowledge this rule.',
    example: NODES_EXAMPLE,
  }, (log) => log.isProduction || log.nodes !== 1 ? [] : [{
    found: 'spec.replicas: 1', breaks: 'The loss of one node, or of its disk, stops all brokers.',
  }]),

  logRule({
    id: 'MQTT-LOG-003',
    severity: Severity.WARNING,
    title: 'A node of the message log has room for what the brokers store',
    why: 'Each node keeps room for the log of each cluster (cluster.log.maxBytes), and for two snapshots of what its brokers store (twice store.maxBytes): the latest, and the next one while it is written. '
      + 'Without a snapshot no log is trimmed, and a log that is full takes nothing: the brokers refuse QoS 1 and 2 messages.',
    source: JETSTREAM,
    remedy: 'Give each node more storage, and nats.conf a max_file_store of 0.8 of it, or the brokers a smaller store.maxBytes (maxStoreSize).',
    example: `kind: ConfigMap
data:
  broker.yaml: |
    store: { maxBytes: 29527900160 } # 27.5 GiB
    cluster: { log: { servers: ["nats://nats:4222"], maxBytes: 26843545600 } } # 25 GiB; nats.conf has max_file_store: 81920MiB`,
  }, (log) => {
    const room = streamRoom(log);
    const clusters = new Map<string, { readonly object: ManifestObject; readonly bytes: number }>();
    for (const { configured, object } of log.brokers) {
      if (configured === undefined || configured.logServers.length === 0) continue;
      clusters.set(configured.clusterName, { object, bytes: configured.logMaxBytes + SNAPSHOTS * configured.storeMaxBytes });
    }
    const needed = [...clusters.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    if (room === undefined || needed <= room.bytes) return [];
    const found = [...clusters.values()].map(({ object, bytes }) => `${gibibytes(bytes)} for ${object.kind} ${object.name}`);
    return [{
      found: `cluster.log.maxBytes and twice store.maxBytes are ${found.join(', ')}; ${room.found}`,
      breaks: 'Brokers whose log does not fit do not become ready. Where snapshots do not fit, the log fills up once the brokers store more than there is room for.',
      remedy: `Give each node room for ${gibibytes(needed)}, or the brokers a smaller store.maxBytes (maxStoreSize).`,
    }];
  }),

  logOrBrokerRule({
    id: 'MQTT-LOG-004',
    severity: Severity.ERROR,
    title: 'The message log of production knows who connects',
    why: 'Whoever reaches a log that asks nobody can read every message and every session, and write what all brokers then take for their own. '
      + 'So can a NATS server of theirs that joins as a node: it needs none of the credentials of clients.',
    source: AUTHENTICATION,
    remedy: 'Give the brokers credentials (MqttMessageLogCredentials.fromSecret), and the log the same.',
    example: CONFIGURATION_EXAMPLE,
  },
  (log) => (log.isProduction ? [...clientsThatAreAskedNothing(log), ...nodesThatAreAskedNothing(log)] : []),
  (broker, { hasLogCredentials, place }) => !broker.isProduction || hasLogCredentials ? [] : [{
    found: `cluster.log without credentials in ${place}`,
    breaks: 'Every pod that reaches the log reads and writes the sessions of all clients.',
  }]),

  logOrBrokerRule({
    id: 'MQTT-LOG-005',
    severity: Severity.WARNING,
    title: 'Brokers and message log of production speak TLS',
    why: 'Every message and every password of the log passes the network between nodes. Without TLS, whoever can listen there reads them, also those of clients that connect with TLS.',
    source: TLS,
    remedy: 'Give the log a certificate (tls), or acknowledge this rule where the network itself encrypts.',
    example: CONFIGURATION_EXAMPLE,
  }, (log) => !log.isProduction || log.configuration?.speaksTls !== false ? [] : [{
    found: `no tls in nats.conf of ConfigMap ${log.configurationObject!.name}`,
    breaks: 'Messages and credentials travel in the clear between the nodes of the Kubernetes cluster.',
  }], (broker, { logServers, place }) => {
    const plain = broker.isProduction ? logServers.filter((server) => !server.startsWith('tls://')) : [];
    return plain.length === 0 ? [] : [{
      found: `cluster.log.servers: ${plain.join(', ')} in ${place}`,
      breaks: 'Messages and credentials travel in the clear to the log.',
      remedy: 'Use tls:// addresses.',
    }];
  }),

  logRule({
    id: 'MQTT-LOG-006',
    severity: Severity.ERROR,
    title: 'The message log of production is on volumes that outlive its pods',
    why: 'A node that comes back without its copy has to fetch it from the others. If a second one is lost meanwhile, or all are stopped, everything that was acknowledged is gone.',
    source: 'https://kubernetes.io/docs/concepts/storage/persistent-volumes/',
    remedy: 'Use a persistent volume claim for each node (MqttStorage.persistentVolume).',
    example: `spec:
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 100Gi } } }`,
  }, (log) => !log.isProduction || log.claim !== undefined ? [] : [{
    found: 'no volumeClaimTemplate is mounted', breaks: 'Acknowledged messages and all sessions are lost when the nodes are stopped.',
  }]),

  logRule({
    id: 'MQTT-LOG-007',
    severity: Severity.ERROR,
    title: 'The message log acknowledges what is on the disk',
    why: 'Unless it is told otherwise, JetStream syncs every two minutes and acknowledges before. A power cut that takes most nodes then loses messages whose publishers got their PUBACK.',
    source: JETSTREAM,
    remedy: 'Set sync_interval: always in the block jetstream.',
    example: CONFIGURATION_EXAMPLE,
  }, ({ configuration, configurationObject }) => configuration === undefined || configuration.syncInterval === 'always' ? [] : [{
    found: `sync_interval: ${configuration.syncInterval ?? 'absent (2m)'} in nats.conf of ConfigMap ${configurationObject!.name}`, breaks: 'Acknowledged messages may be lost in a power cut.',
  }]),

  logRule({
    id: 'MQTT-LOG-008',
    severity: Severity.ERROR,
    title: 'One node of the message log is evicted at a time',
    why: 'With two of three nodes away, the log stops, and the brokers refuse QoS 1 and 2 messages. A drain of several nodes evicts as many pods as budgets allow; where they allow none, no node with a pod of the log can be drained.',
    source: 'https://kubernetes.io/docs/tasks/run-application/configure-pdb/',
    remedy: 'Write a budget with maxUnavailable 1.',
    example: `kind: PodDisruptionBudget
spec:
  maxUnavailable: 1
  selector: { matchLabels: { app.kubernetes.io/instance: broker-log } }`,
  }, (log) => {
    if (log.nodes < 3) return [];
    if (log.disruptionBudgets.length === 0) {
      return log.isProduction ? [{ found: 'no PodDisruptionBudget selects the pods', breaks: 'A drain of several nodes stops the log, and with it all brokers.' }] : [];
    }
    return log.disruptionBudgets.filter((budget) => allowedDisruptions(budget, log.nodes) !== 1).map((budget) => ({
      found: `PodDisruptionBudget ${budget.name} allows ${allowedDisruptions(budget, log.nodes)} of ${log.nodes} pods to be away`,
      breaks: allowedDisruptions(budget, log.nodes) > 1 ? 'A drain of several nodes stops the log, and with it all brokers.' : 'No node with a pod of the log can be drained.',
    }));
  }),

  logRule({
    id: 'MQTT-LOG-009',
    severity: Severity.ERROR,
    title: 'The message log of production has each copy on another node',
    why: 'Three copies on one node are lost with it. Preferred anti-affinity is given up exactly when nodes are short.',
    source: ANTI_AFFINITY,
    remedy: 'Require pod anti-affinity on kubernetes.io/hostname with the selector labels of the log (antiAffinity: MqttSpread.REQUIRED).',
    example: antiAffinityExample('broker-log'),
  }, (log) => !log.isProduction || log.nodes === 1 || log.pods.hasRequiredAntiAffinityOnHostname ? [] : [{
    found: 'no required anti-affinity on kubernetes.io/hostname that selects these pods', breaks: 'One node that fails may take most copies, and stop all brokers.',
  }]),

  logRule({
    id: 'MQTT-LOG-010',
    severity: Severity.ERROR,
    title: 'NetworkPolicies let the brokers through to their message log, and its nodes to each other',
    why: 'As soon as one NetworkPolicy selects the brokers for egress, or the log for ingress, everything is closed that no policy opens. Brokers that do not reach their log never become ready, nor do nodes that do not reach each other.',
    source: POLICIES,
    remedy: 'Open the ports of the log in the policies on both sides. The constructs do so by themselves.',
    example: POLICY_EXAMPLE,
  }, (log) => [
    ...log.brokers.flatMap((broker) => [...closedEgress(broker, log), ...closedIngress(broker, log)]),
    ...closedBetweenNodes(log),
  ]),

  logRule({
    id: 'MQTT-LOG-011',
    severity: Severity.ERROR,
    title: 'The message log is NATS 2.12 or newer',
    why: 'The brokers store many operations in one step, and check each other, by what older servers do not have: they refuse to start with one. During an update the nodes may differ for as long as it takes, never for good.',
    source: 'https://docs.nats.io/release-notes/whats_new/whats_new_212',
    remedy: 'Use an image of NATS 2.12 or newer.',
    example: `spec:
  template:
    spec:
      containers: [{ name: nats, image: nats:2.12.3 }]`,
  }, ({ container }) => {
    const image = container?.fields.at('image').text ?? '';
    const [, major, minor] = /:v?(\d+)\.(\d+)[^/]*$/.exec(image.replace(/@.*$/, '')) ?? [];
    const isOld = minor !== undefined && (Number(major) < OLDEST_NATS[0] || (Number(major) === OLDEST_NATS[0] && Number(minor) < OLDEST_NATS[1]));
    return isOld ? [{ found: `image ${image}`, breaks: 'The brokers do not start with it.' }] : [];
  }),

  brokerAndLogRule({
    id: 'MQTT-LOG-012',
    severity: Severity.WARNING,
    title: 'Brokers that share sessions run one version, and so do the nodes of their log, but during an update',
    why: 'All brokers apply the same log. Those of an older version cannot know what a newer one writes into it, and stop when they meet it. Nodes of NATS of two versions are for the time of an update, too. '
      + 'A partition that is left in place keeps two versions in one cluster for as long.',
    source: 'https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#partitions',
    remedy: 'Take the partition out once the canary has shown what it was for (rollingUpdatePartition), or acknowledge this rule while it runs.',
    example: `spec:
  updateStrategy: { type: RollingUpdate }`,
  }, (log) => keptVersions(log.spec, log.nodes, `spec.replicas: ${log.nodes}`, 'nodes'),
  (broker) => (broker.sessionStore === 'replicated' ? keptVersions(broker.spec, broker.maximumReplicas, broker.replicasFound, 'brokers') : [])),

  {
    id: 'MQTT-LOG-013',
    severity: Severity.ERROR,
    title: 'Each cluster has a name of its own in its message log',
    why: 'Everything that a cluster stores begins with its name. Brokers of two clusters under one name would apply each other\'s sessions; they notice, and the later one does not start.',
    source: 'docs/rules.md#message-log',
    remedy: 'Give one of the two another name (clusterName of MqttSessionStore.replicated).',
    example: `kind: ConfigMap
data:
  broker.yaml: |
    cluster: { name: plant-1, log: { servers: ["nats://nats:4222"] } }`,
    check: (model) => {
      const first = new Map<string, BrokerWorkload>();
      return model.brokers.filter(({ configured }) => configured !== undefined && configured.logServers.length > 0).flatMap((broker) => {
        const { clusterName, logServers, place } = broker.configured!;
        // Short host names mean another Service in each namespace.
        const own = logServers.some((server) => !server.includes('.')) ? broker.object.namespace : '';
        const key = JSON.stringify([own, clusterName, [...logServers].sort()]);
        const other = first.get(key);
        if (other === undefined) first.set(key, broker);
        return other === undefined ? [] : violationsOf(broker.object, () => [{
          found: `cluster.name: ${clusterName} in ${place}, as in ${other.configured!.place}, on the same message log`,
          breaks: `The brokers of ${other.object.kind} ${other.object.name} and these cannot run side by side.`,
        }]);
      });
    },
  },

  {
    id: 'MQTT-LOG-014',
    severity: Severity.WARNING,
    title: 'On a NATS that others may use, a cluster has a name that no other Kubernetes cluster gives',
    why: 'Unless it is given a name (clusterName), a cluster is called after its namespace and its name. The same manifests in two Kubernetes clusters are two clusters of brokers under one name, where both use one NATS. '
      + 'Brokers whose names are taken end, but those of the larger one that are left over join the other, and apply its sessions.',
    source: 'docs/rules.md#message-log',
    remedy: 'Give each a name of its own, with that of the Kubernetes cluster in it (clusterName of MqttSessionStore.replicatedBy), or acknowledge this rule where no other Kubernetes cluster uses this NATS.',
    example: `kind: ConfigMap
data:
  broker.yaml: |
    cluster: { name: east_mqtt_plant, log: { servers: ["nats://nats.example.com:4222"] } }`,
    check: (model) => model.brokers.flatMap((broker) => {
      const { configured, object, messageLogName } = broker;
      if (configured === undefined || configured.logServers.length === 0 || messageLogName !== undefined) return [];
      const isOfApp = model.messageLogs.some((log) => configured.logServers.some((server) => server.includes(`//${log.object.name}-`)));
      const derived = object.namespace === undefined ? object.name : `${object.namespace}_${object.name}`;
      return isOfApp || configured.clusterName !== derived ? [] : violationsOf(object, () => [{
        found: `cluster.name: ${derived} in ${configured.place}, which is what namespace and name make, on ${configured.logServers.join(', ')}`,
        breaks: 'Brokers of the same namespace and name in another Kubernetes cluster that use this NATS may join these.',
      }]);
    }),
  },
];

/** A rule about the workload of a message log. */
function logRule(description: RuleDescription, check: (log: MessageLogWorkload) => ViolationOfObject[]): Rule {
  return { ...description, check: (model) => model.messageLogs.flatMap((log) => violationsOf(log.object, () => check(log))) };
}

/** A rule about message logs, and about brokers. */
function brokerAndLogRule(
  description: RuleDescription,
  checkLog: (log: MessageLogWorkload) => ViolationOfObject[],
  checkBroker: (broker: BrokerWorkload) => ViolationOfObject[],
): Rule {
  const [ofLogs, ofBrokers] = [logRule(description, checkLog), workloadRule(description, checkBroker)];
  return { ...description, check: (model) => [...ofLogs.check(model), ...ofBrokers.check(model)] };
}

/** A rule about a message log, and about the brokers of one that is not among the objects: then their configuration shows it. */
function logOrBrokerRule(
  description: RuleDescription,
  checkLog: (log: MessageLogWorkload) => ViolationOfObject[],
  checkBroker: (broker: BrokerWorkload, configuration: BrokerConfiguration) => ViolationOfObject[],
): Rule {
  return brokerAndLogRule(description, checkLog, (broker) => {
    const { configured, messageLogName } = broker;
    return messageLogName !== undefined || configured === undefined || configured.logServers.length === 0 ? [] : checkBroker(broker, configured);
  });
}

/** What streams may take on each node, as far as the objects tell. */
function streamRoom(log: MessageLogWorkload): { readonly bytes: number; readonly found: string } | undefined {
  const { claim, configuration, configurationObject } = log;
  const limit = configuration?.maxFileStore;
  const storage = claim?.at('spec', 'resources', 'requests', 'storage');
  const volume = storage && parseQuantity(storage);
  if (volume !== undefined && (limit === undefined || limit > volume)) return { bytes: volume, found: `volumeClaimTemplates with ${String(storage)}` };
  if (limit === undefined) return undefined;
  return { bytes: limit, found: `max_file_store: ${gibibytes(limit)} in nats.conf of ConfigMap ${configurationObject!.name}` };
}

function gibibytes(bytes: number): string {
  return `${Number((bytes / 1024 ** 3).toFixed(1))} GiB`;
}

function clientsThatAreAskedNothing({ configuration, configurationObject, clientPort }: MessageLogWorkload): ViolationOfObject[] {
  return configuration?.asksClients !== false ? [] : [{
    found: `no users, or a no_auth_user, in nats.conf of ConfigMap ${configurationObject!.name}`,
    breaks: `Every pod that reaches port ${clientPort} reads and writes the sessions of all clients.`,
  }];
}

function nodesThatAreAskedNothing(log: MessageLogWorkload): ViolationOfObject[] {
  return log.nodes < 2 || log.configuration?.asksNodes !== false || !letsAnyNodeIn(log) ? [] : [{
    found: `no tls and no authorization in the block cluster of nats.conf of ConfigMap ${log.configurationObject!.name}, `
      + `and no NetworkPolicy that closes port ${log.routePort}`,
    breaks: `Every pod that reaches port ${log.routePort} joins the log as a node, without credentials, and reads and writes the sessions of all clients.`,
    remedy: 'Let a NetworkPolicy close the port (networkPolicy), or give the log a certificate (tls).',
  }];
}

/** What a partition keeps from an update. */
function keptVersions(spec: Fields, replicas: number, replicasFound: string, what: string): ViolationOfObject[] {
  const partition = spec.at('updateStrategy', 'rollingUpdate', 'partition').number ?? 0;
  return partition <= 0 || partition >= replicas ? [] : [{
    found: `spec.updateStrategy.rollingUpdate.partition: ${partition}, with ${replicasFound}`,
    breaks: `${partition} of ${replicas} ${what} keep the version that they have.`,
  }];
}
