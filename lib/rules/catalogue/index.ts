import { annotationRules } from './annotation';
import { autoscalingRules } from './autoscaling';
import { capacityRules } from './capacity';
import { configurationRules } from './configuration';
import { disruptionRules } from './disruption';
import { dnsRules } from './dns';
import { idleTimeoutRules } from './idle-timeout';
import { ingressRules } from './ingress';
import { keepaliveRules } from './keepalive';
import { meshRules } from './mesh';
import { messageLogRules } from './message-log';
import { monitoringRules } from './monitoring';
import { objectRules } from './object';
import { operatorRules } from './operators';
import { placementRules } from './placement';
import { podSecurityRules } from './pod-security';
import { probeRules } from './probe';
import { proxyProtocolRules } from './proxy-protocol';
import { secretRules } from './secret';
import { securityRules } from './security';
import { serviceRules } from './service';
import { sessionRules } from './session';
import { shutdownRules } from './shutdown';
import { storageRules } from './storage';
import { sysctlRules } from './sysctl';
import { trafficRules } from './traffic';
import { workloadRules } from './workload';
import type { Rule } from '../rule';

/** Rules about one thing. */
export interface Topic {
  readonly title: string;
  readonly rules: readonly Rule[];
}

/** Every topic, in the order in which docs/rules.md and the findings show them. */
export const topics: readonly Topic[] = [
  { title: 'Keepalive', rules: keepaliveRules },
  { title: 'Idle timeouts of providers', rules: idleTimeoutRules },
  { title: 'Sysctls', rules: sysctlRules },
  { title: 'Storage', rules: storageRules },
  { title: 'Sessions', rules: sessionRules },
  { title: 'Message log', rules: messageLogRules },
  { title: 'Traffic policy', rules: trafficRules },
  { title: 'Capacity', rules: capacityRules },
  { title: 'Services', rules: serviceRules },
  { title: 'PROXY protocol', rules: proxyProtocolRules },
  { title: 'Ingress', rules: ingressRules },
  { title: 'Service mesh', rules: meshRules },
  { title: 'Names in DNS', rules: dnsRules },
  { title: 'Security', rules: securityRules },
  { title: 'Secrets', rules: secretRules },
  { title: 'Placement', rules: placementRules },
  { title: 'Shutdown', rules: shutdownRules },
  { title: 'Disruption', rules: disruptionRules },
  { title: 'Autoscaling', rules: autoscalingRules },
  { title: 'Monitoring', rules: monitoringRules },
  { title: 'Workload', rules: workloadRules },
  { title: 'Probes', rules: probeRules },
  { title: 'Pod security', rules: podSecurityRules },
  { title: 'Operators', rules: operatorRules },
  { title: 'Configuration of the broker', rules: configurationRules },
  { title: 'Declarations', rules: annotationRules },
  { title: 'Objects', rules: objectRules },
];

export const catalogue: readonly Rule[] = topics.flatMap(({ rules }) => rules);
