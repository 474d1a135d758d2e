import { Duration } from 'cdk8s';
import type { ISecret } from 'cdk8s-plus-27';
import { checkWord } from './option-checks';
import type { ProviderDefinition, ServiceRequest } from './provider-definition';
import { sourceRangesOf } from './source-ranges';
import { nodeRemovalSeconds } from './target-removal';
import { checkPlainBehindTls, checkTlsListeners, type TlsTermination, tlsPorts } from './tls-termination';
import type { ArgumentErrors } from '../../manifest/arguments';
import { defined } from '../../manifest/defined';
import { ExternalTrafficPolicy } from '../external-traffic-policy';
import { IdleTimeoutKind, LoadBalancerExposure, LoadBalancerKind, LocalHealthCheck, ProxyProtocolSupport, ProxyProtocolVersion } from '../load-balancer-traits';

const SOURCE = 'https://github.com/oracle/oci-cloud-controller-manager/blob/master/docs/load-balancer-annotations.md';
const TYPE = 'oci.oraclecloud.com/load-balancer-type';
const LB = 'service.beta.kubernetes.io/oci-load-balancer-';
const NLB = 'oci-network-load-balancer.oraclecloud.com/';
const LB_IDLE_DEFAULT = Duration.seconds(300);
const NLB_IDLE_SECONDS = 360;
const HEALTH_CHECK = { interval: Duration.seconds(10), unhealthyThreshold: 3, source: SOURCE };

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

  /**
   * The version of the PROXY protocol header by which the broker is told the client's address. Switches the header on in the broker too, on a port of its own. Once on, it cannot be switched off: taking
   * the option away leaves the load balancer sending it, so that it has to be made anew.
   * Source: https://docs.oracle.com/en-us/iaas/Content/ContEng/Tasks/contengconfiguringloadbalancersnetworkloadbalancers-subtopic.htm
   * @default - no header
   */
  readonly proxyProtocol?: ProxyProtocolVersion;

  /**
   * Secret of type `kubernetes.io/tls` in the namespace of the Service, with which the load balancer ends TLS. What is behind it is plain, so that the listeners must be: name those with `listeners`. The broker does
   * not see the clients' certificates.
   * Source: https://github.com/oracle/oci-cloud-controller-manager/blob/master/docs/load-balancer-annotations.md#tls-related
   * @default - TLS passes through and ends in the broker
   */
  readonly tlsSecret?: ISecret;

  /**
   * Names of the listeners for which the load balancer ends TLS.
   * @default - all of them, when there is a Secret
   */
  readonly tlsListeners?: string[];
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

  /**
   * Whether the broker is told the client's address by a PROXY protocol header, version 2. Switches the header on in the broker too, on a port of its own. `false` is written, because taking
   * the annotation away leaves the last value. Not with `preserveSource`, which is switched off then.
   * Source: https://docs.oracle.com/en-us/iaas/Content/ContEng/Tasks/contengconfiguringloadbalancersnetworkloadbalancers-subtopic.htm
   * @default - not written; Oracle's own default is false
   */
  readonly proxyProtocol?: boolean;
}

/** Load balancer of Oracle Cloud Infrastructure. */
export function ociLoadBalancer(options: OciLoadBalancerOptions): ProviderDefinition {
  const idleTimeout = options.idleTimeout ?? LB_IDLE_DEFAULT;
  return {
    traits: {
      name: 'oci-lb',
      title: 'Oracle Cloud Infrastructure load balancer',
      kind: LoadBalancerKind.PROXY,
      idleTimeout: { kind: IdleTimeoutKind.KNOWN, defaultValue: LB_IDLE_DEFAULT, settable: true, source: `${SOURCE} (the default also in https://docs.oracle.com/en-us/iaas/Content/Balance/Reference/connectionreuse.htm, where each direction has a timer of its own; its maximum could not be confirmed; that it is a proxy is inferred from its HTTP and PROXY protocol modes)` },
      proxyProtocol: ProxyProtocolSupport.V1_OR_V2,
      localHealthCheck: LocalHealthCheck.AUTOMATIC,
      localPreferred: true,
      sourceRanges: sourceRangesOf('oci-lb'),
      healthCheck: HEALTH_CHECK,
      source: SOURCE,
    },
    check: (request, errors) => {
      checkCommon(options, errors);
      errors.member('provider.proxyProtocol', options.proxyProtocol, ProxyProtocolVersion);
      checkTls(options, request, errors);
      errors.duration('provider.idleTimeout', options.idleTimeout, { min: Duration.seconds(1) }, 'Oracle takes whole seconds above zero');
      checkBandwidth(options, errors);
    },
    service: (request) => ({
      annotations: defined({
        [TYPE]: 'lb',
        [`${LB}internal`]: options.internal ? 'true' : undefined,
        [`${LB}connection-idle-timeout`]: idleTimeout.toSeconds().toString(),
        [`${LB}subnet1`]: options.subnetId,
        [`${LB}shape`]: options.maxBandwidthMbps === undefined ? undefined : 'flexible',
        [`${LB}shape-flex-min`]: options.minBandwidthMbps?.toString(),
        [`${LB}shape-flex-max`]: options.maxBandwidthMbps?.toString(),
        [`${LB}connection-proxy-protocol-version`]: options.proxyProtocol?.replace('v', ''),
        ...tlsAnnotations(options, request),
      }),
      exposure: exposureOf(options),
      idleTimeout: idleTimeout.toSeconds(),
      localHealthCheck: LocalHealthCheck.AUTOMATIC,
      targetRemovalSeconds: nodeRemovalSeconds(HEALTH_CHECK, request),
      proxyProtocol: options.proxyProtocol,
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
      proxyProtocol: ProxyProtocolSupport.V2,
      localHealthCheck: LocalHealthCheck.AUTOMATIC,
      localPreferred: true,
      sourceRanges: sourceRangesOf('oci-nlb'),
      healthCheck: HEALTH_CHECK,
      source: SOURCE,
    },
    check: (request, errors) => {
      checkCommon(options, errors);
      errors.boolean('provider.preserveSource', options.preserveSource);
      errors.boolean('provider.proxyProtocol', options.proxyProtocol);
      if (options.proxyProtocol && options.preserveSource) {
        errors.add('provider.proxyProtocol and provider.preserveSource are both set, but each tells the client\'s address, and with both the header comes from the client\'s own address, '
          + 'so that nobody can tell whose header to believe: leave one of them out');
      }
      if (options.preserveSource !== undefined && request.trafficPolicy !== ExternalTrafficPolicy.LOCAL) {
        errors.add('provider.preserveSource is set, but works with externalTrafficPolicy Local only: set trafficPolicy to ExternalTrafficPolicy.LOCAL, or leave it out');
      }
    },
    service: (request) => ({
      annotations: defined({
        [TYPE]: 'nlb',
        [`${NLB}internal`]: options.internal ? 'true' : undefined,
        [`${NLB}subnet`]: options.subnetId,
        [`${NLB}is-preserve-source`]: preservesSource(options, request)?.toString(),
        [`${NLB}is-ppv2-enabled`]: options.proxyProtocol?.toString(),
      }),
      exposure: exposureOf(options),
      idleTimeout: NLB_IDLE_SECONDS,
      proxyProtocol: options.proxyProtocol ? ProxyProtocolVersion.V2 : undefined,
      localHealthCheck: LocalHealthCheck.AUTOMATIC,
      targetRemovalSeconds: nodeRemovalSeconds(HEALTH_CHECK, request),
    }),
  };
}

/** Oracle preserves it under Local by itself; with a header beside it, the header would come from the client's own address. */
function preservesSource(options: OciNetworkLoadBalancerOptions, request: ServiceRequest): boolean | undefined {
  return options.proxyProtocol && request.trafficPolicy === ExternalTrafficPolicy.LOCAL ? false : options.preserveSource;
}

function terminationOf({ tlsSecret, tlsListeners }: OciLoadBalancerOptions): TlsTermination {
  return { hasCertificate: tlsSecret !== undefined, certificateOption: 'tlsSecret', tlsListeners };
}

function tlsAnnotations(options: OciLoadBalancerOptions, request: ServiceRequest): { [key: string]: string | undefined } {
  const ports = tlsPorts(terminationOf(options), request);
  return ports.length === 0 ? {} : { [`${LB}tls-secret`]: options.tlsSecret!.name, [`${LB}ssl-ports`]: ports.map(({ port }) => port).join(',') };
}

function checkTls(options: OciLoadBalancerOptions, request: ServiceRequest, errors: ArgumentErrors): void {
  const example = "Secret.fromSecretName(this, 'Tls', 'balancer-tls')";
  if (errors.like('provider.tlsSecret', options.tlsSecret, ['name'], example)) errors.reference('the name of provider.tlsSecret', options.tlsSecret.name, 'Secret', example);
  checkTlsListeners(terminationOf(options), request, errors);
  checkPlainBehindTls(terminationOf(options), request, errors);
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
