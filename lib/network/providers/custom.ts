import type { Duration } from 'cdk8s';
import type { ProviderDefinition } from './provider-definition';
import { show } from '../../manifest/arguments';
import { type IdleTimeoutKind, LoadBalancerExposure, LoadBalancerKind, LocalHealthCheck, ProxyProtocolSupport, ProxyProtocolVersion } from '../load-balancer-traits';
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
      localPreferred: localHealthCheck === LocalHealthCheck.AUTOMATIC || localHealthCheck === LocalHealthCheck.CONFIGURED,
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
    }),
  };
}

/** A label-style name with an optional prefix: https://kubernetes.io/docs/concepts/services-networking/service/#load-balancer-class */
function checkLoadBalancerClass(value: unknown, report: (message: string) => void): void {
  if (value === undefined || (typeof value === 'string' && /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(value))) return;
  report(`provider.loadBalancerClass is ${show(value)}, but must be a class name such as 'example.com/internal-vip'`);
}
