import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { renderManifest } from '../manifest/render-manifest';
import type { MqttNetworkAccess } from '../security/mqtt-network-access';
import { MqttNetworkPeer } from '../security/mqtt-network-peer';
import type { ClusterIntent } from '../workload/cluster-intent';
import { CLUSTER_DNS, peerFields, tcp } from '../workload/network-policy-fields';

/** Everything is closed but the listeners, and the port of probes and metrics. Brokers call nobody but their message log, and only where they have one. */
export function renderNetworkPolicy(
  scope: Construct, name: string, intent: ClusterIntent, access: MqttNetworkAccess, ports: { readonly port: number }[],
): ApiObject {
  return renderManifest(scope, 'NetworkPolicy', {
    gvk: k8s.KubeNetworkPolicy.GVK,
    name,
    labels: intent.labels,
    fields: {
      spec: () => k8s.KubeNetworkPolicy.manifest({
        spec: {
          podSelector: { matchLabels: intent.selectorLabels },
          policyTypes: ['Ingress', 'Egress'],
          ingress: ingressRules(intent, access, ports),
          egress: egressRules(intent, access),
        },
      }).spec,
    },
  });
}

/** One rule for all the ports that the same peers may reach. */
function ingressRules({ listeners, proxyPorts }: ClusterIntent, access: MqttNetworkAccess, ports: { readonly port: number }[]): k8s.NetworkPolicyIngressRule[] {
  const portsOf = new Map<MqttNetworkPeer[] | undefined, number[]>();
  const open = (peers: MqttNetworkPeer[] | undefined, port: number) => portsOf.set(peers, [...portsOf.get(peers) ?? [], port]);
  for (const { name, port } of listeners) open(access.listenerClients?.[name] ?? access.clients, port);
  for (const { port, sources } of proxyPorts) open(sources?.map((block) => MqttNetworkPeer.cidr(block)), port);
  for (const { port } of ports) open(access.metricsReaders, port);
  return [...portsOf].map(([peers, numbers]) => ({ from: peers?.map(peerFields), ports: numbers.map(tcp) }));
}

/** Without rules the field is left out, and the policy type alone denies: the API server drops an empty list, and GitOps would see a difference for ever. */
function egressRules({ replication }: ClusterIntent, { egress = [] }: MqttNetworkAccess): k8s.NetworkPolicyEgressRule[] | undefined {
  const toLog = replication ? [{ peers: replication.peers, ports: replication.ports }] : [];
  const rules = [...toLog, ...egress].map(({ peers, ports }) => ({ to: peers?.map(peerFields), ports: ports.map(tcp) }));
  return rules.length === 0 ? undefined : [...rules, CLUSTER_DNS];
}
