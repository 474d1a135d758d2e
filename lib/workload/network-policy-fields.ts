import { k8s } from 'cdk8s-plus-27';
import type { MqttNetworkPeer } from '../security/mqtt-network-peer';

/** CoreDNS and kube-dns alike: https://kubernetes.io/docs/tasks/administer-cluster/dns-custom-nameservers/ */
export const CLUSTER_DNS: k8s.NetworkPolicyEgressRule = {
  to: [{
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
    podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
  }],
  ports: ['UDP', 'TCP'].map((protocol) => ({ port: k8s.IntOrString.fromNumber(53), protocol })),
};

export function tcp(port: number): k8s.NetworkPolicyPort {
  return { port: k8s.IntOrString.fromNumber(port), protocol: 'TCP' };
}

export function peerFields({ namespaceLabels, podLabels, block }: MqttNetworkPeer): k8s.NetworkPolicyPeer {
  return {
    namespaceSelector: namespaceLabels && { matchLabels: namespaceLabels },
    podSelector: podLabels && { matchLabels: podLabels },
    ipBlock: block === undefined ? undefined : { cidr: block },
  };
}
