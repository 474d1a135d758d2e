import { CLOUD_CONNTRACK, type HiddenElement } from './facts';
import { traitsOf } from './known-providers';
import { ACKNOWLEDGE_PREFIX, Annotations } from '../../manifest/annotations';
import { MARGIN } from '../../rules/catalogue/keepalive';
import type { BrokerWorkload } from '../../rules/model/broker-workload';
import { nameOf } from '../../rules/model/manifest-reference';
import { endsTlsAtAwsNlb, isAwsNlb } from '../../rules/model/provider-annotations';
import type { ServiceObject } from '../../rules/model/service-object';

/** Something between a client and the broker that forgets idle connections. */
export interface PathElement {
  readonly element: string;
  /** Infinite where it never forgets. */
  readonly seconds: number;
  /** Whether an empty TCP keepalive probe counts as a sign of life. */
  readonly sees: 'every packet' | 'what the application sends';
  readonly meaning: string;
  readonly source: string;
  /** Whether it ends the client's connection, and closes the one to the broker when it gives up. */
  readonly isProxy: boolean;
  /** Whether the seconds are counted in place of a number that nobody knows. */
  readonly assumed: boolean;
  /** Somebody wrote down that it was set to something longer. */
  readonly settled: boolean;
  /** How to make it remember for a longest keepalive of so many seconds; `undefined` where it cannot be made to. */
  remedy(keepalive: number): string | undefined;
}

/** One way from clients to the broker. */
export interface ClientPath {
  readonly path: string;
  readonly elements: PathElement[];
}

/** Every way from clients to this broker that the manifests open. */
export function clientPaths(broker: BrokerWorkload, nodeConntrack: HiddenElement): ClientPath[] {
  const services = broker.services.filter((service) => !service.isHeadless);
  return [
    ...services.filter((service) => service.isLoadBalancer).map((service) => entrance(service, 'load balancer', broker, nodeConntrack)),
    ...broker.routes.map((route) => entrance(route, 'gateway', broker, nodeConntrack)),
    ...services.filter((service) => !service.isLoadBalancer).map((service) => ({
      path: `${nameOf(service.object.reference)}, inside the Kubernetes cluster`,
      elements: [hidden(nodeConntrack, false), ...sidecars(service, broker)],
    })),
  ];
}

/** Routes carry the annotations of a load balancer: what they say is read in the same way. */
function entrance(service: ServiceObject, what: string, broker: BrokerWorkload, nodeConntrack: HiddenElement): ClientPath {
  const { object } = service;
  const provider = object.annotations[Annotations.LOAD_BALANCER_PROVIDER] ?? (isAwsNlb(object) ? 'aws-nlb' : undefined);
  const cloud = provider !== undefined && Object.hasOwn(CLOUD_CONNTRACK, provider) ? CLOUD_CONNTRACK[provider] : undefined;
  const kind = service.isPassthrough ? 'passthrough' : service.isProxy ? 'proxy' : 'class not declared, counted as a proxy';
  return {
    path: `${nameOf(object.reference)} (${provider === undefined ? '' : `${provider}, `}${kind})`,
    elements: [
      idleTimeout(service, what, provider),
      ...cloud ? [hidden(cloud, [object, broker.object].some(({ annotations }) => (annotations[ACKNOWLEDGE_PREFIX + cloud.settledBy] ?? '').trim() !== ''))] : [],
      hidden(nodeConntrack, false),
      ...sidecars(service, broker),
    ],
  };
}

function idleTimeout(service: ServiceObject, what: string, provider: string | undefined): PathElement {
  const { seconds, known, where } = service.idleTimeout;
  const traits = provider === undefined ? undefined : traitsOf(provider);
  const counts = service.isPassthrough ? 'Any packet resets it, a TCP keepalive probe too' : 'Only what the client sends resets it, a TCP keepalive probe does not';
  return {
    element: `idle timeout of the ${what}`,
    seconds,
    sees: service.isPassthrough ? 'every packet' : 'what the application sends',
    meaning: Number.isFinite(seconds) ? `${known ? '' : 'Nobody knows it; assumed. '}${counts} (${where}).` : `It has none (${where}).`,
    source: traits?.idleTimeout.source ?? `annotations of ${nameOf(service.object.reference)}`,
    isProxy: !service.isPassthrough,
    assumed: !known,
    settled: false,
    remedy: (keepalive) => {
      if (!known) return `idle timeout of the ${what}: measure it and declare it (${Annotations.LOAD_BALANCER_IDLE_TIMEOUT})`;
      const needed = Math.ceil(keepalive / MARGIN);
      const isFixed = traits?.idleTimeout.settable === false || service.ports.some((port) => endsTlsAtAwsNlb(service.object, port));
      const isTooLong = needed > (traits?.idleTimeout.max?.toSeconds() ?? Infinity);
      return isFixed || isTooLong ? undefined : `idle timeout of the ${what}: at least ${needed} s`;
    },
  };
}

/** The sidecar of a service mesh, where it takes a port that this entrance leads to. */
function sidecars(service: ServiceObject, broker: BrokerWorkload): PathElement[] {
  const { meshProxy } = broker;
  const ports = broker.portsBehind(service).flatMap((port) => broker.target(port) ?? []);
  const taken = ports.filter((port) => meshProxy?.takes(port));
  if (meshProxy === undefined || taken.length === 0) return [];
  const { excludedBy, found, idleSeconds, mesh, source } = meshProxy;
  return [{
    element: `sidecar of ${mesh}`,
    seconds: idleSeconds,
    sees: 'what the application sends',
    meaning: Number.isFinite(idleSeconds)
      ? `Only what the client sends resets it, a TCP keepalive probe does not (${found}).`
      : `It has no idle timeout (${found}).`,
    source,
    isProxy: true,
    assumed: false,
    settled: false,
    remedy: () => `${excludedBy} of the pods: ${[...new Set(taken.map(({ port }) => port))].join(',')}`,
  }];
}

function hidden({ element, seconds, meaning, source, setting, settledBy }: HiddenElement, settled: boolean): PathElement {
  return {
    element,
    seconds,
    sees: 'every packet',
    meaning: settled ? `Not counted: ${settledBy} is acknowledged. ${meaning}` : meaning,
    source,
    isProxy: false,
    assumed: false,
    settled,
    remedy: (keepalive) => setting === undefined
      ? undefined
      : `${setting}: at least ${Math.ceil(keepalive / MARGIN)} s${settledBy === undefined ? '' : ` (then acknowledge ${settledBy})`}`,
  };
}
