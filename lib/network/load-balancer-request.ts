import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { canonicalCidr, cidrProblem } from './cidr';
import { ExternalTrafficPolicy } from './external-traffic-policy';
import type { LoadBalancerProvider } from './load-balancer-provider';
import type { IMqttCluster } from './mqtt-cluster-reference';
import type { MqttListener } from './mqtt-listener';
import type { MqttLoadBalancerProps } from './mqtt-load-balancer-props';
import type { ServiceParts, ServiceRequest } from './providers/provider-definition';
import { Annotations } from '../manifest/annotations';
import { ArgumentErrors, show } from '../manifest/arguments';
import { Labels } from '../manifest/labels';

/**
 * What the props ask of the provider, with every default resolved.
 *
 * @throws one error with everything in the props that cannot work.
 */
export function checkedRequest(scope: Construct, props: MqttLoadBalancerProps): ServiceRequest {
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
