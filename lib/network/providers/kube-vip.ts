import { AddressAnnouncement } from './address-announcement';
import { NO_IDLE_TIMEOUT, checkOnPremises, onPremisesExposure, type OnPremisesOptions } from './on-premises-options';
import { checkWord } from './option-checks';
import type { ProviderDefinition } from './provider-definition';
import { sourceRangesOf } from './source-ranges';
import { defined } from '../../manifest/defined';
import { LoadBalancerKind, LocalHealthCheck, ProxyProtocolSupport } from '../load-balancer-traits';

const SOURCE = 'https://kube-vip.io/docs/usage/kubernetes-services/';

/** Options of kube-vip. */
export interface KubeVipOptions extends OnPremisesOptions {
  /**
   * How kube-vip announces the address: ARP (`vip_arp`) or BGP (`bgp_enable`). By ARP one node takes all connections, so that `externalTrafficPolicy: Local` is an error where there are several brokers (MQTT-TRAFFIC-007).
   * @default AddressAnnouncement.LAYER_2
   */
  readonly announcement?: AddressAnnouncement;

  /**
   * Whether kube-vip elects a leader for each Service (`svc_election`), among nodes with a ready pod. Without it `externalTrafficPolicy: Local` drops connections.
   * @default false
   */
  readonly serviceElection?: boolean;

  /**
   * Whether the Service names the class `kube-vip.io/kube-vip-class`, where the cluster has other load balancers too. It cannot be changed later.
   * @default false
   */
  readonly useLoadBalancerClass?: boolean;

  /**
   * DNS name that stands in the Service's status.
   * @default - none
   */
  readonly hostname?: string;
}

/** kube-vip. */
export function kubeVip(options: KubeVipOptions): ProviderDefinition {
  const announcement = options.announcement ?? AddressAnnouncement.LAYER_2;
  const localHealthCheck = options.serviceElection ? LocalHealthCheck.AUTOMATIC : LocalHealthCheck.MISSING;
  return {
    traits: {
      name: 'kube-vip',
      title: 'kube-vip',
      kind: LoadBalancerKind.PASSTHROUGH,
      idleTimeout: NO_IDLE_TIMEOUT,
      proxyProtocol: ProxyProtocolSupport.NONE,
      localHealthCheck,
      // One leader takes all connections: with Local only the broker pods of one node would get any.
      localPreferred: false,
      sourceRanges: sourceRangesOf('kube-vip'),
      announcement,
      source: SOURCE,
    },
    check: (_request, errors) => {
      checkOnPremises(options, errors);
      errors.member('provider.announcement', options.announcement, AddressAnnouncement);
      errors.boolean('provider.serviceElection', options.serviceElection);
      errors.boolean('provider.useLoadBalancerClass', options.useLoadBalancerClass);
      checkWord(errors, 'provider.hostname', options.hostname, 'DNS name', /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);
    },
    service: () => ({
      annotations: defined({
        'kube-vip.io/loadbalancerIPs': options.addresses?.join(','),
        'kube-vip.io/loadbalancerHostname': options.hostname,
      }),
      loadBalancerClass: options.useLoadBalancerClass ? 'kube-vip.io/kube-vip-class' : undefined,
      exposure: onPremisesExposure(options),
      idleTimeout: 'none',
      localHealthCheck,
      announcement,
    }),
  };
}
