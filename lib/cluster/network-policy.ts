import { ApiObject } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import type { MqttAuthentication } from '../security/mqtt-authentication';
import { MqttDnsAccess } from '../security/mqtt-dns-access';
import type { MqttNetworkAccess, MqttNetworkEgress } from '../security/mqtt-network-access';
import { MqttNetworkPeer } from '../security/mqtt-network-peer';
import type { ClusterIntent } from '../workload/cluster-intent';
import { renderPodNetworkPolicy } from '../workload/network-policy';
import { dnsRules, peerFields, tcp, udp } from '../workload/network-policy-fields';

/** Everything is closed but the listeners, and the port of probes and metrics. Brokers call their message log and whoever publishes the keys of tokens, and nobody else. */
export function renderNetworkPolicy(
  scope: Construct, name: string, intent: ClusterIntent, access: MqttNetworkAccess, ports: { readonly port: number }[],
): ApiObject {
  return renderPodNetworkPolicy(scope, name, intent, () => ({ ingress: ingressRules(intent, access, ports), egress: egressRules(intent, access) }));
}

/** One rule for all the ports that the same peers may reach. */
function ingressRules(
  { listeners, proxyPorts }: ClusterIntent, access: MqttNetworkAccess, ports: { readonly port: number }[],
): k8s.NetworkPolicyIngressRule[] {
  const portsOf = new Map<MqttNetworkPeer[] | undefined, number[]>();
  const open = (peers: MqttNetworkPeer[] | undefined, port: number) => portsOf.set(peers, [...portsOf.get(peers) ?? [], port]);
  for (const { name, port } of listeners) open(access.listenerClients?.[name] ?? access.clients, port);
  for (const { port, sources } of proxyPorts) open(sources?.map((block) => MqttNetworkPeer.cidr(block)), port);
  for (const { port } of ports) open(access.metricsReaders, port);
  return [...portsOf].map(([peers, numbers]) => ({ from: peers?.map(peerFields), ports: numbers.map(tcp) }));
}

/** Without rules the field is left out, and the policy type alone denies: the API server drops an empty list, and GitOps would see a difference for ever. */
function egressRules(
  { replication, authentication }: ClusterIntent, { egress = [], dns = MqttDnsAccess.anyResolver() }: MqttNetworkAccess,
): k8s.NetworkPolicyEgressRule[] | undefined {
  const toLog = replication ? [{ peers: replication.peers, ports: replication.ports }] : [];
  const rules = [...toLog, ...toTokenKeys(authentication), ...egress].map(({ peers, ports = [], udpPorts = [] }: Egress) => (
    { to: peers?.map(peerFields), ports: [...ports.map(tcp), ...udpPorts.map(udp)] }
  ));
  // Whoever connects to nobody needs no names.
  return rules.length === 0 ? undefined : [...rules, ...dnsRules(dns)];
}

/** Connections of the brokers; no peers: to any address. */
type Egress = Partial<MqttNetworkEgress>;

/** A policy cannot name hosts. What is on the loopback address needs no opening. */
function toTokenKeys({ _methods: { jwt } }: MqttAuthentication): Egress[] {
  const url = jwt?.keys.url === undefined ? undefined : new URL(jwt.keys.url);
  return url?.protocol === 'https:' ? [{ peers: jwt!.keys._options.peers, ports: [Number(url.port || 443)] }] : [];
}
