import type { BrokerWorkload } from './broker-workload';
import type { ContainerPort } from './container';
import { declared, Declared, DeclaredOfService } from './declared';
import { AWS_PREFIX, proxyProtocolSetting } from './provider-annotations';
import type { ServiceObject } from './service-object';
import type { ServicePort } from './service-port';

/** Annotations whose value may be a list of the ports that PROXY protocol is for. */
const OF_PORTS = [
  `${AWS_PREFIX}proxy-protocol-per-target-group`,
  'service.beta.kubernetes.io/scw-loadbalancer-proxy-protocol-v1',
  'service.beta.kubernetes.io/scw-loadbalancer-proxy-protocol-v2',
];

/** Whether every connection to this port begins with a PROXY protocol header, says the workload, or its configuration where it says nothing. */
export function expectsHeader(broker: BrokerWorkload, port: ContainerPort | undefined): boolean {
  const declaration = declared(broker.object, Declared.proxyListeners);
  if (declaration !== undefined) return port?.name !== undefined && declaration.includes(port.name);
  return broker.configured?.listeners.some((listener) => listener.port === port?.port && listener.expectsHeader) ?? false;
}

/** Whether there is a word about it: of a broker that is only recognised, a missing annotation does not say that there is no such port. */
export function knowsHeaders(broker: BrokerWorkload): boolean {
  return broker.recognisedBy === undefined || broker.configured !== undefined || declared(broker.object, Declared.proxyListeners) !== undefined;
}

/** What makes the load balancer send the header on this port, for messages: the provider's own annotation, or the declaration where it says nothing. */
export function sentHeader(service: ServiceObject, port: ServicePort): string | undefined {
  const setting = proxyProtocolSetting(service.object);
  if (setting !== undefined) {
    const [key, value] = setting.split(': ');
    const ofPorts = OF_PORTS.includes(key) && /\d/.test(value);
    return ofPorts && !value.split(',').map((entry) => entry.trim()).includes(String(port.port)) ? undefined : setting;
  }
  const declaration = declared(service.object, DeclaredOfService.proxyProtocol);
  return declaration === undefined || declaration === 'none' ? undefined : `${DeclaredOfService.proxyProtocol.key}: ${declaration}`;
}
