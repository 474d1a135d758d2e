import { Duration } from 'cdk8s';
import { AddressAnnouncement } from './address-announcement';
import type { ProviderDefinition } from './provider-definition';
import { show } from '../../manifest/arguments';
import { type IdleTimeoutKind, LoadBalancerExposure, LoadBalancerKind, LocalHealthCheck, ProxyProtocolSupport, ProxyProtocolVersion, SourceRangesSupport } from '../load-balancer-traits';
import { checkStatedIdleTimeout, statedKind, statedSeconds } from '../stated-idle-timeout';

/** Options of a load balancer that this library does not know. What they say is what the rules believe. */
export interface CustomLoadBalancerOptions {
  /**
   * Short name: a DNS-1123 label.
   * @default custom
   */
  readonly name?: string;

  /** How it treats a TCP connection. */
  readonly kind: LoadBalancerKind;

  /** Who can reach it. */
  readonly exposure: LoadBalancerExposure;

  /**
   * What is known of its idle timeout.
   * @default - IdleTimeoutKind.KNOWN when `idleTimeout` is given, else IdleTimeoutKind.UNKNOWN, which the rules count as 60 seconds
   */
  readonly idleTimeoutKind?: IdleTimeoutKind;

  /**
   * How long a connection may carry nothing before it is cut, in whole seconds. This only states it; `annotations` set it.
   * @default - see `idleTimeoutKind`
   */
  readonly idleTimeout?: Duration;

  /**
   * How it learns, under `externalTrafficPolicy: Local`, which nodes have a ready pod.
   * @default LocalHealthCheck.MISSING
   */
  readonly localHealthCheck?: LocalHealthCheck;

  /**
   * How its addresses are announced, where the nodes do that. With LAYER_2 one node takes all connections, so that `externalTrafficPolicy: Local` is an error where there are several brokers (MQTT-TRAFFIC-007).
   * @default - the nodes do not announce them
   */
  readonly announcement?: AddressAnnouncement;

  /**
   * How long it can go on sending new connections to a broker that is stopping, in whole seconds: interval × unhealthy threshold of its health check where that asks for a broker, or as long as it takes to remove a
   * target. In production the brokers serve on for that long, unless the cluster has a `shutdownDelay` of its own.
   * @default - not known
   */
  readonly targetRemoval?: Duration;

  /**
   * The version of the PROXY protocol header that it sends. This only states it, and switches the header on in the broker, on a port of its own; `annotations` make the load balancer send it.
   * @default - no header
   */
  readonly proxyProtocol?: ProxyProtocolVersion;

  /**
   * `spec.loadBalancerClass`, where the cluster has more than one implementation. It cannot be changed later.
   * @default - the cluster's default implementation
   */
  readonly loadBalancerClass?: string;

  /**
   * Annotations that its controller reads.
   * @default - none
   */
  readonly annotations?: { [key: string]: string };

  /**
   * Whether the Service gets a port on every node. Only load balancers that reach pods without one can do without.
   * @default true (as Kubernetes)
   */
  readonly allocateNodePorts?: boolean;
}

/** A load balancer that this library does not know. */
export function custom(options: CustomLoadBalancerOptions): ProviderDefinition {
  const localHealthCheck = options.localHealthCheck ?? LocalHealthCheck.MISSING;
  const source = 'the options given to LoadBalancerProvider.custom()';
  return {
    traits: {
      name: options.name ?? 'custom',
      title: 'Any other load balancer',
      kind: options.kind,
      idleTimeout: { kind: statedKind(options), defaultValue: options.idleTimeout, settable: false, source },
      proxyProtocol: ProxyProtocolSupport.V1_OR_V2,
      localHealthCheck,
      localPreferred: options.announcement !== AddressAnnouncement.LAYER_2
        && (localHealthCheck === LocalHealthCheck.AUTOMATIC || localHealthCheck === LocalHealthCheck.CONFIGURED),
      sourceRanges: { support: SourceRangesSupport.UNCONFIRMED, source },
      announcement: options.announcement,
      source,
    },
    check: (_request, errors) => {
      errors.dnsLabel('provider.name', options.name, 63, 'it becomes the value of an annotation that rules read');
      if (options.kind === undefined) errors.add('provider.kind is missing: say whether the load balancer is LoadBalancerKind.PASSTHROUGH or LoadBalancerKind.PROXY');
      errors.member('provider.kind', options.kind, LoadBalancerKind);
      if (options.exposure === undefined) errors.add('provider.exposure is missing: say whether LoadBalancerExposure.INTERNET or LoadBalancerExposure.INTERNAL can reach it');
      errors.member('provider.exposure', options.exposure, LoadBalancerExposure);
      checkStatedIdleTimeout(errors, 'provider', options, 'a load balancer without one has IdleTimeoutKind.NONE');
      errors.member('provider.localHealthCheck', options.localHealthCheck, LocalHealthCheck);
      errors.member('provider.announcement', options.announcement, AddressAnnouncement);
      errors.duration('provider.targetRemoval', options.targetRemoval, { min: Duration.seconds(0), max: Duration.hours(1) }, 'a stopping broker serves on for that long');
      errors.member('provider.proxyProtocol', options.proxyProtocol, ProxyProtocolVersion);
      errors.annotations('provider.annotations', options.annotations);
      errors.boolean('provider.allocateNodePorts', options.allocateNodePorts);
      checkLoadBalancerClass(options.loadBalancerClass, (message) => errors.add(message));
    },
    service: () => ({
      annotations: { ...options.annotations },
      loadBalancerClass: options.loadBalancerClass,
      ...(options.allocateNodePorts === false && { allocateLoadBalancerNodePorts: false as const }),
      exposure: options.exposure,
      idleTimeout: statedSeconds(options),
      proxyProtocol: options.proxyProtocol,
      localHealthCheck,
      announcement: options.announcement,
      targetRemovalSeconds: options.targetRemoval?.toSeconds(),
    }),
  };
}

/** A label-style name with an optional prefix: https://kubernetes.io/docs/concepts/services-networking/service/#load-balancer-class */
function checkLoadBalancerClass(value: unknown, report: (message: string) => void): void {
  if (value === undefined || (typeof value === 'string' && /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(value))) return;
  report(`provider.loadBalancerClass is ${show(value)}, but must be a class name such as 'example.com/internal-vip'`);
}
