import type { Fields } from './fields';
import { selects } from './label-selector';
import type { ManifestObject } from './manifest-object';

/** Pods on one side of a connection. */
export interface Pods {
  readonly namespace: string;
  readonly labels: Record<string, string>;
}

/** Whether a policy that selects these pods restricts what they connect to. */
export function restrictsEgress(policy: ManifestObject): boolean {
  return policy.spec.at('policyTypes').texts.includes('Egress') || (!policy.spec.at('policyTypes').exists && policy.spec.at('egress').exists);
}

/** Whether a policy lets its pods connect to a TCP port of others. */
export function opensEgress(policy: ManifestObject, port: number, to: Pods): boolean {
  return policy.spec.at('egress').items.some((rule) => isPort(rule, port) && isPeer(rule.at('to').items, policy.namespace, to));
}

/** Whether a policy lets others connect to a TCP port of its pods. */
export function opensIngress(policy: ManifestObject, port: number, from: Pods): boolean {
  return policy.spec.at('ingress').items.some((rule) => isPort(rule, port) && isPeer(rule.at('from').items, policy.namespace, from));
}

/**
 * Whether a policy may let its pods ask a resolver. Which port and which peers that takes depends on the Kubernetes cluster: any rule counts that opens a port over UDP, or all ports to
 * peers that may be a resolver's.
 */
export function mayOpenDns(policy: ManifestObject): boolean {
  return policy.spec.at('egress').items.some((rule) => {
    const ports = rule.at('ports').items;
    const peers = rule.at('to').items;
    const isBeyondNamespace = peers.length === 0 || peers.some((peer) => peer.at('ipBlock').exists || peer.at('namespaceSelector').exists);
    return ports.length === 0 ? isBeyondNamespace : ports.some((port) => port.at('protocol').text === 'UDP');
  });
}

/** A port by its name is one of the pods' that are selected; whether it is this one is not seen here. */
function isPort(rule: Fields, port: number): boolean {
  const ports = rule.at('ports').items;
  return ports.length === 0 || ports.some((candidate) => {
    const first = candidate.at('port');
    return (candidate.at('protocol').text ?? 'TCP') === 'TCP'
      && (first.number === undefined || (first.number <= port && port <= (candidate.at('endPort').number ?? first.number)));
  });
}

/** No peers are all; the addresses of pods are not known before they run, so that a block may have them. */
function isPeer(peers: Fields[], namespace: string, pods: Pods): boolean {
  return peers.length === 0 || peers.some((peer) => {
    if (peer.at('ipBlock').exists) return true;
    const inNamespace = peer.at('namespaceSelector').exists
      ? selects(peer.at('namespaceSelector'), { 'kubernetes.io/metadata.name': pods.namespace })
      : pods.namespace === namespace;
    return inNamespace && (!peer.at('podSelector').exists || selects(peer.at('podSelector'), pods.labels));
  });
}
