import { NO_IDLE_TIMEOUT, onPremisesExposure } from './on-premises-options';
import { checkWord } from './option-checks';
import type { ProviderDefinition } from './provider-definition';
import { sourceRangesOf } from './source-ranges';
import { defined } from '../../manifest/defined';
import { LoadBalancerExposure, LoadBalancerKind, LocalHealthCheck, ProxyProtocolSupport } from '../load-balancer-traits';

/** Options of the load balancer that k3s brings. It opens the port on its nodes' own addresses, and the broker does not see its clients' addresses. */
export interface K3sServiceLbOptions {
  /**
   * Who can reach the addresses of the nodes. A Service does not show it, and the rules ask.
   * @default LoadBalancerExposure.INTERNET (the safe assumption)
   */
  readonly exposure?: LoadBalancerExposure;

  /**
   * Pool of nodes that it runs on: those with the label `svccontroller.k3s.cattle.io/lbpool=<pool>`. It counts only where some node has the label
   * `svccontroller.k3s.cattle.io/enablelb=true`.
   * @default - every node, or every node with `svccontroller.k3s.cattle.io/enablelb=true` where there is one
   */
  readonly pool?: string;
}

/** ServiceLB, the load balancer that k3s brings. */
export function k3sServiceLb(options: K3sServiceLbOptions): ProviderDefinition {
  return {
    traits: {
      name: 'k3s-servicelb',
      title: 'k3s ServiceLB',
      kind: LoadBalancerKind.PASSTHROUGH,
      idleTimeout: NO_IDLE_TIMEOUT,
      proxyProtocol: ProxyProtocolSupport.NONE,
      // Under Local only nodes with a ready pod are named in the Service's status.
      localHealthCheck: LocalHealthCheck.AUTOMATIC,
      localPreferred: true,
      sourceRanges: sourceRangesOf('k3s-servicelb'),
      source: 'https://docs.k3s.io/networking/networking-services#service-load-balancer',
    },
    check: (_request, errors) => {
      errors.member('provider.exposure', options.exposure, LoadBalancerExposure);
      checkWord(errors, 'provider.pool', options.pool, 'label value', /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/);
    },
    service: () => ({
      annotations: {},
      labels: defined({ 'svccontroller.k3s.cattle.io/lbpool': options.pool }),
      exposure: onPremisesExposure(options),
      idleTimeout: 'none',
      localHealthCheck: LocalHealthCheck.AUTOMATIC,
    }),
  };
}
