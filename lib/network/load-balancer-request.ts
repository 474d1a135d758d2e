import type { Construct } from 'constructs';
import { checkCidrBlocks } from './cidr';
import { checkNamespace, checkPorts, checkReservedLabels, exposedPorts, isReservedAnnotation, selectedListeners } from './exposed-listeners';
import { ExternalTrafficPolicy } from './external-traffic-policy';
import type { LoadBalancerProvider } from './load-balancer-provider';
import type { IMqttCluster } from './mqtt-cluster-reference';
import type { MqttLoadBalancerProps } from './mqtt-load-balancer-props';
import type { ServiceParts, ServiceRequest } from './providers/provider-definition';
import { ArgumentErrors, show } from '../manifest/arguments';

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

  const request = {
    ports: exposedPorts(selectedListeners(cluster.listeners, props.listeners, errors), props.ports),
    trafficPolicy: props.trafficPolicy ?? defaultTrafficPolicy(cluster, provider),
    sourceRanges: props.sourceRanges,
    healthCheckNodePort: props.healthCheckNodePort,
  };
  checkPorts(props.ports, request.ports, 'load balancer', errors);
  errors.member('trafficPolicy', props.trafficPolicy, ExternalTrafficPolicy);
  checkCidrBlocks(errors, 'sourceRanges', props.sourceRanges, 'leave it out to let clients connect from everywhere, or name at least one CIDR block');
  checkCidrBlocks(errors, 'proxySources', props.proxySources, 'leave it out to believe everybody, or name at least one CIDR block');
  checkHealthCheckNodePort(props, request, errors);
  checkName(props.name, errors);
  checkNamespace(scope, cluster, 'load balancer', 'a Service reaches pods of its own namespace only', errors);
  errors.labels('labels', props.labels);
  errors.annotations('annotations', props.annotations);
  provider._definition.check(request, errors);
  errors.throwIfAny();

  const parts = provider._definition.service(request);
  checkMetadata(props, parts, errors);
  if (props.proxySources !== undefined && parts.proxyProtocol === undefined) {
    errors.add('proxySources is set, but the load balancer sends no PROXY protocol header: switch it on in the provider\'s options where it has one (proxyProtocol), or leave proxySources out');
  }
  errors.throwIfAny();
  return request;
}

function defaultTrafficPolicy(cluster: IMqttCluster, provider: LoadBalancerProvider): ExternalTrafficPolicy {
  return cluster.onePodPerNode && provider.traits.localPreferred ? ExternalTrafficPolicy.LOCAL : ExternalTrafficPolicy.CLUSTER;
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

/** What the provider and the rules write is not the user's to write: one of the two would be dropped without a word. */
function checkMetadata(props: MqttLoadBalancerProps, parts: ServiceParts, errors: ArgumentErrors): void {
  for (const key of Object.keys(props.annotations ?? {})) {
    if (key in parts.annotations) errors.add(`annotations['${key}'] is already written by the provider: set it with the provider's options`);
    else if (isReservedAnnotation(key)) errors.add(`annotations['${key}'] is what this library tells its rules: it cannot be set by hand`);
  }
  checkReservedLabels(props.labels, props.cluster, Object.keys(parts.labels ?? {}), errors);
}
