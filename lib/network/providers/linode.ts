import { isIP } from 'node:net';
import { checkMeasuredIdleTimeout, type MeasuredIdleTimeoutOptions, measuredIdleSeconds, measuredIdleTimeout } from './measured-idle-timeout';
import { checkIpAddress } from './option-checks';
import type { ProviderDefinition, ServiceRequest } from './provider-definition';
import { defined } from '../../manifest/defined';
import { LoadBalancerExposure, LoadBalancerKind, LocalHealthCheck, ProxyProtocolSupport, ProxyProtocolVersion, SourceRangesSupport } from '../load-balancer-traits';

const PREFIX = 'service.beta.kubernetes.io/linode-loadbalancer-';
const SOURCE = 'https://github.com/linode/linode-cloud-controller-manager/blob/main/docs/configuration/annotations.md';

/** Type of a NodeBalancer. */
export enum LinodeNodeBalancerType {
  /** Shared capacity: about 10,000 concurrent connections (from an old announcement, not confirmed). */
  COMMON = 'common',
  /** Dedicated capacity. */
  PREMIUM = 'premium',
}

/** Options of a NodeBalancer of Linode (Akamai). */
export interface LinodeOptions extends MeasuredIdleTimeoutOptions {
  /**
   * Its type.
   * @default LinodeNodeBalancerType.COMMON (Linode's own default)
   */
  readonly type?: LinodeNodeBalancerType;

  /**
   * New connections that one client address may open a second: 0 (no limit) to 20. A fleet behind one NAT gateway is one address, so
   * that a limit slows its reconnection down to that rate.
   * @default 0 (Linode's own default)
   */
  readonly throttle?: number;

  /**
   * ID of an existing Cloud Firewall. Not with `sourceRanges`, from which the cloud controller manager makes one.
   * @default - none
   */
  readonly firewallId?: number;

  /**
   * Whether the NodeBalancer, and with it its address, outlives the Service.
   * @default false
   */
  readonly preserve?: boolean;

  /**
   * The version of the PROXY protocol header by which the broker is told the client's address. Switches the header on in the broker too, on a port of its own.
   * Source: https://github.com/linode/linode-cloud-controller-manager/blob/main/docs/configuration/annotations.md
   * @default - no header
   */
  readonly proxyProtocol?: ProxyProtocolVersion;

  /**
   * Reserved IPv4 address. Counts when the NodeBalancer is created.
   * Source: https://github.com/linode/linode-cloud-controller-manager/blob/main/docs/configuration/loadbalancer.md#reserved-ipv4-addresses
   * @default - Linode assigns one
   */
  readonly reservedIpv4?: string;
}

/** NodeBalancer of Linode (Akamai). */
export function linode(options: LinodeOptions): ProviderDefinition {
  return {
    traits: {
      name: 'linode',
      title: 'Linode (Akamai) NodeBalancer',
      kind: LoadBalancerKind.PROXY,
      idleTimeout: measuredIdleTimeout(options, `${SOURCE} (says nothing of TCP; that it is a proxy is inferred from its HTTP and PROXY protocol modes)`),
      proxyProtocol: ProxyProtocolSupport.V1_OR_V2,
      localHealthCheck: LocalHealthCheck.MISSING,
      localPreferred: false,
      sourceRanges: { support: SourceRangesSupport.TRANSLATED, source: `${SOURCE} (firewall-acl; says nothing of the field)` },
      source: SOURCE,
    },
    check: (request, errors) => {
      checkMeasuredIdleTimeout(options, errors);
      errors.member('provider.type', options.type, LinodeNodeBalancerType);
      errors.wholeNumber('provider.throttle', options.throttle, { min: 0, max: 20 }, `the range of Linode, see ${SOURCE}`);
      errors.wholeNumber('provider.firewallId', options.firewallId, { min: 1 }, 'it is the number of a Cloud Firewall');
      errors.boolean('provider.preserve', options.preserve);
      errors.member('provider.proxyProtocol', options.proxyProtocol, ProxyProtocolVersion);
      checkIpAddress(errors, 'provider.reservedIpv4', options.reservedIpv4, 4);
      if (options.firewallId !== undefined && request.sourceRanges !== undefined) {
        errors.add('sourceRanges and provider.firewallId are both set, but a NodeBalancer has one firewall: write the ranges into that firewall, or leave provider.firewallId out');
      }
    },
    service: (request) => ({
      proxyProtocol: options.proxyProtocol,
      annotations: defined({
        [`${PREFIX}nodebalancer-type`]: options.type,
        [`${PREFIX}throttle`]: options.throttle?.toString(),
        [`${PREFIX}firewall-id`]: options.firewallId?.toString(),
        [`${PREFIX}firewall-acl`]: firewallAcl(request),
        [`${PREFIX}preserve`]: options.preserve ? 'true' : undefined,
        [`${PREFIX}default-proxy-protocol`]: options.proxyProtocol,
        [`${PREFIX}reserved-ipv4`]: options.reservedIpv4,
      }),
      exposure: LoadBalancerExposure.INTERNET,
      idleTimeout: measuredIdleSeconds(options),
      localHealthCheck: LocalHealthCheck.MISSING,
    }),
  };
}

/** The cloud controller manager documents this annotation, and nothing of `spec.loadBalancerSourceRanges`. */
function firewallAcl({ sourceRanges }: ServiceRequest): string | undefined {
  if (sourceRanges === undefined) return undefined;
  const ofVersion = (version: number): string[] | undefined => {
    const ranges = sourceRanges.filter((range) => isIP(range.split('/')[0]) === version);
    return ranges.length > 0 ? ranges : undefined;
  };
  return JSON.stringify({ allowList: { ipv4: ofVersion(4), ipv6: ofVersion(6) } });
}
