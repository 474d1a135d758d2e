import type { Autoscaler } from './autoscaler';
import type { BrokerConfiguration } from './broker-configuration';
import type { BrokerEvidence } from './broker-evidence';
import type { Container, ContainerPort } from './container';
import { dataVolume, type DataVolume } from './data-volume';
import { declared, Declared } from './declared';
import type { Fields } from './fields';
import type { ManifestObject } from './manifest-object';
import { type MeshProxy, meshProxy } from './mesh-proxy';
import { PodTemplate } from './pod-template';
import type { ServiceObject } from './service-object';
import type { ServicePort } from './service-port';
import { Annotations } from '../../manifest/annotations';

/** Container ports that serve no MQTT clients, by the names that brokers give them. */
export const OPERATIONS_PORT_NAMES = [
  'admin', 'cluster', 'cluster-rpc', 'control-center', 'dashboard', 'discovery', 'health', 'http', 'metrics', 'operations', 'ops', 'prometheus', 'rest-api',
];

/** The number and the names under which listeners without TLS are known; for workloads that do not declare theirs. */
const PLAINTEXT_PORT = 1883;
const PLAINTEXT_PORT_NAMES = ['mqtt', 'mqtt-tcp', 'tcp-mqtt'];
/** The same with TLS: no listener under these carries MQTT over WebSocket. */
const BARE_PORTS = [PLAINTEXT_PORT, 8883];
const BARE_PORT_NAMES = [...PLAINTEXT_PORT_NAMES, 'mqtts', 'mqtt-tls', 'mqttssl', 'secure-mqtt', 'tls-mqtt'];

/**
 * A workload that runs brokers, and what belongs to it. What its annotations declare counts; where they say nothing, the configuration of the companion broker
 * answers. That the two agree is a rule of its own (MQTT-CONFIG-002).
 */
export class BrokerWorkload {
  public readonly services: ServiceObject[] = [];
  /** Routes of the Gateway API that lead to its Services. They carry the declarations of a load balancer. */
  public readonly routes: ServiceObject[] = [];
  /** Ingresses and HTTPRoutes that lead to its Services: HTTP, which MQTT is not. */
  public readonly httpRoutes: ManifestObject[] = [];
  public readonly disruptionBudgets: ManifestObject[] = [];
  public readonly networkPolicies: ManifestObject[] = [];
  public readonly autoscalers: Autoscaler[] = [];
  /** VerticalPodAutoscalers. */
  public readonly verticalAutoscalers: ManifestObject[] = [];
  public readonly serviceAccounts: ManifestObject[] = [];
  /** Its Namespace, where that is among the objects. */
  public namespaceObject?: ManifestObject;
  /** What the companion broker is configured to do. @default - of another broker, or not among the objects */
  public configuration?: BrokerConfiguration;
  public readonly pods: PodTemplate;
  private knownListeners?: ContainerPort[];

  constructor(
    public readonly object: ManifestObject,
    private readonly evidence: BrokerEvidence,
  ) {
    this.pods = new PodTemplate(object.spec.at('template'), object.namespace);
  }

  /** Which broker, for example `companion`. */
  public get broker(): string {
    return this.evidence.broker;
  }

  /** What shows that this is a broker where it does not declare so; what an annotation means by its absence then does not hold. */
  public get recognisedBy(): string | undefined {
    return this.evidence.recognisedBy;
  }

  public get spec(): Fields {
    return this.object.spec;
  }

  /** The configuration where it can be read: it answers what no annotation declares. */
  public get configured(): BrokerConfiguration | undefined {
    return this.configuration?.problem === undefined ? this.configuration : undefined;
  }

  public get container(): Container | undefined {
    return this.pods.containers[this.evidence.container ?? 0];
  }

  public get replicas(): number {
    return this.spec.at('replicas').number ?? 1;
  }

  /** As few pods as there can be: an autoscaler overrules `spec.replicas`. */
  public get minimumReplicas(): number {
    return this.autoscalers.length === 0 ? this.replicas : Math.min(...this.autoscalers.map((autoscaler) => autoscaler.minimum));
  }

  /** As many pods as there can ever be. */
  public get maximumReplicas(): number {
    return Math.max(this.replicas, ...this.autoscalers.map((autoscaler) => autoscaler.maximum));
  }

  /** `spec.replicas`, or the autoscaler that overrules it, for messages. */
  public get replicasFound(): string {
    const largest = this.autoscalers.find((autoscaler) => autoscaler.maximum === this.maximumReplicas && autoscaler.maximum > this.replicas);
    return largest ? `up to ${largest.maximum} replicas by ${largest.object.kind} ${largest.object.name}` : `spec.replicas: ${this.replicas}`;
  }

  public get isProduction(): boolean {
    return declared(this.object, Declared.profile) === 'production';
  }

  public get isDevelopment(): boolean {
    return declared(this.object, Declared.profile) === 'development';
  }

  /** The longest keepalive that clients may ask for, in seconds; infinite without a limit. */
  public get keepaliveMaximum(): number {
    return declared(this.object, Declared.keepaliveMaximum) ?? this.configured?.keepaliveMaximum ?? Infinity;
  }

  /** Whether there is a word about the keepalive: of a broker that is only recognised, a missing annotation does not say that there is no limit. */
  public get knowsKeepalive(): boolean {
    return this.recognisedBy === undefined || this.configured !== undefined || declared(this.object, Declared.keepaliveMaximum) !== undefined;
  }

  public get sessionStore(): 'embedded' | 'replicated' | undefined {
    return declared(this.object, Declared.sessionStore) ?? this.configured?.sessionStore;
  }

  /** Name of the StatefulSet of the message log, where that is in the same namespace. */
  public get messageLogName(): string | undefined {
    return this.object.annotations[Annotations.MESSAGE_LOG];
  }

  public get allowsAnonymousClients(): boolean {
    const declaration = declared(this.object, Declared.anonymousClients);
    return declaration === undefined ? this.configured?.allowsAnonymousClients ?? false : declaration === 'allowed';
  }

  public get nodeCount(): number | undefined {
    return declared(this.object, Declared.nodeCount);
  }

  /** As many of the pods as one node may have. */
  public get podsPerNode(): number {
    if (this.pods.hasRequiredAntiAffinityOnHostname) return 1;
    if (!this.pods.hasRequiredSpreadOnHostname) return this.maximumReplicas;
    return this.nodeCount === undefined ? 1 : Math.ceil(this.maximumReplicas / this.nodeCount);
  }

  public get connectionsPerPod(): number | undefined {
    return declared(this.object, Declared.connectionsPerPod);
  }

  public get drainRate(): number | undefined {
    return declared(this.object, Declared.drainRate) ?? this.configured?.drainRate;
  }

  /** How long a stopping broker takes to disconnect its clients, as far as that is declared. */
  public get drainSeconds(): number {
    return this.connectionsPerPod === undefined || this.drainRate === undefined ? 0 : Math.ceil(this.connectionsPerPod / this.drainRate);
  }

  public get shutdownDelaySeconds(): number {
    return declared(this.object, Declared.shutdownDelay) ?? this.configured?.shutdownDelaySeconds ?? 0;
  }

  public get preStopSeconds(): number {
    return Math.max(0, ...this.pods.containers.map((container) => container.preStopSeconds));
  }

  /** Whether the probes of the broker's kernel are known to reach clients. The companion image sets SO_KEEPALIVE on its sockets and leaves the numbers to the pod's sysctls. */
  public get probesIdleConnections(): boolean {
    return this.broker === 'companion' && this.meshProxy === undefined;
  }

  /** The sidecar of a service mesh that stands between the listeners and their clients. */
  public get meshProxy(): MeshProxy | undefined {
    const proxy = meshProxy(this.pods, this.namespaceObject);
    return proxy !== undefined && this.listeners.some((port) => proxy.takes(port)) ? proxy : undefined;
  }

  public get dataVolume(): DataVolume | undefined {
    return this.container && dataVolume(this.broker, this.spec, this.container.fields, this.configured?.storeDirectory);
  }

  /** Ports that MQTT clients connect to: what is neither probed over HTTP nor named as something else. */
  public get listeners(): ContainerPort[] {
    return this.knownListeners ??= (this.container?.ports ?? []).filter((port) => port.protocol === 'TCP' && !this.isOperationsPort(port));
  }

  /** Whether a listener is known to have no TLS. */
  public isPlaintext(port: ContainerPort): boolean {
    const tlsListeners = declared(this.object, Declared.tlsListeners);
    const listener = this.configured?.listeners.find((candidate) => candidate.port === port.port);
    if (tlsListeners === undefined && listener) return !listener.isTls;
    if (tlsListeners === undefined && this.recognisedBy !== undefined) return port.port === PLAINTEXT_PORT || PLAINTEXT_PORT_NAMES.includes(port.name ?? '');
    return port.name === undefined || !(tlsListeners ?? []).includes(port.name);
  }

  /** Whether a listener is known to carry MQTT itself, and not over WebSocket. */
  public isBareMqtt(port: ContainerPort): boolean {
    const listener = this.configured?.listeners.find((candidate) => candidate.port === port.port);
    return listener ? !listener.isWebsocket : BARE_PORTS.includes(port.port) || BARE_PORT_NAMES.includes(port.name ?? '');
  }

  public isOperationsPort(port: ContainerPort): boolean {
    const probed = ['livenessProbe', 'readinessProbe', 'startupProbe']
      .map((probe) => this.container?.port(this.container.fields.at(probe, 'httpGet', 'port')))
      .some((target) => target?.port === port.port);
    return probed || OPERATIONS_PORT_NAMES.includes(port.name ?? '');
  }

  /** The ports of Services that an entrance leads to: its own, or those that a route names (https://gateway-api.sigs.k8s.io/reference/spec/#backendref). */
  public portsBehind(entrance: ServiceObject): ServicePort[] {
    if (!entrance.isRoute) return entrance.ports;
    return entrance.spec.at('rules').items.flatMap((rule) => rule.at('backendRefs').items).flatMap((backend) => {
      const service = this.services.find(({ object }) => object.name === backend.at('name').text);
      return service?.ports.filter(({ port }) => port === backend.at('port').number) ?? [];
    });
  }

  /** The port of any container that a port of a Service leads to. */
  public target(port: ServicePort): ContainerPort | undefined {
    return this.pods.containers.map((container) => container.port(port.target)).find((target) => target !== undefined);
  }
}
