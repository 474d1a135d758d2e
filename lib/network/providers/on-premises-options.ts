import { checkIpAddresses } from './option-checks';
import type { ArgumentErrors } from '../../manifest/arguments';
import { IdleTimeoutKind, LoadBalancerExposure, type LoadBalancerIdleTimeout } from '../load-balancer-traits';

/** Options of a load balancer that the cluster itself provides. */
export interface OnPremisesOptions {
  /**
   * Who can reach its addresses. A Service does not show it, and the rules ask.
   * @default LoadBalancerExposure.INTERNET (the safe assumption)
   */
  readonly exposure?: LoadBalancerExposure;

  /**
   * IP addresses to take, one for each IP family.
   * @default - any free address
   */
  readonly addresses?: string[];
}

/** There is no box in between that forgets connections; what remains is the connection tracking of the nodes. */
export const NO_IDLE_TIMEOUT: LoadBalancerIdleTimeout = {
  kind: IdleTimeoutKind.NONE,
  settable: false,
  source: 'https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/ (the nodes\' connection tracking forgets an idle connection after 24 hours by default)',
};

export function onPremisesExposure(options: { exposure?: LoadBalancerExposure }): LoadBalancerExposure {
  return options.exposure ?? LoadBalancerExposure.INTERNET;
}

export function checkOnPremises(options: OnPremisesOptions, errors: ArgumentErrors): void {
  errors.member('provider.exposure', options.exposure, LoadBalancerExposure);
  checkIpAddresses(errors, 'provider.addresses', options.addresses);
}
