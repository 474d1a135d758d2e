import { annotationCases } from './annotation';
import { autoscalingCases } from './autoscaling';
import { capacityCases } from './capacity';
import { configurationCases } from './configuration';
import { disruptionCases } from './disruption';
import { dnsCases } from './dns';
import { idleTimeoutCases } from './idle-timeout';
import { ingressCases } from './ingress';
import { keepaliveCases } from './keepalive';
import { meshCases } from './mesh';
import { messageLogCases } from './message-log';
import { monitoringCases } from './monitoring';
import { objectCases } from './object';
import { operatorCases } from './operators';
import { placementCases } from './placement';
import { podSecurityCases } from './pod-security';
import { probeCases } from './probe';
import { proxyProtocolCases } from './proxy-protocol';
import type { RuleCases } from './rule-case';
import { secretCases } from './secret';
import { securityCases } from './security';
import { serviceCases } from './service';
import { sessionCases } from './session';
import { shutdownCases } from './shutdown';
import { storageCases } from './storage';
import { sysctlCases } from './sysctl';
import { trafficCases } from './traffic';
import { workloadCases } from './workload';

/** For every rule of the catalogue, manifests that break it and manifests that satisfy it. */
export const ruleCases: readonly RuleCases[] = [
  ...keepaliveCases,
  ...idleTimeoutCases,
  ...sysctlCases,
  ...storageCases,
  ...sessionCases,
  ...messageLogCases,
  ...trafficCases,
  ...capacityCases,
  ...serviceCases,
  ...proxyProtocolCases,
  ...ingressCases,
  ...meshCases,
  ...dnsCases,
  ...securityCases,
  ...secretCases,
  ...placementCases,
  ...shutdownCases,
  ...disruptionCases,
  ...autoscalingCases,
  ...monitoringCases,
  ...workloadCases,
  ...probeCases,
  ...podSecurityCases,
  ...operatorCases,
  ...configurationCases,
  ...annotationCases,
  ...objectCases,
];
