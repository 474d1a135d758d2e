import { Severity } from '../finding';
import { Declared } from '../model/declared';
import { type Rule, workloadRule } from '../rule';

export const sessionRules: readonly Rule[] = [
  workloadRule({
    id: 'MQTT-SESSION-001',
    severity: Severity.ERROR,
    title: 'Brokers that share clients share sessions',
    why: 'With an embedded store each pod has subscriptions, sessions and retained messages of its own: several replicas are several separate brokers behind one address. A message that is published to one never reaches the subscribers of another, and a client that reconnects elsewhere finds no session.',
    source: 'MQTT 3.1.1 §3.1.2.4',
    remedy: 'Run one replica; or a broker or session store that is replicated; or acknowledge this rule where separate brokers are meant.',
    example: `metadata:
  annotations:
    cdk8s-mqtt/session-store: embedded
spec:
  replicas: 1`,
  }, (broker) => broker.sessionStore !== 'embedded' || broker.maximumReplicas <= 1 ? [] : [{
    found: `${Declared.sessionStore.key in broker.object.annotations ? `metadata.annotations '${Declared.sessionStore.key}: embedded'` : `no cluster in ${broker.configured?.place}`}, with ${broker.replicasFound}`,
    breaks: 'The pods are separate brokers: messages do not pass between their clients, and sessions do not move with a client.',
  }]),
];
