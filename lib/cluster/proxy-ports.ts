import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { Annotations } from '../manifest/annotations';
import { ArgumentErrors, show } from '../manifest/arguments';
import { checkCidrBlocks } from '../network/cidr';
import { ProxyProtocolVersion } from '../network/load-balancer-traits';
import type { MqttProxyPortOptions } from '../network/mqtt-cluster-reference';
import type { ClusterIntent, ProxyPortIntent } from '../workload/cluster-intent';

/** Kubernetes' rule for the names of ports. */
const MAX_NAME_LENGTH = 15;
const SUFFIX = '-proxy';
/** 18883 beside 8883: whoever reads the number sees where it belongs. */
const DISTANCE = 10_000;
const LAST_PORT = 65_535;

/** The ports of a cluster for load balancers that send a PROXY protocol header. */
export class ProxyPorts {
  constructor(
    private readonly workload: ApiObject,
    private readonly intent: ClusterIntent,
    private readonly reserved: readonly { readonly name: string; readonly port: number }[],
  ) {}

  /** Name of the port for this listener, which is opened where it is not there yet. */
  public open(scope: Construct, listenerName: string, options: MqttProxyPortOptions): string {
    const errors = new ArgumentErrors(scope, 'openProxyPort');
    const listener = this.intent.listeners.find(({ name }) => name === listenerName);
    if (!listener) errors.add(`listener is ${show(listenerName)}, but the cluster has ${this.intent.listeners.map(({ name }) => `'${name}'`).join(', ')}`);
    errors.member('version', options.version, ProxyProtocolVersion);
    checkCidrBlocks(errors, 'sources', options.sources, 'leave it out to believe everybody who reaches the port, or name at least one CIDR block');
    if (listener) this.checkLimit(errors, listenerName, options.sources);
    errors.throwIfAny();

    const version: ProxyPortIntent['version'] = options.version ?? 'any';
    const known = this.intent.proxyPorts.find((port) => port.listener === listener);
    if (known) {
      checkSame(errors, known, version, options.sources);
      errors.throwIfAny();
      return known.name;
    }
    const port = { name: this.freeName(listener!.name), port: this.freePort(listener!.port), listener: listener!, version, sources: options.sources };
    this.intent.proxyPorts.push(port);
    this.declare();
    return port.name;
  }

  /** Behind the header, everybody would get past what limits the listener. */
  private checkLimit(errors: ArgumentErrors, listener: string, sources: string[] | undefined): void {
    const { listenerClients, clients } = this.intent.networkAccess ?? {};
    const limit = listenerClients?.[listener] ? `networkAccess listenerClients['${listener}']` : 'networkAccess clients';
    if (sources !== undefined || (listenerClients?.[listener] ?? clients) === undefined) return;
    errors.add(`sources are left out, but ${limit} says who may connect to listener '${listener}': the port for PROXY protocol would let everybody in, who could also claim any address. `
      + 'Name the CIDR blocks from which the load balancer reaches the pods (sources, or proxySources of MqttLoadBalancer)');
  }

  /** What the rules have to know of the listeners. */
  private declare(): void {
    const { listeners, proxyPorts } = this.intent;
    const encrypted = [...listeners.filter((listener) => listener.encrypted), ...proxyPorts.filter(({ listener }) => listener.encrypted)];
    this.workload.metadata.addAnnotation(Annotations.PROXY_LISTENERS, proxyPorts.map(({ name }) => name).join(','));
    if (encrypted.length > 0) this.workload.metadata.addAnnotation(Annotations.TLS_LISTENERS, encrypted.map(({ name }) => name).join(','));
  }

  private get taken(): readonly { readonly name: string; readonly port: number }[] {
    return [...this.intent.listeners, ...this.intent.proxyPorts, ...this.reserved];
  }

  private freeName(listener: string): string {
    const names = this.taken.map(({ name }) => name);
    for (let number = 1; ; number += 1) {
      const suffix = number === 1 ? SUFFIX : `${SUFFIX}${number}`;
      const name = listener.slice(0, MAX_NAME_LENGTH - suffix.length).replace(/-+$/, '') + suffix;
      if (!names.includes(name)) return name;
    }
  }

  private freePort(listener: number): number {
    const ports = this.taken.map(({ port }) => port);
    let port = listener + DISTANCE <= LAST_PORT ? listener + DISTANCE : listener - DISTANCE;
    while (ports.includes(port)) port = port < LAST_PORT ? port + 1 : DISTANCE;
    return port;
  }
}

function checkSame(errors: ArgumentErrors, known: ProxyPortIntent, version: ProxyPortIntent['version'], sources: string[] | undefined): void {
  const remedy = 'a listener has one port for PROXY protocol: ask for the same, or give the other load balancer a listener of its own';
  if (known.version !== version) {
    errors.add(`version is ${show(version)}, but the port '${known.name}' of listener '${known.listener.name}' is open for ${show(known.version)} already, and ${remedy}`);
  }
  if ([...known.sources ?? []].sort().join() !== [...sources ?? []].sort().join()) {
    errors.add(`sources are ${list(sources)}, but the port '${known.name}' of listener '${known.listener.name}' is open for ${list(known.sources)} already, and ${remedy}`);
  }
}

function list(sources: string[] | undefined): string {
  return sources === undefined ? 'everybody' : sources.join(', ');
}

