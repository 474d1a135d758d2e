import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import { LoadBalancerExposure, LoadBalancerKind } from '../../../lib/network/load-balancer-traits';

/** Every provider by the name of its factory, as it is without options. */
export const providers: [string, LoadBalancerProvider][] = [
  ['awsNlb', LoadBalancerProvider.awsNlb()],
  ['eksAutoMode', LoadBalancerProvider.eksAutoMode()],
  ['azure', LoadBalancerProvider.azure()],
  ['gkeExternal', LoadBalancerProvider.gkeExternal()],
  ['gkeInternal', LoadBalancerProvider.gkeInternal()],
  ['digitalOcean', LoadBalancerProvider.digitalOcean()],
  ['hetzner', LoadBalancerProvider.hetzner()],
  ['ociLoadBalancer', LoadBalancerProvider.ociLoadBalancer()],
  ['ociNetworkLoadBalancer', LoadBalancerProvider.ociNetworkLoadBalancer()],
  ['linode', LoadBalancerProvider.linode()],
  ['scaleway', LoadBalancerProvider.scaleway()],
  ['octavia', LoadBalancerProvider.octavia()],
  ['ovh', LoadBalancerProvider.ovh()],
  ['ibmVpcAlb', LoadBalancerProvider.ibmVpcAlb()],
  ['ibmVpcNlb', LoadBalancerProvider.ibmVpcNlb()],
  ['metalLb', LoadBalancerProvider.metalLb()],
  ['cilium', LoadBalancerProvider.cilium()],
  ['kubeVip', LoadBalancerProvider.kubeVip()],
  ['k3sServiceLb', LoadBalancerProvider.k3sServiceLb()],
  ['custom', LoadBalancerProvider.custom({ kind: LoadBalancerKind.PROXY, exposure: LoadBalancerExposure.INTERNET })],
];
