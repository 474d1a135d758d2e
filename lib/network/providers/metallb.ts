import { AddressAnnouncement } from './address-announcement';
import { NO_IDLE_TIMEOUT, checkOnPremises, onPremisesExposure, type OnPremisesOptions } from './on-premises-options';
import { checkWord } from './option-checks';
import type { ProviderDefinition } from './provider-definition';
import { sourceRangesOf } from './source-ranges';
import { defined } from '../../manifest/defined';
import { LoadBalancerKind, LocalHealthCheck, ProxyProtocolSupport } from '../load-balancer-traits';

const SOURCE = 'https://metallb.io/usage/';

/** Options of MetalLB. */
export interface MetalLbOptions extends OnPremisesOptions {
  /**
   * How MetalLB announces the address: what its L2Advertisement or BGPAdvertisement says. With layer 2 and `externalTrafficPolicy: Local` only the
   * broker pods of one node would get connections: `Cluster` is the default then, and `Local` an error where there are several (MQTT-TRAFFIC-007).
   * @default AddressAnnouncement.LAYER_2
   */
  readonly announcement?: AddressAnnouncement;

  /**
   * Name of the IPAddressPool.
   * @default - any pool that assigns by itself
   */
  readonly addressPool?: string;

  /**
   * Load balancer class, where MetalLB is started with one (`--lb-class`). It cannot be changed later.
   * @default - none
   */
  readonly loadBalancerClass?: string;
}

/** MetalLB. */
export function metalLb(options: MetalLbOptions): ProviderDefinition {
  const announcement = options.announcement ?? AddressAnnouncement.LAYER_2;
  return {
    traits: {
      name: 'metallb',
      title: 'MetalLB',
      kind: LoadBalancerKind.PASSTHROUGH,
      idleTimeout: NO_IDLE_TIMEOUT,
      proxyProtocol: ProxyProtocolSupport.NONE,
      localHealthCheck: LocalHealthCheck.AUTOMATIC,
      localPreferred: announcement === AddressAnnouncement.BGP,
      sourceRanges: sourceRangesOf('metallb'),
      announcement,
      source: SOURCE,
    },
    check: (_request, errors) => {
      checkOnPremises(options, errors);
      errors.member('provider.announcement', options.announcement, AddressAnnouncement);
      errors.dnsLabel('provider.addressPool', options.addressPool);
      checkWord(errors, 'provider.loadBalancerClass', options.loadBalancerClass, 'load balancer class');
    },
    service: () => ({
      annotations: defined({
        'metallb.io/loadBalancerIPs': options.addresses?.join(','),
        'metallb.io/address-pool': options.addressPool,
      }),
      loadBalancerClass: options.loadBalancerClass,
      // kube-proxy takes connections at the address itself; node ports would only open every node's own address as well.
      allocateLoadBalancerNodePorts: false,
      exposure: onPremisesExposure(options),
      idleTimeout: 'none',
      localHealthCheck: LocalHealthCheck.AUTOMATIC,
      announcement,
    }),
  };
}
