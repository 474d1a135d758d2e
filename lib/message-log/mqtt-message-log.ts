import { type ApiObject, Chart, Names, type Size } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { checkArguments } from './check-arguments';
import { ExternalMessageLog } from './external-message-log';
import { LogRoom } from './log-room';
import type { MqttMessageLogCredentials } from './mqtt-message-log-credentials';
import type { MqttMessageLogProps } from './mqtt-message-log-props';
import type { IMqttMessageLog, MqttMessageLogServersOptions } from './mqtt-message-log-reference';
import { CLIENT_PORT, CONFIGURATION_KEY, EXPORTER_PORT_NAME, natsConfiguration, nodeHosts } from './nats-configuration';
import { renderNetworkPolicy } from './network-policy';
import { resolveIntent } from './resolve-intent';
import { renderClientService, renderHeadlessService } from './services';
import { renderStatefulSet } from './stateful-set';
import { ArgumentErrors } from '../manifest/arguments';
import { Labels, workloadLabels } from '../manifest/labels';
import { checkOptions, checkProps } from '../manifest/options';
import { renderManifest } from '../manifest/render-manifest';
import type { MqttScrapeTarget } from '../network/mqtt-cluster-reference';
import { acknowledgeRule, attachRules, findingsAbout, type MqttFinding } from '../rules';
import { MqttFile } from '../security/mqtt-file';
import { MqttNetworkPeer } from '../security/mqtt-network-peer';
import { renderCertificate } from '../security/render-certificate';
import { renderDisruptionBudget } from '../workload/disruption-budget';
import { renderServiceAccount } from '../workload/service-account';
import { serviceNames } from '../workload/service-names';
import { MAX_NAME_LENGTH } from '../workload/stateful-set';

/**
 * The replicated log that several brokers share their sessions by: a NATS JetStream with a copy of everything on each node. Every message with QoS 1 or 2 is
 * acknowledged once most nodes have it on their disks.
 *
 * Renders a StatefulSet, a ConfigMap with the configuration of NATS, a headless Service, a Service for tools, a ServiceAccount without a token, and, depending on
 * the props, a PodDisruptionBudget, a NetworkPolicy and a Certificate. `MqttSessionStore.replicated()` makes one by itself; make your own to share it between
 * clusters of brokers, or to change its objects. See docs/cluster-mode.md.
 */
export class MqttMessageLog extends Construct implements IMqttMessageLog {
  /**
   * A NATS that exists, server 2.12 or newer with JetStream. The cluster that is given it checks the addresses.
   *
   * @param servers its addresses, all of them `nats://host:4222` or all `tls://host:4222`; one is enough to find the others, several let a broker start while one is down
   */
  public static fromServers(servers: string[], options: MqttMessageLogServersOptions = {}): IMqttMessageLog {
    checkOptions('MqttMessageLog.fromServers', options);
    return new ExternalMessageLog(servers, options);
  }

  /** Name of the StatefulSet and the client Service. */
  public readonly name: string;

  /** Labels that select the pods. They never change during the life of the log. */
  public readonly selectorLabels: { [key: string]: string };

  /** Addresses of the nodes. */
  public readonly servers: string[];

  /** By what the brokers prove who they are. The Secret must be in the namespace of the log and in theirs. */
  public readonly credentials: MqttMessageLogCredentials;

  /** The authorities that signed the certificate of the nodes, where they speak TLS. */
  public readonly certificateAuthority?: MqttFile;

  /** Copies of everything: one on each node. */
  public readonly copies?: number;

  /** Namespace of the nodes. */
  public readonly namespace?: string;

  /** Name of the StatefulSet, as the brokers' workload names it for the rules. */
  public readonly workloadName?: string;

  /** The nodes, for monitoring; not set where the exporter is off. */
  public readonly scrapeTarget?: MqttScrapeTarget;

  /** The pods of the nodes. */
  public readonly peers?: MqttNetworkPeer[];

  /** The StatefulSet. `addJsonPatch` changes it, with the field names of the manifest; a path that does not exist is an error. */
  public readonly workload: ApiObject;

  /** The ConfigMap with nats.conf. A change rolls the nodes. */
  public readonly configuration: ApiObject;

  /** The Service for tools. */
  public readonly clientService: ApiObject;

  /** The Service that gives each node a DNS name. */
  public readonly headlessService: ApiObject;

  /** The pods' identity; it has no token and no rights. */
  public readonly serviceAccount: ApiObject;

  /** Limits evictions to one node at a time; not set for a log of one node. */
  public readonly podDisruptionBudget?: ApiObject;

  /** Closes everything but what brokers, nodes and Prometheus need; not set where the policy is off. */
  public readonly networkPolicy?: ApiObject;

  /** The Certificate that cert-manager is asked for. */
  public readonly certificate?: ApiObject;

  private readonly clients: MqttNetworkPeer[] = [];
  private readonly room: LogRoom;

  /** @throws one error with everything in the props that cannot work. */
  constructor(scope: Construct, id: string, props: MqttMessageLogProps = {}) {
    super(scope, id);
    checkProps(this, 'MqttMessageLog', props);
    checkArguments(this, props);
    const { namespace } = Chart.of(this);
    const instance = props.name ?? Names.toDnsLabel(this, { includeHash: false });
    this.selectorLabels = { [Labels.NAME]: 'mqtt-message-log', [Labels.INSTANCE]: instance };
    const labels = workloadLabels('message-log', this.selectorLabels, props.labels);
    const intent = resolveIntent(props, { instance, selectorLabels: this.selectorLabels, labels });

    this.workload = renderStatefulSet(this, props.name, intent, () => this.configuration, () => this.clients);
    this.name = checkedName(this, this.workload);
    this.configuration = renderManifest(this, 'Configuration', {
      gvk: k8s.KubeConfigMap.GVK,
      name: `${this.name}-configuration`,
      labels,
      fields: { data: () => ({ [CONFIGURATION_KEY]: natsConfiguration(this.name, namespace, intent) }) },
    });
    this.serviceAccount = renderServiceAccount(this, this.name, intent);
    this.headlessService = renderHeadlessService(this, this.name, intent);
    this.clientService = renderClientService(this, this.name, intent);
    this.podDisruptionBudget = renderDisruptionBudget(this, this.name, intent);
    if (intent.networkPolicy) {
      this.networkPolicy = renderNetworkPolicy(this, this.name, intent, () => this.clients, props);
    }
    const certManager = intent.tls?.certificate._certManager;
    if (intent.tls && certManager) {
      this.certificate = renderCertificate(this, 'Certificate', {
        secretName: intent.tls.secretName,
        serviceNames: serviceNames(this.name, namespace!, certManager.clusterDomain ?? 'cluster.local'),
        labels,
        options: certManager,
        clientAuth: true,
      });
    }

    this.servers = nodeHosts(this.name, intent.nodes, namespace).map((host) => `${intent.tls ? 'tls' : 'nats'}://${host}:${CLIENT_PORT}`);
    this.workloadName = this.name;
    if (intent.exporterImage !== undefined) {
      this.scrapeTarget = { workload: this.workload, selectorLabels: this.selectorLabels, metricsPortName: EXPORTER_PORT_NAME };
    }
    this.credentials = intent.credentials;
    this.certificateAuthority = intent.tls && MqttFile._fromSecretName(intent.tls.secretName, 'ca.crt');
    this.copies = intent.nodes;
    this.room = new LogRoom(intent.storageSize);
    this.namespace = namespace;
    this.peers = [namespace === undefined ? MqttNetworkPeer.pods(this.selectorLabels) : MqttNetworkPeer.podsOf(namespace, this.selectorLabels)];
    attachRules(this);
  }

  /** What the rules say about this log and what belongs to it, acknowledged findings included. */
  public get findings(): MqttFinding[] {
    return findingsAbout(this);
  }

  /** Lets these pods connect, where there is a NetworkPolicy. A cluster of brokers that is given this log calls it by itself. */
  public allowClients(peer: MqttNetworkPeer): void {
    this.clients.push(peer);
  }

  /**
   * Makes room for one more cluster: for its log, and for two snapshots of what its brokers store. A cluster of brokers that is given this message log calls it by itself.
   *
   * @param clusterName name of the cluster in the log
   * @param maxSize size at which its log counts as full, in each copy; not set: an equal share of what the others leave of a quarter of a node's volume
   * @param maxStoreSize size at which the store of its brokers counts as full; not set: an equal share of what the others leave of 0.275 of a node's volume
   * @throws if the volume of the nodes is too small for all clusters.
   */
  public addCluster(clusterName: string, maxSize?: Size, maxStoreSize?: Size): void {
    const errors = new ArgumentErrors(this, 'MqttMessageLog');
    this.room.add(errors, clusterName, { log: maxSize, store: maxStoreSize });
    errors.throwIfAny();
  }

  /** Size at which the log of this cluster counts as full, in each copy. It may become less while clusters are added to this message log. */
  public maxSizeOf(clusterName: string): Size | undefined {
    return this.room.logSizeOf(clusterName);
  }

  /** Most that the brokers of this cluster may store, so that two snapshots of it fit beside the logs. It may become less while clusters are added to this message log. */
  public maxStoreSizeOf(clusterName: string): Size | undefined {
    return this.room.storeSizeOf(clusterName);
  }

  /**
   * Accepts what a rule finds about this log. The reason is kept as an annotation on the StatefulSet.
   *
   * @param ruleId for example `MQTT-LOG-005`, see docs/rules.md
   * @param reason why this is right here, for whoever reads the manifest
   * @throws if there is no such rule, or the reason is empty.
   */
  public acknowledge(ruleId: string, reason: string): void {
    acknowledgeRule(this.workload, ruleId, reason);
  }
}

/** The chart may have generated it. */
function checkedName(scope: Construct, { name }: ApiObject): string {
  const errors = new ArgumentErrors(scope, 'MqttMessageLog');
  errors.dnsLabel('name', name, MAX_NAME_LENGTH, 'the names of Services and pods are made of it; set a shorter name');
  errors.throwIfAny();
  return name;
}
