import { type ApiObject, Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { canonicalCidr, cidrProblem } from './cidr';
import { ExternalTrafficPolicy } from './external-traffic-policy';
import type { LoadBalancerProvider } from './load-balancer-provider';
import type { IMqttCluster } from './mqtt-cluster-reference';
import type { MqttListener } from './mqtt-listener';
import type { ServiceParts, ServiceRequest } from './providers/provider-definition';
import { Annotations } from '../manifest/annotations';
import { ArgumentErrors, show } from '../manifest/arguments';
import { Labels, PART_OF } from '../manifest/labels';
import { renderManifest } from '../manifest/render-manifest';
import { acknowledgeRule } from '../rules';

/** Properties of an MqttLoadBalancer. */
export interface MqttLoadBalancerProps {
  /** The brokers behind it. Must be in the same namespace. */
  readonly cluster: IMqttCluster;

  /** What makes the load balancer, with its options. */
  readonly provider: LoadBalancerProvider;

  /**
   * Names of the listeners that it opens.
   * @default - the encrypted ones when the cluster has any, else all
   */
  readonly listeners?: string[];

  /**
   * Ports of the load balancer by the name of the listener, where they differ from the listener's own. For example 443, which most
   * firewalls let out.
   * @default - the listeners' own ports
   */
  readonly ports?: { [listener: string]: number };

  /**
   * What a node does with connections that come through the load balancer.
   * @default - Local where no two broker pods share a node and the provider makes good use of it (`LoadBalancerTraits.localPreferred`), else Cluster
   */
  readonly trafficPolicy?: ExternalTrafficPolicy;

  /**
   * CIDR blocks, IPv4 or IPv6, from which clients may connect: `spec.loadBalancerSourceRanges`.
   * @default - from everywhere
   */
  readonly sourceRanges?: string[];

  /**
   * Port on every node at which kube-proxy tells the load balancer whether the node has a ready broker pod: 1 to 65535, and for
   * the API server to accept it within its node port range, 30000 to 32767 by default. Only with `Local`; it cannot be changed later.
   * Source: https://kubernetes.io/docs/tasks/access-application-cluster/create-external-load-balancer/#preserving-the-client-source-ip
   * @default - Kubernetes picks a free one under `Local`
   */
  readonly healthCheckNodePort?: number;

  /**
   * Name of the Service: a DNS-1035 label.
   * @default - the chart generates one from the construct path
   */
  readonly name?: string;

  /**
   * Annotations for the Service, besides those of the provider.
   * @default - none
   */
  readonly annotations?: { [key: string]: string };

  /**
   * Labels for the Service, besides those that every object gets.
   * @default - none
   */
  readonly labels?: { [key: string]: string };
}

/** Opens a cluster's listeners to clients outside Kubernetes: one Service of type LoadBalancer. */
export class MqttLoadBalancer extends Construct {
  /** The Service. Its overrides work on the final manifest. */
  public readonly service: ApiObject;

  /**
   * @throws if any argument cannot work: one error that names all of them.
   */
  constructor(scope: Construct, id: string, props: MqttLoadBalancerProps) {
    super(scope, id);
    const request = checkedRequest(this, props);
    const { cluster, provider } = props;
    const parts = provider._definition.service(request);

    this.service = renderManifest(this, 'Resource', {
      gvk: k8s.KubeService.GVK,
      name: props.name,
      labels: {
        ...cluster.selectorLabels,
        [Labels.COMPONENT]: 'load-balancer',
        [Labels.PART_OF]: PART_OF,
        ...parts.labels,
        ...props.labels,
      },
      annotations: { ...declarations(provider, parts), ...parts.annotations, ...props.annotations },
      fields: { spec: () => k8s.KubeService.manifest({ spec: spec(props, request, parts) }).spec },
    });
  }

  /** Name of the Service. */
  public get serviceName(): string {
    return this.service.name;
  }

  /**
   * Accepts what a rule finds about this load balancer. The reason is kept as an annotation on the Service.
   *
   * @param ruleId for example `MQTT-LB-001`, see docs/rules.md
   * @param reason why this is right here, for whoever reads the manifest
   * @throws if there is no such rule, or the reason is empty.
   */
  public acknowledge(ruleId: string, reason: string): void {
    acknowledgeRule(this.service, ruleId, reason);
  }
}

function spec(props: MqttLoadBalancerProps, request: ServiceRequest, parts: ServiceParts): k8s.ServiceSpec {
  return {
    type: 'LoadBalancer',
    selector: props.cluster.selectorLabels,
    // No appProtocol: none is defined for MQTT that load balancers act on, and some controllers (Azure) take the health probe from it.
    ports: request.ports.map(({ listener, port }) => ({ name: listener, port, protocol: 'TCP', targetPort: k8s.IntOrString.fromString(listener) })),
    externalTrafficPolicy: request.trafficPolicy,
    healthCheckNodePort: request.healthCheckNodePort,
    loadBalancerClass: parts.loadBalancerClass,
    loadBalancerSourceRanges: request.sourceRanges,
    allocateLoadBalancerNodePorts: parts.allocateLoadBalancerNodePorts,
  };
}

/** What the rules cannot read from the fields of a Service. */
function declarations(provider: LoadBalancerProvider, parts: ServiceParts): { [key: string]: string } {
  return {
    [Annotations.LOAD_BALANCER_PROVIDER]: provider.traits.name,
    [Annotations.LOAD_BALANCER_CLASS]: provider.traits.kind,
    [Annotations.LOAD_BALANCER_IDLE_TIMEOUT]: String(parts.idleTimeout),
    [Annotations.LOAD_BALANCER_EXPOSURE]: parts.exposure,
    [Annotations.LOAD_BALANCER_LOCAL_HEALTH_CHECK]: parts.localHealthCheck,
  };
}

function checkedRequest(scope: Construct, props: MqttLoadBalancerProps): ServiceRequest {
  const errors = new ArgumentErrors(scope, 'MqttLoadBalancer');
  const { cluster, provider } = props ?? {};
  if (!Array.isArray(cluster?.listeners)) errors.add(`cluster is ${show(cluster)}, but must be an MqttCluster`);
  if (typeof provider?._definition?.service !== 'function') {
    errors.add(`provider is ${show(provider)}, but must be a LoadBalancerProvider, for example LoadBalancerProvider.awsNlb()`);
  }
  errors.throwIfAny();

  const listeners = selectedListeners(cluster.listeners, props.listeners, errors);
  const request = {
    ports: listeners.map(({ name, port, encrypted }) => ({ listener: name, port: props.ports?.[name] ?? port, encrypted })),
    trafficPolicy: props.trafficPolicy ?? defaultTrafficPolicy(cluster, provider),
    sourceRanges: props.sourceRanges,
    healthCheckNodePort: props.healthCheckNodePort,
  };
  checkPorts(props.ports, request, errors);
  errors.member('trafficPolicy', props.trafficPolicy, ExternalTrafficPolicy);
  checkSourceRanges(props.sourceRanges, errors);
  checkHealthCheckNodePort(props, request, errors);
  checkName(props.name, errors);
  checkNamespace(scope, cluster, errors);
  errors.labels('labels', props.labels);
  errors.annotations('annotations', props.annotations);
  provider._definition.check(request, errors);
  errors.throwIfAny();

  checkMetadata(props, provider._definition.service(request), errors);
  errors.throwIfAny();
  return request;
}

function defaultTrafficPolicy(cluster: IMqttCluster, provider: LoadBalancerProvider): ExternalTrafficPolicy {
  return cluster.onePodPerNode && provider.traits.localPreferred ? ExternalTrafficPolicy.LOCAL : ExternalTrafficPolicy.CLUSTER;
}

function selectedListeners(all: MqttListener[], names: string[] | undefined, errors: ArgumentErrors): MqttListener[] {
  if (names === undefined) {
    const encrypted = all.filter((listener) => listener.encrypted);
    return encrypted.length > 0 ? encrypted : all;
  }
  if (!errors.filledArray('listeners', names, 'leave it out, or name at least one listener')) return [];

  names.forEach((name, index) => {
    if (!all.some((listener) => listener.name === name)) {
      errors.add(`listeners[${index}] is ${show(name)}, but the cluster has ${all.map((listener) => `'${listener.name}'`).join(', ')}`);
    } else if (names.indexOf(name) < index) {
      errors.add(`listeners[${index}] is '${name}' a second time: name each listener once`);
    }
  });
  return all.filter((listener) => (names as string[]).includes(listener.name));
}

function checkPorts(ports: unknown, request: ServiceRequest, errors: ArgumentErrors): void {
  if (ports !== undefined && (typeof ports !== 'object' || ports === null || Array.isArray(ports))) {
    errors.add(`ports is ${show(ports)}, but must be an object with a port for each listener's name, for example { mqtts: 443 }`);
    return;
  }
  const listeners = request.ports.map(({ listener }) => listener);
  for (const [listener, port] of Object.entries(ports ?? {})) {
    if (!listeners.includes(listener)) {
      errors.add(`ports has '${listener}', which is no listener of this load balancer: it has ${listeners.join(', ')}`);
    }
    errors.wholeNumber(`ports['${listener}']`, port, { min: 1, max: 65535 }, 'it is a TCP port');
  }
  const taken = new Map<number, string>();
  for (const { listener, port } of request.ports) {
    if (taken.has(port)) errors.add(`the listeners '${taken.get(port)}' and '${listener}' would share port ${port}: give one of them another in ports`);
    taken.set(port, listener);
  }
}

function checkSourceRanges(ranges: unknown, errors: ArgumentErrors): void {
  if (!errors.filledArray('sourceRanges', ranges, 'leave it out to let clients connect from everywhere, or name at least one CIDR block')) return;
  const seen = new Set<string>();
  ranges.forEach((range, index) => {
    const problem = cidrProblem(range);
    if (problem !== undefined) {
      errors.add(`sourceRanges[${index}] ${problem}`);
      return;
    }
    const block = canonicalCidr(range as string);
    if (seen.has(block)) errors.add(`sourceRanges[${index}] is '${range}' a second time: name each block once`);
    seen.add(block);
  });
}

function checkHealthCheckNodePort(props: MqttLoadBalancerProps, request: ServiceRequest, errors: ArgumentErrors): void {
  errors.wholeNumber('healthCheckNodePort', props.healthCheckNodePort, { min: 1, max: 65535 }, 'it is a port on every node');
  if (props.healthCheckNodePort === undefined || request.trafficPolicy === ExternalTrafficPolicy.LOCAL) return;
  const chosen = props.trafficPolicy === undefined ? 'which is the default here (see trafficPolicy)' : 'as trafficPolicy says';
  errors.add(`healthCheckNodePort is set, but exists with externalTrafficPolicy Local only, and this Service has Cluster, ${chosen}: `
    + 'leave it out, or set trafficPolicy to ExternalTrafficPolicy.LOCAL');
}

function checkName(name: unknown, errors: ArgumentErrors): void {
  errors.dnsLabel('name', name, 63, 'Kubernetes refuses the Service otherwise');
  if (typeof name === 'string' && /^\d/.test(name)) {
    errors.add(`name is '${name}', but the name of a Service begins with a letter (a DNS-1035 label): Kubernetes refuses the Service otherwise`);
  }
}

function checkNamespace(scope: Construct, cluster: IMqttCluster, errors: ArgumentErrors): void {
  const own = Chart.of(scope).namespace;
  const brokers = cluster.workload.metadata.namespace;
  if (own === brokers) return;
  errors.add(`the chart's namespace is ${show(own)}, but the brokers are in ${show(brokers)}, and a Service reaches pods of its own namespace only: `
    + 'construct the load balancer in a chart of the same namespace');
}

/** What the provider and the rules write is not the user's to write: one of the two would be dropped without a word. */
function checkMetadata(props: MqttLoadBalancerProps, parts: ServiceParts, errors: ArgumentErrors): void {
  const reserved: string[] = Object.values(Annotations);
  for (const key of Object.keys(props.annotations ?? {})) {
    if (key in parts.annotations) errors.add(`annotations['${key}'] is already written by the provider: set it with the provider's options`);
    else if (reserved.includes(key)) errors.add(`annotations['${key}'] is what this library tells its rules: it cannot be set by hand`);
  }
  const labels = [...Object.keys(props.cluster.selectorLabels), ...Object.values(Labels), ...Object.keys(parts.labels ?? {})];
  for (const key of Object.keys(props.labels ?? {})) {
    if (labels.includes(key)) errors.add(`labels['${key}'] is already written by this library: choose another key`);
  }
}
