import { Duration } from 'cdk8s';
import { checkIpAddress, checkWord } from './option-checks';
import type { ProviderDefinition } from './provider-definition';
import { sourceRangesOf } from './source-ranges';
import { nodeRemovalSeconds } from './target-removal';
import type { ArgumentErrors } from '../../manifest/arguments';
import { defined } from '../../manifest/defined';
import { IdleTimeoutKind, LoadBalancerExposure, LoadBalancerKind, LocalHealthCheck, ProxyProtocolSupport } from '../load-balancer-traits';

const PREFIX = 'service.beta.kubernetes.io/azure-';
const SOURCE = 'https://cloud-provider-azure.sigs.k8s.io/topics/loadbalancer/';
const IDLE_DEFAULT = Duration.minutes(4);
const IDLE_MAX = Duration.minutes(100);
const HEALTH_CHECK = { interval: Duration.seconds(5), unhealthyThreshold: 2, source: SOURCE };

/** Options of an Azure load balancer (Standard SKU). */
export interface AzureLoadBalancerOptions {
  /**
   * Whether only the virtual network reaches it.
   * @default false
   */
  readonly internal?: boolean;

  /**
   * Name of the subnet of an internal load balancer.
   * @default - the subnet of the nodes
   */
  readonly subnet?: string;

  /**
   * How long a connection may carry nothing before it is cut: whole minutes, 4 to 100. The sources disagree about more than 30: AKS
   * documents 30 as the longest, the documentation of the load balancer and that of the cloud provider 100.
   * Source: https://cloud-provider-azure.sigs.k8s.io/topics/loadbalancer/
   * @default - Azure takes 4 minutes
   */
  readonly idleTimeout?: Duration;

  /**
   * Whether both ends are sent a TCP reset when an idle connection is cut. Without it they learn of it when they next send.
   * @default true (as Azure, since Kubernetes 1.25)
   */
  readonly tcpReset?: boolean;

  /**
   * IPv4 address: one of the subnet, or that of an existing public IP.
   * @default - Azure assigns one
   */
  readonly ipv4Address?: string;

  /**
   * IPv6 address: one of the subnet, or that of an existing public IP.
   * @default - Azure assigns one where the Service has one
   */
  readonly ipv6Address?: string;

  /**
   * Name of an existing public IP.
   * @default - Azure makes one
   */
  readonly publicIpName?: string;

  /**
   * Resource group of the public IP.
   * @default - the one of the nodes
   */
  readonly resourceGroup?: string;

  /**
   * DNS label of the public IP.
   * @default - none
   */
  readonly dnsLabel?: string;
}

/** Azure load balancer, made by cloud-provider-azure. */
export function azure(options: AzureLoadBalancerOptions): ProviderDefinition {
  return {
    traits: {
      name: 'azure',
      title: 'Azure Load Balancer',
      kind: LoadBalancerKind.PASSTHROUGH,
      idleTimeout: {
        kind: IdleTimeoutKind.KNOWN,
        defaultValue: IDLE_DEFAULT,
        min: IDLE_DEFAULT,
        max: IDLE_MAX,
        settable: true,
        source: `${SOURCE} (the maximum is uncertain: 100 minutes there and in https://learn.microsoft.com/en-us/azure/load-balancer/load-balancer-tcp-idle-timeout, of which older editions have 30, as has the documentation of AKS)`,
      },
      proxyProtocol: ProxyProtocolSupport.NONE,
      localHealthCheck: LocalHealthCheck.AUTOMATIC,
      localPreferred: true,
      sourceRanges: sourceRangesOf('azure'),
      healthCheck: HEALTH_CHECK,
      source: SOURCE,
    },
    check: (_request, errors) => check(options, errors),
    service: (request) => ({
      annotations: defined({
        [`${PREFIX}load-balancer-internal`]: options.internal ? 'true' : undefined,
        [`${PREFIX}load-balancer-internal-subnet`]: options.subnet,
        [`${PREFIX}load-balancer-tcp-idle-timeout`]: options.idleTimeout?.toMinutes().toString(),
        [`${PREFIX}load-balancer-disable-tcp-reset`]: options.tcpReset === false ? 'true' : undefined,
        [`${PREFIX}load-balancer-ipv4`]: options.ipv4Address,
        [`${PREFIX}load-balancer-ipv6`]: options.ipv6Address,
        [`${PREFIX}pip-name`]: options.publicIpName,
        [`${PREFIX}load-balancer-resource-group`]: options.resourceGroup,
        [`${PREFIX}dns-label-name`]: options.dnsLabel,
      }),
      exposure: options.internal ? LoadBalancerExposure.INTERNAL : LoadBalancerExposure.INTERNET,
      idleTimeout: (options.idleTimeout ?? IDLE_DEFAULT).toSeconds(),
      localHealthCheck: LocalHealthCheck.AUTOMATIC,
      targetRemovalSeconds: nodeRemovalSeconds(HEALTH_CHECK, request),
    }),
  };
}

function check(options: AzureLoadBalancerOptions, errors: ArgumentErrors): void {
  errors.boolean('provider.internal', options.internal);
  errors.boolean('provider.tcpReset', options.tcpReset);
  const range = `Azure takes whole minutes from 4 to 100, see ${SOURCE}`;
  errors.duration('provider.idleTimeout', options.idleTimeout, { min: IDLE_DEFAULT, max: IDLE_MAX }, range);
  const seconds = Number(options.idleTimeout?.toMilliseconds?.()) / 1000;
  if (Number.isInteger(seconds) && seconds >= IDLE_DEFAULT.toSeconds() && seconds <= IDLE_MAX.toSeconds() && seconds % 60 !== 0) {
    errors.add(`provider.idleTimeout is ${seconds} s, but can only be expressed in whole minutes: ${range}`);
  }
  checkIpAddress(errors, 'provider.ipv4Address', options.ipv4Address, 4);
  checkIpAddress(errors, 'provider.ipv6Address', options.ipv6Address, 6);
  for (const name of ['subnet', 'publicIpName', 'resourceGroup'] as const) checkWord(errors, `provider.${name}`, options[name], 'name in Azure');
  errors.dnsLabel('provider.dnsLabel', options.dnsLabel, 63, 'it becomes part of a DNS name');
  if (options.subnet !== undefined && !options.internal) {
    errors.add('provider.subnet is set, but only an internal load balancer is in a subnet: set provider.internal to true, or leave the subnet out');
  }
  for (const name of ['publicIpName', 'dnsLabel'] as const) {
    if (options[name] !== undefined && options.internal) {
      errors.add(`provider.${name} is set, but an internal load balancer has no public IP: leave one of provider.${name} and provider.internal out`);
    }
  }
}
