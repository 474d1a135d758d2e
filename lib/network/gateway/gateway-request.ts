import type { Construct } from 'constructs';
import type { MqttGateway } from './mqtt-gateway';
import { type MqttGatewayRouteProps, MqttTcpRouteVersion } from './mqtt-gateway-route-props';
import { ArgumentErrors, show } from '../../manifest/arguments';
import { VersionGates } from '../../manifest/version-gates';
import { checkNamespace, checkPorts, checkReservedLabels, exposedPorts, isReservedAnnotation, selectedListeners } from '../exposed-listeners';
import { LoadBalancerExposure, LoadBalancerKind } from '../load-balancer-traits';
import type { MqttListener } from '../mqtt-listener';
import { checkStatedIdleTimeout } from '../stated-idle-timeout';

/** https://gateway-api.sigs.k8s.io/reference/spec/#tlsroutespec */
const MAX_HOSTNAMES = 1024;

/** What one MQTT listener needs of the Gateway. */
export interface RouteRequest {
  readonly listener: string;
  /** Port of the client Service. */
  readonly servicePort: number;
  /** Port of a Gateway that is made with the route. */
  readonly gatewayPort: number;
  /** Name of the Gateway's listener. */
  readonly sectionName: string;
  readonly kind: 'TCPRoute' | 'TLSRoute';
}

/**
 * What the props ask of the Gateway, with every default resolved.
 *
 * @throws one error with everything in the props that cannot work.
 */
export function checkedRoutes(scope: Construct, props: MqttGatewayRouteProps): RouteRequest[] {
  const errors = new ArgumentErrors(scope, 'MqttGatewayRoute');
  const { cluster, gateway } = props ?? {};
  if (!Array.isArray(cluster?.listeners)) errors.add(`cluster is ${show(cluster)}, but must be an MqttCluster`);
  const made = "MqttGateway.ofClass('envoy', { exposure: LoadBalancerExposure.INTERNET })";
  if (errors.like('gateway', (gateway ?? null) as MqttGateway | undefined, ['_options', '_reference', '_own'], made)) {
    errors.like('the options of gateway', gateway._options ?? null, [], '{ exposure: LoadBalancerExposure.INTERNET }');
  }
  errors.throwIfAny();

  const listeners = selectedListeners(cluster.listeners, props.listeners, errors);
  checkHostnames(props, listeners, errors);
  errors.member('tcpRouteVersion', props.tcpRouteVersion, MqttTcpRouteVersion);
  errors.labels('labels', props.labels);
  errors.annotations('annotations', props.annotations);
  checkReservedAnnotations('annotations', props.annotations, errors);
  checkReservedLabels(props.labels, cluster, [], errors);
  checkNamespace(scope, cluster, 'route', 'a route leads to Services of its own namespace only, unless a ReferenceGrant allows another', errors);
  checkGateway(gateway, listeners, errors);
  errors.throwIfAny();

  return exposedPorts(listeners, gateway._own?.options.ports).map(({ listener, port, encrypted }) => ({
    listener,
    servicePort: listeners.find(({ name }) => name === listener)!.port,
    gatewayPort: port,
    sectionName: gateway._reference?.options.sectionNames?.[listener] ?? listener,
    kind: encrypted && props.hostnames !== undefined ? 'TLSRoute' : 'TCPRoute',
  }));
}

function checkHostnames({ cluster, hostnames }: MqttGatewayRouteProps, listeners: MqttListener[], errors: ArgumentErrors): void {
  if (!errors.filledArray('hostnames', hostnames, 'leave it out to take all connections of the port, or name at least one DNS name')) return;
  hostnames.forEach((hostname, index) => {
    errors.hostname(`hostnames[${index}]`, hostname ?? null, 'wildcard', 'a TLSRoute takes no other');
    if (hostnames.indexOf(hostname) < index) errors.add(`hostnames[${index}] is ${show(hostname)} a second time: name each DNS name once`);
  });
  if (hostnames.length > MAX_HOSTNAMES) errors.add(`hostnames has ${hostnames.length} names, but a TLSRoute takes ${MAX_HOSTNAMES}: use a wildcard, or make several routes`);
  errors.needs('hostnames', VersionGates.TLS_ROUTE, cluster.kubernetesVersion, 'the API server refuses its definition', 'Leave hostnames out and get a TCPRoute');
  const plain = listeners.filter((listener) => !listener.encrypted).map(({ name }) => `'${name}'`);
  if (plain.length > 0) {
    errors.add(`hostnames is set, but the listeners ${plain.join(', ')} have no TLS, and without a TLS handshake nobody says which name was meant: `
      + 'leave them out of listeners, or give them a route of their own without hostnames');
  }
}

function checkGateway(gateway: MqttGateway, listeners: MqttListener[], errors: ArgumentErrors): void {
  const options = gateway._options;
  if (options.exposure === undefined) errors.add('gateway.exposure is missing: say whether LoadBalancerExposure.INTERNET or LoadBalancerExposure.INTERNAL can reach it');
  errors.member('gateway.exposure', options.exposure, LoadBalancerExposure);
  errors.member('gateway.kind', options.kind, LoadBalancerKind);
  checkStatedIdleTimeout(errors, 'gateway', options, 'a gateway without one has IdleTimeoutKind.NONE');
  errors.dnsLabel('gateway.implementation', options.implementation, 63, 'it becomes the value of an annotation that rules read');
  if (gateway._reference) checkReference(gateway._reference, listeners, errors);
  if (gateway._own) checkOwn(gateway._own, listeners, errors);
}

function checkReference({ name, options }: NonNullable<MqttGateway['_reference']>, listeners: MqttListener[], errors: ArgumentErrors): void {
  errors.dnsSubdomain('the name of the gateway', name ?? null);
  errors.dnsLabel('gateway.namespace', options.namespace);
  const { sectionNames } = options;
  if (!errors.like('gateway.sectionNames', sectionNames, [], "{ mqtts: 'tls-passthrough' }")) return;
  const names = listeners.map((listener) => listener.name);
  for (const [listener, sectionName] of Object.entries(sectionNames)) {
    if (!names.includes(listener)) errors.add(`gateway.sectionNames has '${listener}', which is no listener of this route: it has ${names.join(', ')}`);
    errors.dnsSubdomain(`gateway.sectionNames['${listener}']`, sectionName ?? null);
  }
  const taken = new Map<string, string>();
  for (const listener of names) {
    const sectionName = sectionNames[listener] ?? listener;
    const other = taken.get(sectionName);
    if (other !== undefined) {
      errors.add(`the listeners '${other}' and '${listener}' would share the listener '${sectionName}' of the Gateway, which can lead to one of them only: `
        + 'give each its own in gateway.sectionNames');
    }
    taken.set(sectionName, listener);
  }
}

function checkOwn({ gatewayClassName, options }: NonNullable<MqttGateway['_own']>, listeners: MqttListener[], errors: ArgumentErrors): void {
  errors.dnsSubdomain('the class of the gateway', gatewayClassName ?? null);
  errors.dnsLabel('gateway.name', options.name);
  errors.annotations('gateway.annotations', options.annotations);
  checkReservedAnnotations('gateway.annotations', options.annotations, errors);
  checkPorts(options.ports, exposedPorts(listeners, options.ports), 'route', errors);
}

function checkReservedAnnotations(option: string, annotations: { [key: string]: string } | undefined, errors: ArgumentErrors): void {
  for (const key of Object.keys(annotations ?? {}).filter(isReservedAnnotation)) {
    errors.add(`${option}['${key}'] is what this library tells its rules: it cannot be set by hand`);
  }
}
