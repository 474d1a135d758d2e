import { LoadBalancerProvider } from '../load-balancer-provider';
import type { LoadBalancerTraits } from '../load-balancer-traits';

/** Their traits without options: where an idle timeout is written, and what it can be set to. */
const factories = [
  LoadBalancerProvider.awsNlb,
  LoadBalancerProvider.eksAutoMode,
  LoadBalancerProvider.azure,
  LoadBalancerProvider.gkeExternal,
  LoadBalancerProvider.gkeInternal,
  LoadBalancerProvider.digitalOcean,
  LoadBalancerProvider.hetzner,
  LoadBalancerProvider.ociLoadBalancer,
  LoadBalancerProvider.ociNetworkLoadBalancer,
  LoadBalancerProvider.linode,
  LoadBalancerProvider.scaleway,
  LoadBalancerProvider.octavia,
  LoadBalancerProvider.ovh,
  LoadBalancerProvider.ibmVpcAlb,
  LoadBalancerProvider.ibmVpcNlb,
  LoadBalancerProvider.metalLb,
  LoadBalancerProvider.cilium,
  LoadBalancerProvider.kubeVip,
  LoadBalancerProvider.k3sServiceLb,
];

/** What is known of a provider by the value of the annotation `cdk8s-mqtt/load-balancer-provider`. */
export function traitsOf(provider: string): LoadBalancerTraits | undefined {
  return factories.map((factory) => factory().traits).find(({ name }) => name === provider);
}
