import type { ContainerPort } from './container';
import type { Fields } from './fields';
import type { ManifestObject } from './manifest-object';

/** Without policyTypes, a policy is about ingress. */
export function restrictsIngress(policy: ManifestObject): boolean {
  const types = policy.spec.at('policyTypes');
  return !types.exists || types.texts.includes('Ingress');
}

/** Whether a policy lets anybody through to a port. */
export function opens(policy: ManifestObject, target: ContainerPort): boolean {
  return rulesThatOpen(policy, target).length > 0;
}

/** Whether a policy lets everybody through to a port: a rule without `from` is for all. */
export function opensToEverybody(policy: ManifestObject, target: ContainerPort): boolean {
  return rulesThatOpen(policy, target).some((rule) => rule.at('from').items.length === 0);
}

function rulesThatOpen(policy: ManifestObject, target: ContainerPort): Fields[] {
  return policy.spec.at('ingress').items.filter((rule) => {
    const ports = rule.at('ports').items;
    return ports.length === 0 || ports.some((port) => (port.at('protocol').text ?? 'TCP') === target.protocol && covers(port, target));
  });
}

function covers(port: Fields, target: ContainerPort): boolean {
  const first = port.at('port');
  if (!first.exists) return true;
  const last = port.at('endPort').number ?? first.number;
  return first.text !== undefined ? first.text === target.name : first.number! <= target.port && target.port <= last!;
}
