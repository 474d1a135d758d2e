import { ApiObject, Chart, Names } from 'cdk8s';
import { Construct } from 'constructs';
import { renderCertificates } from './certificates';
import { checkArguments } from './check-arguments';
import type { MqttClusterProps } from './mqtt-cluster-props';
import { MqttProfile } from './mqtt-profile';
import { renderNetworkPolicy } from './network-policy';
import { ProxyPorts } from './proxy-ports';
import { givenSettings, resolveIntent, sessionStoreOf, storageSizeOf } from './resolve-intent';
import { renderClientService, renderHeadlessService } from './services';
import { ownMessageLogOf, replicationOf } from './session-store';
import { ShutdownDelay } from './shutdown-delay';
import { MqttBroker } from '../broker/mqtt-broker';
import { KubernetesVersion } from '../manifest/kubernetes-version';
import { Labels, workloadLabels } from '../manifest/labels';
import { checkProps } from '../manifest/options';
import type { MqttMessageLog } from '../message-log/mqtt-message-log';
import type { IMqttMessageLog } from '../message-log/mqtt-message-log-reference';
import { keepaliveReport, type MqttKeepaliveReport, type MqttKeepaliveReportOptions } from '../network/keepalive';
import type { IMqttCluster, MqttProxyPortOptions, MqttScrapeTarget } from '../network/mqtt-cluster-reference';
import type { MqttListener } from '../network/mqtt-listener';
import { acknowledgeRule, attachRules, findingsAbout, type MqttFinding } from '../rules';
import { renderDisruptionBudget } from '../workload/disruption-budget';
import { MqttSpread } from '../workload/mqtt-spread';
import { renderServiceAccount } from '../workload/service-account';

/**
 * A cluster of MQTT brokers: a StatefulSet with everything that it needs to run well. Renders a StatefulSet, a ConfigMap with the broker's configuration,
 * a headless Service, a Service for clients inside the Kubernetes cluster, a ServiceAccount without a token, and, depending on the settings, a
 * PodDisruptionBudget, a NetworkPolicy and an MqttMessageLog.
 *
 * What would break clients stops the synth with an explanation: see `docs/rules.md`.
 */
export class MqttCluster extends Construct implements IMqttCluster {
  /** Name of the StatefulSet and the client Service. */
  public readonly name: string;

  /** Name of the broker that runs in the pods, for example `companion`. */
  public readonly brokerName: string;

  /** Labels that select the pods. They never change during the life of the cluster. */
  public readonly selectorLabels: { [key: string]: string };

  /** What the brokers listen on. */
  public readonly listeners: MqttListener[];

  /** The StatefulSet. `addJsonPatch` changes it, with the field names of the manifest; a path that does not exist is an error. */
  public readonly workload: ApiObject;

  /** The ConfigMap with the broker's configuration. A change rolls the pods. */
  public readonly configuration: ApiObject;

  /** The Service for clients inside the Kubernetes cluster. */
  public readonly clientService: ApiObject;

  /** The Service that gives each pod a DNS name. */
  public readonly headlessService: ApiObject;

  /** The pods' identity; it has no token and no rights. */
  public readonly serviceAccount: ApiObject;

  /** Limits how many pods are evicted at a time; not set where the budget is off. */
  public readonly podDisruptionBudget?: ApiObject;

  /** Closes everything but the listeners and the metrics; not set where the policy is off. */
  public readonly networkPolicy?: ApiObject;

  /** The Certificates that cert-manager is asked for. */
  public readonly certificates: ApiObject[];

  /** The message log that the brokers share their sessions by; not set where each has a store of its own. */
  public readonly messageLog?: IMqttMessageLog;

  /** The message log that the cluster made for itself (`MqttSessionStore.replicated()`), with its objects; not set where a log was given, or each broker has a store of its own. */
  public readonly ownMessageLog?: MqttMessageLog;

  /** The nodes of the message log, for monitoring; not set where they are not of this app, or serve no metrics. */
  public readonly messageLogTarget?: MqttScrapeTarget;

  /** Name of the container port that serves metrics. */
  public readonly metricsPortName: string;

  /** HTTP path of the metrics. */
  public readonly metricsPath: string;

  /** Whether no two pods share a node. */
  public readonly onePodPerNode: boolean;

  /** Kubernetes version that the manifests are written for. */
  public readonly kubernetesVersion: KubernetesVersion;

  private readonly proxyPorts: ProxyPorts;
  private readonly shutdownDelay: ShutdownDelay;

  /** @throws one error with everything in the props that cannot work. */
  constructor(scope: Construct, id: string, props: MqttClusterProps = {}) {
    super(scope, id);
    checkProps(this, 'MqttCluster', props);
    checkArguments(this, props);
    const strategy = (props.broker ?? MqttBroker.companion())._strategy;

    const instance = props.name ?? Names.toDnsLabel(this, { includeHash: false });
    this.selectorLabels = { [Labels.NAME]: 'mqtt-broker', [Labels.INSTANCE]: instance };
    const labels = workloadLabels('broker', this.selectorLabels, props.labels);
    const store = sessionStoreOf(props);
    this.ownMessageLog = ownMessageLogOf(this, store, {
      name: props.name,
      profile: props.profile ?? MqttProfile.development(),
      kubernetesVersion: props.kubernetesVersion ?? KubernetesVersion.V1_35,
      labels: props.labels,
      storageSize: storageSizeOf(props),
      dns: givenSettings(props).networkAccess?.dns,
      podUser: givenSettings(props).podUser,
    });
    this.messageLog = this.ownMessageLog ?? store._log;
    this.messageLogTarget = this.messageLog?.scrapeTarget;
    const replication = this.messageLog && replicationOf(this, store, this.messageLog, { instance, selectorLabels: this.selectorLabels });
    const intent = resolveIntent(props, { instance, selectorLabels: this.selectorLabels, labels }, replication);

    this.brokerName = strategy.name;
    this.metricsPortName = strategy.metricsPortName;
    this.metricsPath = strategy.metricsPath;
    this.listeners = intent.listeners;
    this.onePodPerNode = intent.placement.antiAffinity === MqttSpread.REQUIRED;
    this.kubernetesVersion = intent.kubernetesVersion;

    const { workload, configuration } = strategy.render(this, intent);
    this.workload = workload;
    this.configuration = configuration;
    this.name = workload.name;
    this.proxyPorts = new ProxyPorts(workload, intent, strategy.reservedPorts);
    const { shutdownDelay, terminationGracePeriod } = givenSettings(props);
    this.shutdownDelay = new ShutdownDelay(workload, intent, { delay: shutdownDelay !== undefined, grace: terminationGracePeriod !== undefined });
    const operationsPorts = strategy.reservedPorts.filter(({ isLoopback = false }) => !isLoopback);
    this.serviceAccount = renderServiceAccount(this, this.name, intent);
    this.headlessService = renderHeadlessService(this, this.name, intent, operationsPorts);
    this.clientService = renderClientService(this, this.name, intent);
    this.podDisruptionBudget = renderDisruptionBudget(this, this.name, intent);
    if (intent.networkAccess) this.networkPolicy = renderNetworkPolicy(this, this.name, intent, intent.networkAccess, operationsPorts);
    this.certificates = renderCertificates(this, this.name, intent);

    attachRules(this);
  }

  /** DNS name of the client Service inside the Kubernetes cluster, without the cluster's own domain. */
  public get serviceHost(): string {
    const { namespace } = Chart.of(this);
    return namespace === undefined ? this.clientService.name : `${this.clientService.name}.${namespace}.svc`;
  }

  /**
   * Opens a second port for a listener, on which every connection must begin with a PROXY protocol header (https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt).
   * The listener's own port stays as it is, without the header, for clients inside the Kubernetes cluster. `maxConnections` counts for each port. An
   * MqttLoadBalancer whose provider sends the header calls this by itself; call it for other proxies, and lead them to the port. Asking again for the same gives the same port.
   *
   * @param listener name of the listener, for example `mqtts`
   * @returns name of the container port
   * @throws if there is no such listener, an option cannot work, or the listener has such a port with other options.
   */
  public openProxyPort(listener: string, options: MqttProxyPortOptions = {}): string {
    return this.proxyPorts.open(this, listener, options);
  }

  /**
   * Says that something in front of the brokers goes on sending new connections for so many seconds to one that is stopping.
   *
   * @internal
   */
  public _serveOnFor(seconds: number): void {
    this.shutdownDelay.cover(seconds);
  }

  /** What the rules say about this cluster and what belongs to it, acknowledged findings included. */
  public get findings(): MqttFinding[] {
    return findingsAbout(this);
  }

  /**
   * How long idle and dead connections live on every way from clients to the brokers, what cuts them first, and what to set so that it does not.
   * Reads the final manifests of the whole app, so it is complete once everything is constructed.
   *
   * @throws if an option cannot work.
   */
  public keepaliveReport(options: MqttKeepaliveReportOptions = {}): MqttKeepaliveReport {
    return keepaliveReport(this.workload, options);
  }

  /**
   * Accepts what a rule finds about this cluster. The reason is kept as an annotation on the StatefulSet.
   *
   * @param ruleId for example `MQTT-SESSION-001`, see docs/rules.md
   * @param reason why this is right here, for whoever reads the manifest
   * @throws if there is no such rule, or the reason is empty.
   */
  public acknowledge(ruleId: string, reason: string): void {
    acknowledgeRule(this.workload, ruleId, reason);
  }
}
