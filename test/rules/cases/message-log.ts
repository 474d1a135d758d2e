import { type ClusterManifests, configure } from './base';
import { development, production, type RuleCases } from './rule-case';

const GIBIBYTE = 1024 ** 3;
const LABELS = { 'app.kubernetes.io/name': 'mqtt-message-log', 'app.kubernetes.io/instance': 'broker-log' };
const CONFIGURATION = `server_name: $NODE_NAME
jetstream {
  store_dir: "/data"
  # not sync_interval: 10s
  sync_interval: always
}
accounts {
  MQTT { jetstream: enabled, users: [{ user: $LOG_USER, pass: $LOG_PASS }] }
  SYS {}
}
system_account: SYS
tls { cert_file: "/etc/nats-certificate/tls.crt" }
cluster {
  name: "broker-log"
  routes: [ "nats-route://broker-log-0.broker-log-headless:6222" ]
}
`;

type Change = (manifests: ClusterManifests) => void;

/** The message log that the brokers of the base share their sessions by. */
export function withLog(change: Change = () => undefined, cluster: (change?: Change) => object[] = production, profile = 'production'): object[] {
  return cluster((manifests) => {
    manifests.statefulSet.metadata.annotations['cdk8s-mqtt/message-log'] = 'broker-log';
    manifests.statefulSet.metadata.annotations['cdk8s-mqtt/session-store'] = 'replicated';
    const [dns] = manifests.networkPolicy.spec.egress;
    manifests.networkPolicy.spec.egress = [{ to: [{ podSelector: { matchLabels: LABELS } }], ports: [{ port: 4222, protocol: 'TCP' }] }, dns];
    const metadata = (name: string) => ({ name, namespace: 'mqtt', labels: LABELS });
    manifests.log = {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { ...metadata('broker-log'), annotations: { 'cdk8s-mqtt/message-log-engine': 'nats', 'cdk8s-mqtt/profile': profile } },
      spec: {
        serviceName: 'broker-log-headless',
        replicas: profile === 'production' ? 3 : 1,
        selector: { matchLabels: LABELS },
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '100Gi' } } } }],
        template: {
          metadata: { labels: LABELS },
          spec: {
            affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: LABELS } }] } },
            containers: [{
              name: 'nats',
              image: 'nats:2.12.3',
              args: ['--config', '/etc/nats/nats.conf'],
              ports: [{ name: 'nats', containerPort: 4222, protocol: 'TCP' }],
              volumeMounts: [{ name: 'data', mountPath: '/data' }, { name: 'configuration', mountPath: '/etc/nats' }],
            }],
            volumes: [{ name: 'configuration', configMap: { name: 'broker-log-configuration' } }],
          },
        },
      },
    };
    manifests.logConfiguration = { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata('broker-log-configuration'), data: { 'nats.conf': CONFIGURATION } };
    manifests.logBudget = {
      apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: metadata('broker-log'), spec: { maxUnavailable: 1, selector: { matchLabels: LABELS } },
    };
    manifests.logPolicy = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: metadata('broker-log'),
      spec: {
        podSelector: { matchLabels: LABELS },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [
          { from: [{ podSelector: { matchLabels: { 'app.kubernetes.io/instance': 'broker' } } }], ports: [{ port: 4222, protocol: 'TCP' }] },
          { from: [{ podSelector: { matchLabels: LABELS } }], ports: [{ port: 6222, protocol: 'TCP' }] },
        ],
        egress: [{ to: [{ podSelector: { matchLabels: LABELS } }], ports: [{ port: 6222, protocol: 'TCP' }] }, dns],
      },
    };
    change(manifests);
  });
}

const inDevelopment = (change?: Change) => withLog(change, development, 'development');

/** nats.conf with one text replaced. */
const withConfiguration = (text: string, other: string) => withLog(({ logConfiguration }) => {
  logConfiguration.data['nats.conf'] = CONFIGURATION.replace(text, other);
});

/** Without a NetworkPolicy, and with something more about the nodes in nats.conf. */
const withoutPolicy = (more: string) => withLog((manifests) => {
  delete manifests.logPolicy;
  manifests.logConfiguration.data['nats.conf'] = CONFIGURATION.replace('cluster {', `cluster {\n  ${more}`);
});

/** A log that is not among the objects. */
const withForeignLog = (log: object, cluster = production, name = 'plant') => cluster((manifests) => configure(manifests, (configuration) => { configuration.cluster = { name, log }; }));

/** Brokers that may store and log so many GiB, NATS with one setting more, and a second cluster that may store so many GiB, with 10 GiB for its log. */
function withRoom(sizes: { readonly store?: number; readonly log?: number }, setting: string, second?: number): object[] {
  const manifests = withLog((changed) => {
    configure(changed, ({ store, cluster: { log } }) => {
      if (sizes.store !== undefined) store.maxBytes = sizes.store * GIBIBYTE;
      if (sizes.log !== undefined) log.maxBytes = sizes.log * GIBIBYTE;
    });
    changed.logConfiguration.data['nats.conf'] = CONFIGURATION.replace('sync_interval: always', `sync_interval: always\n  ${setting}`);
  });
  return second === undefined ? manifests : [...manifests, ...secondCluster({ name: 'second', log: { servers: ['tls://broker-log:4222'], passwordFile: '/p', maxBytes: 10 * GIBIBYTE } }, (statefulSet, file) => {
    statefulSet.metadata.annotations['cdk8s-mqtt/message-log'] = 'broker-log';
    file.store.maxBytes = second * GIBIBYTE;
  })];
}

const LOG = 'StatefulSet mqtt/broker-log';
const IN_NATS_CONF = 'in nats.conf of ConfigMap broker-log-configuration';
const tooLittle = (sizes: string, sum: string, room: string) => ({
  object: LOG,
  found: `cluster.log.maxBytes and twice store.maxBytes are ${sizes}; ${room}`,
  breaks: 'Brokers whose log does not fit do not become ready. Where snapshots do not fit, the log fills up once the brokers store more than there is room for.',
  remedy: `Give each node room for ${sum}, or the brokers a smaller store.maxBytes (maxStoreSize).`,
});
const EVERYBODY = 'reads and writes the sessions of all clients.';
const ANY_NODE = {
  found: 'no tls and no authorization in the block cluster of nats.conf of ConfigMap broker-log-configuration, and no NetworkPolicy that closes port 6222',
  breaks: `Every pod that reaches port 6222 joins the log as a node, without credentials, and ${EVERYBODY}`,
  remedy: 'Let a NetworkPolicy close the port (networkPolicy), or give the log a certificate (tls).',
};
const NEVER_ONE = 'The nodes never become one log, and the brokers never become ready.';
const NEVER_READY = 'The brokers never become ready.';

export const messageLogCases: RuleCases[] = [
  {
    rule: 'MQTT-LOG-001',
    breaks: [
      {
        name: 'one node',
        manifests: withLog(({ log }) => { log.spec.replicas = 1; }),
        findings: [{ object: LOG, found: 'spec.replicas: 1', breaks: 'While this node is away, all brokers refuse QoS 1 and 2 messages and new sessions.' }],
      },
      {
        name: 'no word about nodes, which is one',
        manifests: withLog(({ log }) => { delete log.spec.replicas; }),
        findings: [{ object: LOG, found: 'spec.replicas: 1', breaks: 'While this node is away, all brokers refuse QoS 1 and 2 messages and new sessions.' }],
      },
      {
        name: 'four nodes',
        manifests: withLog(({ log }) => { log.spec.replicas = 4; }),
        findings: [{ object: LOG, found: 'spec.replicas: 4', breaks: 'The log survives the loss of 1 of its nodes, as it would with 3.' }],
      },
      {
        name: 'no node',
        manifests: inDevelopment(({ log }) => { log.spec.replicas = 0; }),
        findings: [{ object: LOG, found: 'spec.replicas: 0', breaks: 'All brokers refuse QoS 1 and 2 messages and new sessions.' }],
      },
      {
        name: 'two nodes in development',
        manifests: inDevelopment(({ log }) => { log.spec.replicas = 2; }),
        findings: [{ object: LOG, found: 'spec.replicas: 2', breaks: 'The log survives the loss of 0 of its nodes, as it would with 1.' }],
      },
    ],
    satisfies: [
      { name: 'three nodes', manifests: withLog() },
      { name: 'five nodes', manifests: withLog(({ log }) => { log.spec.replicas = 5; }) },
      { name: 'one node in development', manifests: inDevelopment() },
    ],
  },
  {
    rule: 'MQTT-LOG-002',
    breaks: [{
      name: 'one node',
      manifests: inDevelopment(),
      findings: [{ object: LOG, found: 'spec.replicas: 1', breaks: 'The loss of one node, or of its disk, stops all brokers.' }],
    }],
    satisfies: [{ name: 'three nodes', manifests: inDevelopment(({ log }) => { log.spec.replicas = 3; }) }],
  },
  {
    rule: 'MQTT-LOG-003',
    breaks: [
      {
        name: 'two snapshots of a store that fills its volume, on volumes of the same size',
        manifests: withRoom({ store: 90, log: 25 }, 'max_file_store: 81920MiB'),
        findings: [tooLittle('205 GiB for StatefulSet broker', '205 GiB', `max_file_store: 80 GiB ${IN_NATS_CONF}`)],
      },
      {
        name: 'a byte more than NATS takes',
        manifests: withRoom({ store: 27.5, log: 25 }, 'max_file_store: 85899345919'),
        findings: [tooLittle('80 GiB for StatefulSet broker', '80 GiB', `max_file_store: 80 GiB ${IN_NATS_CONF}`)],
      },
      {
        name: 'defaults of the broker, 10 GiB and 4 GiB, and decimal units',
        manifests: withRoom({}, 'max_file: 24G'),
        findings: [tooLittle('24 GiB for StatefulSet broker', '24 GiB', `max_file_store: 22.4 GiB ${IN_NATS_CONF}`)],
      },
      {
        name: 'more than the volume, where NATS is told that there is more',
        manifests: withRoom({ store: 40, log: 25 }, 'max_file_store: 1TB'),
        findings: [tooLittle('105 GiB for StatefulSet broker', '105 GiB', 'volumeClaimTemplates with 100Gi')],
      },
      {
        name: 'two clusters that have room alone, but not together',
        manifests: withRoom({ store: 20, log: 5 }, 'max_file_store: 80GiB', 15),
        findings: [tooLittle('45 GiB for StatefulSet broker, 40 GiB for StatefulSet second', '85 GiB', `max_file_store: 80 GiB ${IN_NATS_CONF}`)],
      },
    ],
    satisfies: [
      { name: 'a log, and two snapshots of what the brokers may store', manifests: withRoom({ store: 27.5, log: 25 }, 'max_file_store: 81920MiB') },
      { name: 'two clusters with room for both', manifests: withRoom({ store: 20, log: 5 }, 'max_file_store: 80GiB', 12.5) },
      { name: 'a volume that is large enough, where NATS is told nothing', manifests: withRoom({ store: 27.5, log: 25 }, '') },
      { name: 'brokers whose configuration is not among the objects', manifests: withLog((manifests) => { delete manifests.configuration; }) },
      {
        name: 'a volume that is no claim, where NATS is told nothing',
        manifests: withLog((manifests) => {
          delete manifests.log.spec.volumeClaimTemplates;
          configure(manifests, ({ store }) => { store.maxBytes = 1000 * GIBIBYTE; });
        }),
      },
    ],
  },
  {
    rule: 'MQTT-LOG-004',
    breaks: [
      {
        name: 'a user for those who name none',
        manifests: withConfiguration('system_account', 'no_auth_user: broker\nsystem_account'),
        findings: [{ object: LOG, found: 'no users, or a no_auth_user, in nats.conf of ConfigMap broker-log-configuration', breaks: `Every pod that reaches port 4222 ${EVERYBODY}` }],
      },
      {
        name: 'no users',
        manifests: withLog(({ logConfiguration }) => { logConfiguration.data['nats.conf'] = 'jetstream: { sync_interval: always }\n# accounts {}\ntls {}\n'; }),
        findings: [{ object: LOG, found: 'no users, or a no_auth_user, in nats.conf of ConfigMap broker-log-configuration', breaks: `Every pod that reaches port 4222 ${EVERYBODY}` }],
      },
      {
        name: 'nodes that take any other for one of them',
        manifests: withLog((manifests) => { delete manifests.logPolicy; }),
        findings: [{ object: LOG, ...ANY_NODE }],
      },
      {
        name: 'a policy that opens the port of the nodes to everybody',
        manifests: withLog(({ logPolicy }) => { delete logPolicy.spec.ingress[1].from; }),
        findings: [{ object: LOG, ...ANY_NODE }],
      },
      {
        name: 'a policy that is about egress alone',
        manifests: withLog(({ logPolicy }) => { logPolicy.spec.policyTypes = ['Egress']; }),
        findings: [{ object: LOG, ...ANY_NODE }],
      },
      {
        name: 'a log elsewhere that is shown nothing',
        manifests: withForeignLog({ servers: ['tls://nats.example.com:4222'] }),
        findings: [{ object: 'StatefulSet mqtt/broker', found: 'cluster.log without credentials in broker.yaml of ConfigMap broker-configuration', breaks: `Every pod that reaches the log ${EVERYBODY}` }],
      },
    ],
    satisfies: [
      { name: 'users', manifests: withLog() },
      { name: 'nodes that verify each other', manifests: withoutPolicy('tls { ca_file: "/etc/nats-certificate/ca.crt" }') },
      { name: 'nodes with a password', manifests: withoutPolicy('authorization { user: $NODE_USER, password: $NODE_PASS }') },
      { name: 'one node in production, which no other joins', manifests: withLog((manifests) => { manifests.log.spec.replicas = 1; delete manifests.logPolicy; }) },
      { name: 'authorization without accounts', manifests: withConfiguration('accounts {', 'authorization { user: $LOG_USER, pass: $LOG_PASS }\nothers {') },
      { name: 'a log elsewhere with a password', manifests: withForeignLog({ servers: ['tls://nats.example.com'], usernameFile: '/u', passwordFile: '/p' }) },
      { name: 'a log elsewhere with a certificate', manifests: withForeignLog({ servers: ['tls://nats.example.com'], tls: { certificateFile: '/c', privateKeyFile: '/k' } }) },
      { name: 'development', manifests: inDevelopment(({ logConfiguration }) => { logConfiguration.data['nats.conf'] = 'jetstream { sync_interval: always }'; }) },
      { name: 'a configuration that is not among the objects', manifests: withLog((manifests) => { delete manifests.logConfiguration; }) },
    ],
  },
  {
    rule: 'MQTT-LOG-005',
    breaks: [
      {
        name: 'TLS between the nodes alone',
        manifests: withConfiguration('tls { cert_file: "/etc/nats-certificate/tls.crt" }\ncluster {', 'cluster {\n  tls { cert_file: "/etc/nats-certificate/tls.crt" }'),
        findings: [{
          object: LOG, found: 'no tls in nats.conf of ConfigMap broker-log-configuration', breaks: 'Messages and credentials travel in the clear between the nodes of the Kubernetes cluster.',
        }],
      },
      {
        name: 'a log elsewhere without TLS',
        manifests: withForeignLog({ servers: ['nats://nats-a:4222', 'nats://nats-b:4222'], credentialsFile: '/c' }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'cluster.log.servers: nats://nats-a:4222, nats://nats-b:4222 in broker.yaml of ConfigMap broker-configuration',
          breaks: 'Messages and credentials travel in the clear to the log.',
          remedy: 'Use tls:// addresses.',
        }],
      },
    ],
    satisfies: [
      { name: 'TLS', manifests: withLog() },
      { name: 'a log elsewhere with TLS', manifests: withForeignLog({ servers: ['tls://nats.example.com'], credentialsFile: '/c' }) },
      { name: 'development', manifests: inDevelopment(({ logConfiguration }) => { logConfiguration.data['nats.conf'] = 'jetstream { sync_interval: always }'; }) },
    ],
  },
  {
    rule: 'MQTT-LOG-006',
    breaks: [
      {
        name: 'an emptyDir',
        manifests: withLog(({ log }) => {
          delete log.spec.volumeClaimTemplates;
          log.spec.template.spec.volumes.push({ name: 'data', emptyDir: {} });
        }),
        findings: [{ object: LOG, found: 'no volumeClaimTemplate is mounted', breaks: 'Acknowledged messages and all sessions are lost when the nodes are stopped.' }],
      },
      {
        name: 'a claim that nothing mounts',
        manifests: withLog(({ log }) => { log.spec.template.spec.containers[0].volumeMounts.shift(); }),
        findings: [{ object: LOG, found: 'no volumeClaimTemplate is mounted', breaks: 'Acknowledged messages and all sessions are lost when the nodes are stopped.' }],
      },
    ],
    satisfies: [
      { name: 'claims', manifests: withLog() },
      {
        name: 'an emptyDir in development',
        manifests: inDevelopment(({ log }) => {
          delete log.spec.volumeClaimTemplates;
          log.spec.template.spec.volumes.push({ name: 'data', emptyDir: {} });
        }),
      },
    ],
  },
  {
    rule: 'MQTT-LOG-007',
    breaks: [
      {
        name: 'ten seconds',
        manifests: withConfiguration('  sync_interval: always', '  sync_interval: 10s'),
        findings: [{ object: LOG, found: 'sync_interval: 10s in nats.conf of ConfigMap broker-log-configuration', breaks: 'Acknowledged messages may be lost in a power cut.' }],
      },
      {
        name: 'nothing but a comment',
        manifests: withConfiguration('  sync_interval: always', '  // sync_interval: always'),
        findings: [{ object: LOG, found: 'sync_interval: absent (2m) in nats.conf of ConfigMap broker-log-configuration', breaks: 'Acknowledged messages may be lost in a power cut.' }],
      },
      {
        name: 'a setting in the wrong place, in development too',
        manifests: inDevelopment(({ logConfiguration }) => { logConfiguration.data['nats.conf'] = 'jetstream {}\nsync_interval: always'; }),
        findings: [{ object: LOG, found: 'sync_interval: absent (2m) in nats.conf of ConfigMap broker-log-configuration', breaks: 'Acknowledged messages may be lost in a power cut.' }],
      },
    ],
    satisfies: [
      { name: 'always', manifests: withLog() },
      { name: 'its other name', manifests: withConfiguration('  sync_interval: always', '  sync = "always"') },
    ],
  },
  {
    rule: 'MQTT-LOG-008',
    breaks: [
      {
        name: 'no budget',
        manifests: withLog((manifests) => { delete manifests.logBudget; }),
        findings: [{ object: LOG, found: 'no PodDisruptionBudget selects the pods', breaks: 'A drain of several nodes stops the log, and with it all brokers.' }],
      },
      {
        name: 'two at once',
        manifests: withLog(({ logBudget }) => { logBudget.spec.maxUnavailable = 2; }),
        findings: [{ object: LOG, found: 'PodDisruptionBudget broker-log allows 2 of 3 pods to be away', breaks: 'A drain of several nodes stops the log, and with it all brokers.' }],
      },
      {
        name: 'none at all',
        manifests: withLog(({ logBudget }) => { logBudget.spec = { minAvailable: 3, selector: logBudget.spec.selector }; }),
        findings: [{ object: LOG, found: 'PodDisruptionBudget broker-log allows 0 of 3 pods to be away', breaks: 'No node with a pod of the log can be drained.' }],
      },
    ],
    satisfies: [
      { name: 'one at a time', manifests: withLog() },
      { name: 'two of three available', manifests: withLog(({ logBudget }) => { logBudget.spec = { minAvailable: 2, selector: logBudget.spec.selector }; }) },
      { name: 'no budget in development', manifests: inDevelopment((manifests) => { delete manifests.logBudget; manifests.log.spec.replicas = 3; }) },
    ],
  },
  {
    rule: 'MQTT-LOG-009',
    breaks: [{
      name: 'none',
      manifests: withLog(({ log }) => { delete log.spec.template.spec.affinity; }),
      findings: [{
        object: LOG, found: 'no required anti-affinity on kubernetes.io/hostname that selects these pods', breaks: 'One node that fails may take most copies, and stop all brokers.',
      }],
    }],
    satisfies: [
      { name: 'required', manifests: withLog() },
      { name: 'development', manifests: inDevelopment(({ log }) => { delete log.spec.template.spec.affinity; log.spec.replicas = 3; }) },
    ],
  },
  {
    rule: 'MQTT-LOG-010',
    breaks: [
      {
        name: 'brokers that may connect to nobody',
        needsOtherObjects: 'who the brokers must reach is another object',
        manifests: withLog(({ networkPolicy }) => { delete networkPolicy.spec.egress; }),
        findings: [{ object: 'StatefulSet mqtt/broker', found: 'no egress to port 4222 of StatefulSet broker-log in NetworkPolicy broker', breaks: NEVER_READY }],
      },
      {
        name: 'brokers that may connect to others, and to another port',
        manifests: withLog(({ networkPolicy }) => {
          networkPolicy.spec.egress = [
            { to: [{ podSelector: { matchLabels: { app: 'web' } } }] },
            { to: [{ podSelector: {} }], ports: [{ port: 4223, protocol: 'TCP' }, { port: 4222, protocol: 'UDP' }] },
            { to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'other' } } }] },
          ];
        }),
        findings: [{ object: 'StatefulSet mqtt/broker', found: 'no egress to port 4222 of StatefulSet broker-log in NetworkPolicy broker', breaks: NEVER_READY }],
      },
      {
        name: 'a log that lets others in',
        manifests: withLog(({ logPolicy }) => { logPolicy.spec.ingress[0].from[0].podSelector.matchLabels = { app: 'web' }; }),
        findings: [{ object: LOG, found: 'no ingress to port 4222 from StatefulSet broker in NetworkPolicy broker-log', breaks: NEVER_READY }],
      },
      {
        name: 'nodes that let no other node in',
        manifests: withLog(({ logPolicy }) => { logPolicy.spec.ingress.pop(); }),
        findings: [{ object: LOG, found: 'no ingress to port 6222 from the other nodes in NetworkPolicy broker-log', breaks: NEVER_ONE }],
      },
      {
        name: 'nodes that may connect to nobody, by a port of another number',
        manifests: withLog(({ log, logPolicy }) => {
          log.spec.template.spec.containers[0].ports.push({ name: 'cluster', containerPort: 6333, protocol: 'TCP' });
          logPolicy.spec.ingress[1].ports[0].port = 6333;
          delete logPolicy.spec.egress;
        }),
        findings: [{ object: LOG, found: 'no egress to port 6333 of the other nodes in NetworkPolicy broker-log', breaks: NEVER_ONE }],
      },
    ],
    satisfies: [
      { name: 'both open', manifests: withLog() },
      { name: 'one node, which no other connects to', manifests: inDevelopment(({ logPolicy }) => { logPolicy.spec.ingress.pop(); delete logPolicy.spec.egress; }) },
      { name: 'no policies', manifests: withLog((manifests) => { delete manifests.networkPolicy; delete manifests.logPolicy; }) },
      { name: 'a policy of another purpose', manifests: withLog(({ networkPolicy }) => { networkPolicy.spec.policyTypes = ['Ingress']; delete networkPolicy.spec.egress; }) },
      {
        name: 'a range of ports, to the whole namespace',
        manifests: withLog(({ networkPolicy }) => {
          networkPolicy.spec.egress = [{ to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'mqtt' } } }], ports: [{ port: 4000, endPort: 5000 }] }];
        }),
      },
      { name: 'a block of addresses', manifests: withLog(({ networkPolicy }) => { networkPolicy.spec.egress = [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }]; }) },
    ],
  },
  {
    rule: 'MQTT-LOG-011',
    breaks: [['nats:2.11.8', '2.11'], ['registry.example.com:5000/nats:2.9-alpine', '2.9'], ['nats:v1.4.1@sha256:0', '1.4']].map(([image, name]) => ({
      name,
      manifests: withLog(({ log }) => { log.spec.template.spec.containers[0].image = image; }),
      findings: [{ object: LOG, found: `image ${image}`, breaks: 'The brokers do not start with it.' }],
    })),
    satisfies: ['nats:2.12.3', 'nats:2.14-alpine', 'nats:3.0', 'nats@sha256:0', 'registry.example.com:5000/nats'].map((image) => ({
      name: image, manifests: withLog(({ log }) => { log.spec.template.spec.containers[0].image = image; }),
    })),
  },
  {
    rule: 'MQTT-LOG-012',
    breaks: [
      {
        name: 'a canary',
        manifests: withLog(({ statefulSet }) => { statefulSet.spec.updateStrategy.rollingUpdate = { partition: 2 }; }),
        findings: [{
          object: 'StatefulSet mqtt/broker', found: 'spec.updateStrategy.rollingUpdate.partition: 2, with spec.replicas: 3', breaks: '2 of 3 brokers keep the version that they have.',
        }],
      },
      {
        name: 'a canary of the log',
        manifests: withLog(({ log }) => { log.spec.updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } }; }),
        findings: [{ object: LOG, found: 'spec.updateStrategy.rollingUpdate.partition: 1, with spec.replicas: 3', breaks: '1 of 3 nodes keep the version that they have.' }],
      },
    ],
    satisfies: [
      { name: 'no partition', manifests: withLog() },
      { name: 'a partition that changes all', manifests: withLog(({ statefulSet }) => { statefulSet.spec.updateStrategy.rollingUpdate = { partition: 0 }; }) },
      { name: 'a partition that changes none', manifests: withLog(({ statefulSet }) => { statefulSet.spec.updateStrategy.rollingUpdate = { partition: 3 }; }) },
      { name: 'a partition that changes no node of the log', manifests: withLog(({ log }) => { log.spec.updateStrategy = { rollingUpdate: { partition: 3 } }; }) },
      {
        name: 'a canary of separate brokers',
        manifests: development(({ statefulSet }) => {
          statefulSet.spec.replicas = 3;
          statefulSet.spec.updateStrategy.rollingUpdate = { partition: 2 };
        }),
      },
    ],
  },
  {
    rule: 'MQTT-LOG-013',
    breaks: [{
      name: 'two clusters under one name',
      manifests: [...withForeignLog({ servers: ['tls://nats.example.com'], credentialsFile: '/c' }), ...secondCluster({ name: 'plant', log: { servers: ['tls://nats.example.com'], credentialsFile: '/c' } })],
      findings: [{
        object: 'StatefulSet mqtt/second',
        found: 'cluster.name: plant in broker.yaml of ConfigMap second-configuration, as in broker.yaml of ConfigMap broker-configuration, on the same message log',
        breaks: 'The brokers of StatefulSet broker and these cannot run side by side.',
      }],
    }],
    satisfies: [
      { name: 'two names', manifests: [...withForeignLog({ servers: ['tls://nats.example.com'] }), ...secondCluster({ name: 'other', log: { servers: ['tls://nats.example.com'] } })] },
      { name: 'two logs', manifests: [...withForeignLog({ servers: ['tls://nats.example.com'] }), ...secondCluster({ name: 'plant', log: { servers: ['tls://other.example.com'] } })] },
      { name: 'Services of the same name in two namespaces', manifests: [...withForeignLog({ servers: ['nats://nats'] }), ...secondCluster({ name: 'plant', log: { servers: ['nats://nats'] } }, undefined, 'elsewhere')] },
    ],
  },
  {
    rule: 'MQTT-LOG-014',
    breaks: [{
      name: 'the name that namespace and name make, on a NATS that exists',
      manifests: withForeignLog({ servers: ['tls://a.example.com', 'tls://b.example.com'], credentialsFile: '/c' }, production, 'mqtt_broker'),
      findings: [{
        object: 'StatefulSet mqtt/broker',
        found: 'cluster.name: mqtt_broker in broker.yaml of ConfigMap broker-configuration, which is what namespace and name make, on tls://a.example.com, tls://b.example.com',
        breaks: 'Brokers of the same namespace and name in another Kubernetes cluster that use this NATS may join these.',
      }],
    }],
    satisfies: [
      { name: 'another name', manifests: withForeignLog({ servers: ['tls://nats.example.com'] }, production, 'east_mqtt_broker') },
      { name: 'a message log beside it', manifests: withLog((manifests) => configure(manifests, ({ cluster }) => { cluster.name = 'mqtt_broker'; })) },
      {
        name: 'a message log of the same app in another namespace',
        manifests: withLog((manifests) => {
          delete manifests.statefulSet.metadata.annotations['cdk8s-mqtt/message-log'];
          configure(manifests, ({ cluster }) => {
            cluster.name = 'mqtt_broker';
            cluster.log.servers = ['tls://broker-log-0.broker-log-headless.logs.svc:4222'];
          });
        }),
      },
      { name: 'brokers that store alone', manifests: development() },
    ],
  },
];

/** The StatefulSet and the configuration of another cluster. */
function secondCluster(cluster: object, change: (statefulSet: any, file: any) => void = () => undefined, namespace = 'mqtt'): object[] {
  let objects: object[] = [];
  production((manifests) => {
    manifests.statefulSet = structuredClone(manifests.statefulSet);
    const { statefulSet, configuration } = manifests;
    configure(manifests, (file) => {
      file.cluster = cluster;
      change(statefulSet, file);
    });
    statefulSet.metadata = { ...statefulSet.metadata, name: 'second', namespace };
    const labels = { 'app.kubernetes.io/name': 'mqtt-broker', 'app.kubernetes.io/instance': 'second' };
    statefulSet.spec.selector.matchLabels = labels;
    statefulSet.spec.template.metadata.labels = labels;
    statefulSet.spec.template.spec.volumes.find((volume: any) => volume.configMap).configMap.name = 'second-configuration';
    objects = [statefulSet, { ...configuration, metadata: { name: 'second-configuration', namespace } }];
  });
  return objects;
}
