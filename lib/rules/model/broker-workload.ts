import type { Autoscaler } from './autoscaler';
import type { Container, ContainerPort } from './container';
import { dataVolume, type DataVolume } from './data-volume';
import { declared, Declared } from './declared';
import type { Fields } from './fields';
import type { ManifestObject } from './manifest-object';
import { PodTemplate } from './pod-template';
import type { ServiceObject } from './service-object';
import type { ServicePort } from './service-port';
import { Annotations } from '../../manifest/annotations';

/** Container ports that serve no MQTT clients, by the names that brokers give them. */
const OPERATIONS_PORT_NAMES = [
  'admin', 'cluster', 'cluster-rpc', 'control-center', 'dashboard', 'discovery', 'health', 'http', 'metrics', 'operations', 'ops', 'prometheus', 'rest-api',
];

/** A workload that runs brokers, and what belongs to it. */
export class BrokerWorkload {
  public readonly services: ServiceObject[] = [];
  public readonly disruptionBudgets: ManifestObject[] = [];
  public readonly networkPolicies: ManifestObject[] = [];
  public readonly autoscalers: Autoscaler[] = [];
  public readonly serviceAccounts: ManifestObject[] = [];
  public readonly pods: PodTemplate;

  constructor(
    public readonly object: ManifestObject,
    /** Which broker, for example `aedes`. */
    public readonly broker: string,
  ) {
    this.pods = new PodTemplate(object.spec.at('template'), object.namespace);
  }

  public get spec(): Fields {
    return this.object.spec;
  }

  public get container(): Container | undefined {
    return this.pods.broker;
  }

  public get replicas(): number {
    return this.spec.at('replicas').number ?? 1;
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
    return declared(this.object, Declared.keepaliveMaximum) ?? Infinity;
  }

  public get sessionStore(): 'embedded' | 'replicated' | undefined {
    return declared(this.object, Declared.sessionStore);
  }

  public get allowsAnonymousClients(): boolean {
    return declared(this.object, Declared.anonymousClients) === 'allowed';
  }

  public get nodeCount(): number | undefined {
    return declared(this.object, Declared.nodeCount);
  }

  public get connectionsPerPod(): number | undefined {
    return declared(this.object, Declared.connectionsPerPod);
  }

  public get drainRate(): number | undefined {
    return declared(this.object, Declared.drainRate);
  }

  /** How long a stopping broker takes to disconnect its clients, as far as that is declared. */
  public get drainSeconds(): number {
    return this.connectionsPerPod === undefined || this.drainRate === undefined ? 0 : Math.ceil(this.connectionsPerPod / this.drainRate);
  }

  public get shutdownDelaySeconds(): number {
    return declared(this.object, Declared.shutdownDelay) ?? 0;
  }

  public get preStopSeconds(): number {
    return Math.max(0, ...this.pods.containers.map((container) => container.preStopSeconds));
  }

  /** The companion image sets SO_KEEPALIVE on its sockets and leaves the numbers to the pod's sysctls; of other brokers that is not known. */
  public get probesIdleConnections(): boolean {
    return this.broker === 'aedes';
  }

  public get dataVolume(): DataVolume | undefined {
    return this.container && dataVolume(this.broker, this.spec, this.container.fields);
  }

  /** Ports that MQTT clients connect to: what is neither probed over HTTP nor named as something else. */
  public get listeners(): ContainerPort[] {
    return (this.container?.ports ?? []).filter((port) => port.protocol === 'TCP' && !this.isOperationsPort(port));
  }

  public isTls(port: ContainerPort): boolean {
    return port.name !== undefined && (declared(this.object, Declared.tlsListeners) ?? []).includes(port.name);
  }

  public isOperationsPort(port: ContainerPort): boolean {
    const probed = ['livenessProbe', 'readinessProbe', 'startupProbe']
      .map((probe) => this.container?.port(this.container.fields.at(probe, 'httpGet', 'port')))
      .some((target) => target?.port === port.port);
    return probed || OPERATIONS_PORT_NAMES.includes(port.name ?? '');
  }

  /** The port of any container that a port of a Service leads to. */
  public target(port: ServicePort): ContainerPort | undefined {
    return this.pods.containers.map((container) => container.port(port.target)).find((target) => target !== undefined);
  }
}

/** Which broker a manifest runs; `undefined` if none. Other evidence than the annotation (operators' resources, charts of other projects) is added here. */
export function brokerIn(object: ManifestObject): string | undefined {
  return object.spec.at('template', 'spec').isMap ? object.annotations[Annotations.BROKER] : undefined;
}
