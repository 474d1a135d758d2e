import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import type { IMqttCluster } from './mqtt-cluster-reference';
import type { MqttListener } from './mqtt-listener';
import type { LoadBalancerPort } from './providers/provider-definition';
import { Annotations } from '../manifest/annotations';
import { type ArgumentErrors, show } from '../manifest/arguments';
import { Labels } from '../manifest/labels';

/* What every way to the brokers from outside Kubernetes has in common, whether a Service opens it or a Gateway. */

/** The listeners with these names; without names the encrypted ones when there are any, else all. */
export function selectedListeners(all: MqttListener[], names: string[] | undefined, errors: ArgumentErrors): MqttListener[] {
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

/** The ports at which clients find the listeners. */
export function exposedPorts(listeners: MqttListener[], ports: { [listener: string]: number } | undefined): LoadBalancerPort[] {
  return listeners.map(({ name, port, encrypted }) => ({ listener: name, port: ports?.[name] ?? port, encrypted }));
}

/** Ports by the name of the listener. */
export function checkPorts(ports: unknown, exposed: LoadBalancerPort[], entrance: string, errors: ArgumentErrors): void {
  if (ports !== undefined && (typeof ports !== 'object' || ports === null || Array.isArray(ports))) {
    errors.add(`ports is ${show(ports)}, but must be an object with a port for each listener's name, for example { mqtts: 443 }`);
    return;
  }
  const listeners = exposed.map(({ listener }) => listener);
  for (const [listener, port] of Object.entries(ports ?? {})) {
    if (!listeners.includes(listener)) {
      errors.add(`ports has '${listener}', which is no listener of this ${entrance}: it has ${listeners.join(', ')}`);
    }
    errors.wholeNumber(`ports['${listener}']`, port, { min: 1, max: 65535 }, 'it is a TCP port');
  }
  const taken = new Map<number, string>();
  for (const { listener, port } of exposed) {
    if (taken.has(port)) errors.add(`the listeners '${taken.get(port)}' and '${listener}' would share port ${port}: give one of them another in ports`);
    taken.set(port, listener);
  }
}

/** A Service selects pods, and a route finds Services, in the same namespace. */
export function checkNamespace(scope: Construct, cluster: IMqttCluster, entrance: string, reach: string, errors: ArgumentErrors): void {
  const own = Chart.of(scope).namespace;
  const brokers = cluster.workload.metadata.namespace;
  if (own === brokers) return;
  errors.add(`the chart's namespace is ${show(own)}, but the brokers are in ${show(brokers)}, and ${reach}: `
    + `construct the ${entrance} in a chart of the same namespace`);
}

/** What this library tells its rules cannot be set by hand. */
export function isReservedAnnotation(key: string): boolean {
  return (Object.values(Annotations) as string[]).includes(key);
}

/** Labels that the library writes: one of the two would be dropped without a word. */
export function checkReservedLabels(
  given: { [key: string]: string } | undefined, cluster: IMqttCluster, written: string[], errors: ArgumentErrors,
): void {
  const reserved = [...Object.keys(cluster.selectorLabels), ...Object.values(Labels), ...written];
  for (const key of Object.keys(given ?? {})) {
    if (reserved.includes(key)) errors.add(`labels['${key}'] is already written by this library: choose another key`);
  }
}
