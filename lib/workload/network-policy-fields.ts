import { k8s } from 'cdk8s-plus-27';
import type { MqttDnsAccess } from '../security/mqtt-dns-access';
import type { MqttNetworkPeer } from '../security/mqtt-network-peer';

/** Answers that are too long for UDP are asked for again over TCP (RFC 7766). */
export function dnsRules({ _openings }: MqttDnsAccess): k8s.NetworkPolicyEgressRule[] {
  return _openings.map(({ peers, ports }) => ({ to: peers?.map(peerFields), ports: [...ports.map(udp), ...ports.map(tcp)] }));
}

export function tcp(port: number): k8s.NetworkPolicyPort {
  return { port: k8s.IntOrString.fromNumber(port), protocol: 'TCP' };
}

export function udp(port: number): k8s.NetworkPolicyPort {
  return { port: k8s.IntOrString.fromNumber(port), protocol: 'UDP' };
}

export function peerFields({ namespaceLabels, podLabels, block }: MqttNetworkPeer): k8s.NetworkPolicyPeer {
  return {
    namespaceSelector: namespaceLabels && { matchLabels: namespaceLabels },
    podSelector: podLabels && { matchLabels: podLabels },
    ipBlock: block === undefined ? undefined : { cidr: block },
  };
}
