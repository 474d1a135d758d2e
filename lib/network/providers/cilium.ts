import { AddressAnnouncement } from './address-announcement';
import { NO_IDLE_TIMEOUT, checkOnPremises, onPremisesExposure, type OnPremisesOptions } from './on-premises-options';
import { checkWord } from './option-checks';
import type { ProviderDefinition } from './provider-definition';
import { sourceRangesOf } from './source-ranges';
import { defined } from '../../manifest/defined';
import { LoadBalancerKind, LocalHealthCheck, ProxyProtocolSupport } from '../load-balancer-traits';

const SOURCE = 'https://docs.cilium.io/en/stable/network/lb-ipam/';
const CLASSES = { [AddressAnnouncement.LAYER_2]: 'io.cilium/l2-announcer', [AddressAnnouncement.BGP]: 'io.cilium/bgp-control-plane' };

/** Options of Cilium's own load balancing. */
export interface CiliumOptions extends OnPremisesOptions {
  /**
   * How Cilium announces the address; it becomes the load balancer class, which cannot be changed later. Layer 2 does not know which nodes have a
   * broker pod, so that `externalTrafficPolicy: Local` drops connections there (https://docs.cilium.io/en/stable/network/l2-announcements/, limitations).
   * @default - the cluster's own; no load balancer class is set
   */
  readonly announcement?: AddressAnnouncement;

  /**
   * Key under which several Services share an address.
   * @default - none
   */
  readonly sharingKey?: string;
}

/** Cilium with LB IPAM. */
export function cilium(options: CiliumOptions): ProviderDefinition {
  const localHealthCheck = options.announcement === AddressAnnouncement.BGP ? LocalHealthCheck.AUTOMATIC : LocalHealthCheck.MISSING;
  return {
    traits: {
      name: 'cilium',
      title: 'Cilium LB IPAM',
      kind: LoadBalancerKind.PASSTHROUGH,
      idleTimeout: {
        ...NO_IDLE_TIMEOUT,
        source: 'https://docs.cilium.io/en/stable/cmdref/cilium-agent/ (Cilium\'s own connection tracking forgets an idle connection after 2 hours and 13 minutes, '
          + 'before version 1.15 after 6 hours, see https://github.com/cilium/cilium/pull/27665)',
      },
      proxyProtocol: ProxyProtocolSupport.NONE,
      localHealthCheck,
      localPreferred: options.announcement === AddressAnnouncement.BGP,
      sourceRanges: sourceRangesOf('cilium'),
      announcement: options.announcement,
      source: SOURCE,
    },
    check: (_request, errors) => {
      checkOnPremises(options, errors);
      errors.member('provider.announcement', options.announcement, AddressAnnouncement);
      checkWord(errors, 'provider.sharingKey', options.sharingKey, 'key without spaces');
    },
    service: () => ({
      annotations: defined({
        'lbipam.cilium.io/ips': options.addresses?.join(','),
        'lbipam.cilium.io/sharing-key': options.sharingKey,
      }),
      loadBalancerClass: options.announcement && CLASSES[options.announcement],
      // Cilium takes connections at the address itself; node ports would only open every node's own address as well.
      allocateLoadBalancerNodePorts: false,
      exposure: onPremisesExposure(options),
      idleTimeout: 'none',
      localHealthCheck,
      announcement: options.announcement,
    }),
  };
}
