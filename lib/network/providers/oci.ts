import { Duration } from 'cdk8s';
import { checkWord, defined } from './option-checks';
import type { ProviderDefinition } from './provider-definition';
import type { ArgumentErrors } from '../../manifest/arguments';
import { ExternalTrafficPolicy } from '../external-traffic-policy';
import { IdleTimeoutKind, LoadBalancerExposure, LoadBalancerKind, LocalHealthCheck, ProxyProtocolVersion } from '../load-balancer-traits';

const SOURCE = 'https://github.com/oracle/oci-cloud-controller-manager/blob/master/docs/load-balancer-annotations.md';
const TYPE = 'oci.oraclecloud.com/load-balancer-type';
const LB = 'service.beta.kubernetes.io/oci-load-balancer-';
const NLB = 'oci-network-load-balancer.oraclecloud.com/';
const LB_IDLE_DEFAULT = Duration.seconds(300);
const NLB_IDLE_SECONDS = 360;

/** Options of a load balancer of Oracle Cloud Infrastructure. */
export interface OciLoadBalancerOptions {
  /**
   * Whether it has a private address only. Cannot be changed later.
   * @default false
   */
  readonly internal?: boolean;

  /**
   * How long a connection may carry nothing before it is cut, in whole seconds. Always written. The longest that Oracle takes could not be confirmed.
   * @default Duration.seconds(300) (Oracle's own default for TCP)
   */
  readonly idleTimeout?: Duration;

  /**
   * OCID of the subnet.
   * @default - the one in the configuration of the cloud controller manager
   */
  readonly subnetId?: string;

  /**
   * Bandwidth that is always there, in Mbit/s. With `maxBandwidthMbps`, which makes the shape flexible.
   * @default - Oracle's own default shape
   */
  readonly minBandwidthMbps?: number;

  /**
   * Bandwidth that it grows to, in Mbit/s.
   * @default - Oracle's own default shape
   */
  readonly maxBandwidthMbps?: number;
}

/** Options of a network load balancer of Oracle Cloud Infrastructure. Its idle timeout is set by Oracle's command line or API only. */
export interface OciNetworkLoadBalancerOptions {
  /**
   * Whether it has a private address only. Cannot be changed later.
   * @default false
   */
  readonly internal?: boolean;

  /**
   * OCID of the subnet.
   * @default - the one in the configuration of the cloud controller manager
   */
  readonly subnetId?: string;

  /**
   * Whether the broker sees the client's address. Only with `externalTrafficPolicy: Local`.
   * @default - Oracle's own default
   */
  readonly preserveSource?: boolean;
}

/** Load balancer of Oracle Cloud Infrastructure. */
export function ociLoadBalancer(options: OciLoadBalancerOptions): ProviderDefinition {
  const idleTimeout = options.idleTimeout ?? LB_IDLE_DEFAULT;
  return {
    traits: {
      name: 'oci-lb',
      title: 'Oracle Cloud Infrastructure load balancer',
      kind: LoadBalancerKind.PROXY,
      idleTimeout: { kind: IdleTimeoutKind.KNOWN, defaultValue: LB_IDLE_DEFAULT, settable: true, source: `${SOURCE} (its maximum could not be confirmed; that it is a proxy is inferred from its HTTP and PROXY protocol modes)` },
      proxyProtocol: [ProxyProtocolVersion.V1, ProxyProtocolVersion.V2],
      localHealthCheck: LocalHealthCheck.AUTOMATIC,
      localPreferred: true,
      source: SOURCE,
    },
    check: (_request, errors) => {
      checkCommon(options, errors);
      errors.duration('provider.idleTimeout', options.idleTimeout, { min: Duration.seconds(1) }, 'Oracle takes whole seconds above zero');
      checkBandwidth(options, errors);
    },
    service: () => ({
      annotations: defined({
        [TYPE]: 'lb',
        [`${LB}internal`]: options.internal ? 'true' : undefined,
        [`${LB}connection-idle-timeout`]: idleTimeout.toSeconds().toString(),
        [`${LB}subnet1`]: options.subnetId,
        [`${LB}shape`]: options.maxBandwidthMbps === undefined ? undefined : 'flexible',
        [`${LB}shape-flex-min`]: options.minBandwidthMbps?.toString(),
        [`${LB}shape-flex-max`]: options.maxBandwidthMbps?.toString(),
      }),
      exposure: exposureOf(options),
      idleTimeout: idleTimeout.toSeconds(),
      localHealthCheck: LocalHealthCheck.AUTOMATIC,
    }),
  };
}

/** Network load balancer of Oracle Cloud Infrastructure. */
export function ociNetworkLoadBalancer(options: OciNetworkLoadBalancerOptions): ProviderDefinition {
  return {
    traits: {
      name: 'oci-nlb',
      title: 'Oracle Cloud Infrastructure network load balancer',
      kind: LoadBalancerKind.PASSTHROUGH,
      idleTimeout: {
        kind: IdleTimeoutKind.KNOWN,
        defaultValue: Duration.seconds(NLB_IDLE_SECONDS),
        settable: false,
        source: 'https://docs.oracle.com/en-us/iaas/Content/NetworkLoadBalancer/NetworkLoadBalancers/configure-idle-timeout.htm (changed by command line or API; there is no annotation for it)',
      },
      proxyProtocol: [ProxyProtocolVersion.V2],
      localHealthCheck: LocalHealthCheck.AUTOMATIC,
      localPreferred: true,
      source: SOURCE,
    },
    check: (request, errors) => {
      checkCommon(options, errors);
      errors.boolean('provider.preserveSource', options.preserveSource);
      if (options.preserveSource !== undefined && request.trafficPolicy !== ExternalTrafficPolicy.LOCAL) {
        errors.add('provider.preserveSource is set, but works with externalTrafficPolicy Local only: set trafficPolicy to ExternalTrafficPolicy.LOCAL, or leave it out');
      }
    },
    service: () => ({
      annotations: defined({
        [TYPE]: 'nlb',
        [`${NLB}internal`]: options.internal ? 'true' : undefined,
        [`${NLB}subnet`]: options.subnetId,
        [`${NLB}is-preserve-source`]: options.preserveSource?.toString(),
      }),
      exposure: exposureOf(options),
      idleTimeout: NLB_IDLE_SECONDS,
      localHealthCheck: LocalHealthCheck.AUTOMATIC,
    }),
  };
}

function exposureOf(options: { internal?: boolean }): LoadBalancerExposure {
  return options.internal ? LoadBalancerExposure.INTERNAL : LoadBalancerExposure.INTERNET;
}

function checkCommon(options: { internal?: boolean; subnetId?: string }, errors: ArgumentErrors): void {
  errors.boolean('provider.internal', options.internal);
  checkWord(errors, 'provider.subnetId', options.subnetId, "subnet's OCID", /^ocid1\.subnet\.[^\s,]+$/);
}

function checkBandwidth({ minBandwidthMbps, maxBandwidthMbps }: OciLoadBalancerOptions, errors: ArgumentErrors): void {
  errors.wholeNumber('provider.minBandwidthMbps', minBandwidthMbps, { min: 1 }, 'it is a number of Mbit/s');
  errors.wholeNumber('provider.maxBandwidthMbps', maxBandwidthMbps, { min: 1 }, 'it is a number of Mbit/s');
  if ((minBandwidthMbps === undefined) !== (maxBandwidthMbps === undefined)) {
    errors.add('only one of provider.minBandwidthMbps and provider.maxBandwidthMbps is set, but a flexible shape has both: set both, or neither');
  } else if (minBandwidthMbps !== undefined && maxBandwidthMbps !== undefined && minBandwidthMbps > maxBandwidthMbps) {
    errors.add(`provider.minBandwidthMbps is ${minBandwidthMbps}, which is more than provider.maxBandwidthMbps, ${maxBandwidthMbps}: exchange them`);
  }
}
