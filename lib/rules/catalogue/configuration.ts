import { Severity } from '../finding';
import type { BrokerConfiguration, ConfiguredListener } from '../model/broker-configuration';
import type { BrokerWorkload } from '../model/broker-workload';
import { declared, Declared } from '../model/declared';
import { parseQuantity } from '../model/quantity';
import { type Rule, type ViolationOfObject, workloadRule } from '../rule';

const SCHEMA = 'https://github.com/cdk8s-mqtt/cdk8s-mqtt/blob/main/broker-image/config.schema.json';
const EXAMPLE = `kind: ConfigMap
metadata: { name: broker-configuration }
data:
  broker.yaml: |
    listeners:
      - { name: mqtt, protocol: tcp, port: 1883 }
    keepalive: { maxSeconds: 240 } # cdk8s-mqtt/keepalive-max-seconds: "240"`;

/** What file systems keep of a volume for themselves; ext4 with its defaults needs the most. */
const MAXIMUM_SHARE = 0.95;

export const configurationRules: readonly Rule[] = [
  workloadRule({
    id: 'MQTT-CONFIG-001',
    severity: Severity.ERROR,
    title: 'The broker can read its configuration',
    why: 'A broker that cannot read its configuration ends at once with exit code 78, and so does every pod after a rollout.',
    source: SCHEMA,
    remedy: 'Correct the file; the broker tells everything that is wrong with it by --check-config.',
    example: EXAMPLE,
  }, ({ configuration }) => configuration?.problem === undefined ? [] : [{
    object: configuration.object.reference,
    found: `data.${configuration.key}: ${configuration.problem}`,
    breaks: 'No pod of the broker starts.',
  }]),

  workloadRule({
    id: 'MQTT-CONFIG-002',
    severity: Severity.ERROR,
    title: 'A broker declares what it is configured to do',
    why: 'The rules, the admission policies and people read the annotations of the workload, the broker reads its configuration. After an edit of one of them, they judge a broker that is not the one that runs.',
    source: 'docs/rules.md#what-manifests-declare',
    remedy: 'Change it on the construct, which writes both; or correct the one that is wrong.',
    example: EXAMPLE,
  }, (broker) => broker.configured === undefined ? [] : contradictions(broker, broker.configured)),

  workloadRule({
    id: 'MQTT-CONFIG-003',
    severity: Severity.ERROR,
    title: 'The broker listens where its container says',
    why: 'Services, probes and network policies lead to the ports that the container declares. Where the broker does not listen, clients are refused, and a probe fails for ever.',
    source: SCHEMA,
    remedy: 'Use the same ports in the configuration and in the container.',
    example: EXAMPLE,
  }, (broker) => broker.configured === undefined ? [] : deadPorts(broker, broker.configured)),

  workloadRule({
    id: 'MQTT-CONFIG-004',
    severity: Severity.ERROR,
    title: 'The store counts as full before its volume is',
    why: 'At store.maxBytes the broker refuses QoS 1 and 2 messages and turns unready, until clients have read their queues: an orderly stop. A volume without space fails any write at any moment, also the ones that would free space.',
    source: SCHEMA,
    remedy: 'Lower store.maxBytes to 0.9 of the volume, as the constructs do, or use a larger volume.',
    example: `data:
  broker.yaml: |
    store: { maxBytes: 96636764160 } # 90 GiB of 100Gi`,
  }, (broker) => {
    const bytes = volumeBytes(broker);
    if (broker.configured === undefined || bytes === undefined || broker.configured.storeMaxBytes <= MAXIMUM_SHARE * bytes) return [];
    return [{
      found: `store.maxBytes: ${broker.configured.storeMaxBytes} in ${broker.configured.place}, on a volume of ${bytes} bytes`,
      breaks: 'The volume is full before the broker says so.',
      remedy: `Set store.maxBytes to ${Math.floor(0.9 * bytes)}, or use a larger volume.`,
    }];
  }),
];

/** What an annotation declares, and the configuration does not do. */
function contradictions(broker: BrokerWorkload, configuration: BrokerConfiguration): ViolationOfObject[] {
  const { keepaliveMaximum, listeners } = configuration;
  const tls = portNames(broker, listeners.filter(({ isTls }) => isTls));
  const withHeader = portNames(broker, listeners.filter(({ expectsHeader }) => expectsHeader));
  const compared = [
    {
      of: Declared.keepaliveMaximum,
      value: keepaliveMaximum,
      configured: Number.isFinite(keepaliveMaximum) ? `keepalive.maxSeconds: ${keepaliveMaximum}` : 'no keepalive.maxSeconds',
    },
    {
      of: Declared.anonymousClients,
      value: configuration.allowsAnonymousClients ? 'allowed' : 'refused',
      configured: configuration.anonymousFound,
    },
    {
      of: Declared.sessionStore,
      value: configuration.sessionStore,
      configured: configuration.sessionStore === 'replicated' ? 'a cluster with a replicated log' : 'no cluster',
    },
    { of: Declared.shutdownDelay, value: configuration.shutdownDelaySeconds, configured: `shutdown.delaySeconds: ${configuration.shutdownDelaySeconds}` },
    { of: Declared.drainRate, value: configuration.drainRate, configured: `shutdown.connectionsPerSecond: ${configuration.drainRate}` },
    { of: Declared.tlsListeners, value: tls, configured: `TLS on ${tls.join(', ') || 'no listener'}` },
    { of: Declared.proxyListeners, value: withHeader, configured: `proxyProtocol on ${withHeader.join(', ') || 'no listener'}` },
  ];
  return compared.flatMap(({ of, value, configured }) => {
    const declaration = declared<unknown>(broker.object, of);
    const same = declaration === undefined || JSON.stringify(sorted(declaration)) === JSON.stringify(sorted(value));
    const text = broker.object.annotations[of.key];
    return same ? [] : [{
      found: `metadata.annotations '${of.key}: ${text}', but ${configuration.place} has ${configured}`,
      breaks: `Whatever is concluded from '${text}' is wrong.`,
    }];
  });
}

/** As the container names the ports of listeners: that is what the annotations list. */
function portNames({ container }: BrokerWorkload, listeners: readonly ConfiguredListener[]): string[] {
  return listeners.map(({ name, port }) => container?.ports.find((candidate) => candidate.port === port)?.name ?? name);
}

function sorted(value: unknown): unknown {
  return Array.isArray(value) ? [...value].sort() : value === Infinity ? 'infinite' : value;
}

function deadPorts(broker: BrokerWorkload, { listeners, operationsPort, place }: BrokerConfiguration): ViolationOfObject[] {
  const listening = listeners.map(({ name, port }) => `${port} (${name})`).join(', ');
  const probed = ['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((probe) => {
    const reference = broker.container!.fields.at(probe, 'httpGet', 'port');
    const port = reference.number ?? broker.container!.port(reference)?.port;
    return port === undefined || port === operationsPort ? [] : { probe, port };
  });
  return [
    ...broker.listeners.filter(({ port }) => !listeners.some((listener) => listener.port === port)).map(({ name, port }) => ({
      found: `${broker.container!.path}: port ${port}${name === undefined ? '' : ` (${name})`}; ${place} listens on ${listening}`,
      breaks: 'Clients are refused on this port.',
    })),
    ...probed.map(({ probe, port }) => ({
      found: `${broker.container!.path}: ${probe}.httpGet on port ${port}; ${place} has ${operationsPort === undefined ? 'no operations' : `operations.port: ${operationsPort}`}`,
      breaks: probe === 'readinessProbe' ? 'The pod is never ready.' : 'The container is restarted without end.',
    })),
  ];
}

/** How large the volume of the store is, as far as that is known when it is made. */
function volumeBytes({ dataVolume }: BrokerWorkload): number | undefined {
  switch (dataVolume?.kind) {
    case 'claimTemplate': return parseQuantity(dataVolume.claim.at('spec', 'resources', 'requests', 'storage'));
    case 'ephemeral': return parseQuantity(dataVolume.volume.at('emptyDir', 'sizeLimit'));
    default: return undefined;
  }
}
