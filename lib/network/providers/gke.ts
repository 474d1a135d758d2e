import { Duration } from 'cdk8s';
import { checkNames, checkWord } from './option-checks';
import type { ProviderDefinition, ServiceRequest } from './provider-definition';
import { sourceRangesOf } from './source-ranges';
import { nodeRemovalSeconds } from './target-removal';
import type { ArgumentErrors } from '../../manifest/arguments';
import { defined } from '../../manifest/defined';
import { ExternalTrafficPolicy } from '../external-traffic-policy';
import { IdleTimeoutKind, LoadBalancerExposure, LoadBalancerKind, type LoadBalancerTraits, LocalHealthCheck, ProxyProtocolSupport } from '../load-balancer-traits';

const SOURCE = 'https://cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer-parameters';
/** Of the VPC firewall; the load balancer itself has no idle timeout. https://cloud.google.com/firewall/docs/firewalls */
export const GOOGLE_VPC_IDLE_SECONDS = 600;

/** Under Local; under Cluster it is 8 seconds and 3 times, of a check that says nothing of brokers. https://github.com/kubernetes/ingress-gce/blob/master/pkg/healthchecksl4/healthchecksl4.go */
const HEALTH_CHECK = { interval: Duration.seconds(3), unhealthyThreshold: 2, source: 'https://github.com/kubernetes/ingress-gce/blob/master/pkg/healthchecksl4/healthchecksl4.go (under Local)' };

/** Network tier of an external address in Google Cloud. */
export enum GkeNetworkTier {
  /** Over Google's network as far as it goes. */
  PREMIUM = 'Premium',
  /** Over the internet. */
  STANDARD = 'Standard',
}

/** Options of a passthrough Network Load Balancer of Google Cloud. */
export interface GkeCommonOptions {
  /**
   * Names of reserved addresses, one for each IP family.
   * @default - Google Cloud assigns addresses
   */
  readonly addressNames?: string[];

  /**
   * Name of the subnet that the address is taken from.
   * @default - the subnet of the cluster
   */
  readonly subnet?: string;
}

/** Options of an external passthrough Network Load Balancer of Google Cloud. */
export interface GkeExternalOptions extends GkeCommonOptions {
  /**
   * Whether a node gets connections in proportion to the broker pods that it runs, which evens out `externalTrafficPolicy: Local`
   * where pods share nodes. Only with `Local`; needs GKE 1.31.0-gke.1506000.
   * @default false
   */
  readonly weightedByPods?: boolean;

  /**
   * Network tier of the address.
   * @default - the project's own
   */
  readonly networkTier?: GkeNetworkTier;
}

/** Options of an internal passthrough Network Load Balancer of Google Cloud. */
export interface GkeInternalOptions extends GkeCommonOptions {
  /**
   * Whether clients of every region of the VPC reach it.
   * @default false (clients of its own region)
   */
  readonly globalAccess?: boolean;
}

/**
 * External passthrough Network Load Balancer with a regional backend service. Chosen by annotation: the load balancer class
 * for it exists since GKE 1.33.1 only, and no Service can ever change its class.
 */
export function gkeExternal(options: GkeExternalOptions): ProviderDefinition {
  return {
    traits: traits('gke-external', 'Google Cloud external passthrough Network Load Balancer'),
    check: (request, errors) => {
      checkCommon(options, errors);
      errors.boolean('provider.weightedByPods', options.weightedByPods);
      errors.member('provider.networkTier', options.networkTier, GkeNetworkTier);
      checkWeight(options, request, errors);
    },
    service: (request) => ({
      annotations: defined({
        'cloud.google.com/l4-rbs': 'enabled',
        'networking.gke.io/weighted-load-balancing': options.weightedByPods ? 'pods-per-node' : undefined,
        'cloud.google.com/network-tier': options.networkTier,
        ...commonAnnotations(options),
      }),
      exposure: LoadBalancerExposure.INTERNET,
      idleTimeout: GOOGLE_VPC_IDLE_SECONDS,
      localHealthCheck: LocalHealthCheck.AUTOMATIC,
      targetRemovalSeconds: nodeRemovalSeconds(HEALTH_CHECK, request),
    }),
  };
}

/** Internal passthrough Network Load Balancer. */
export function gkeInternal(options: GkeInternalOptions): ProviderDefinition {
  return {
    traits: traits('gke-internal', 'Google Cloud internal passthrough Network Load Balancer'),
    check: (_request, errors) => {
      checkCommon(options, errors);
      errors.boolean('provider.globalAccess', options.globalAccess);
    },
    service: (request) => ({
      annotations: defined({
        'networking.gke.io/load-balancer-type': 'Internal',
        'networking.gke.io/internal-load-balancer-allow-global-access': options.globalAccess ? 'true' : undefined,
        ...commonAnnotations(options),
      }),
      exposure: LoadBalancerExposure.INTERNAL,
      idleTimeout: GOOGLE_VPC_IDLE_SECONDS,
      localHealthCheck: LocalHealthCheck.AUTOMATIC,
      targetRemovalSeconds: nodeRemovalSeconds(HEALTH_CHECK, request),
    }),
  };
}

function traits(name: string, title: string): LoadBalancerTraits {
  return {
    name,
    title,
    kind: LoadBalancerKind.PASSTHROUGH,
    idleTimeout: {
      kind: IdleTimeoutKind.KNOWN,
      defaultValue: Duration.seconds(GOOGLE_VPC_IDLE_SECONDS),
      settable: false,
      source: 'https://cloud.google.com/firewall/docs/firewalls (the VPC firewall forgets connections after 10 idle minutes; the load balancer itself has no idle timeout)',
    },
    proxyProtocol: ProxyProtocolSupport.NONE,
    localHealthCheck: LocalHealthCheck.AUTOMATIC,
    localPreferred: true,
    sourceRanges: sourceRangesOf(name),
    healthCheck: HEALTH_CHECK,
    source: SOURCE,
  };
}

function commonAnnotations(options: GkeCommonOptions): { [key: string]: string | undefined } {
  return {
    'networking.gke.io/load-balancer-ip-addresses': options.addressNames?.join(','),
    'networking.gke.io/load-balancer-subnet': options.subnet,
  };
}

function checkCommon(options: GkeCommonOptions, errors: ArgumentErrors): void {
  checkNames(errors, 'provider.addressNames', options.addressNames, 'name of a reserved address');
  checkWord(errors, 'provider.subnet', options.subnet, "subnet's name");
}

function checkWeight(options: GkeExternalOptions, request: ServiceRequest, errors: ArgumentErrors): void {
  if (!options.weightedByPods || request.trafficPolicy === ExternalTrafficPolicy.LOCAL) return;
  errors.add('provider.weightedByPods is set, but only externalTrafficPolicy Local has nodes with more or fewer pods to weigh: set trafficPolicy to ExternalTrafficPolicy.LOCAL');
}
