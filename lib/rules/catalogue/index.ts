import { annotationRules } from './annotation';
import { autoscalingRules } from './autoscaling';
import { capacityRules } from './capacity';
import { disruptionRules } from './disruption';
import { idleTimeoutRules } from './idle-timeout';
import { keepaliveRules } from './keepalive';
import { objectRules } from './object';
import { placementRules } from './placement';
import { podSecurityRules } from './pod-security';
import { probeRules } from './probe';
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

/** Every rule, in the order in which docs/rules.md and the findings show them. */
export const catalogue: readonly Rule[] = [
  ...keepaliveRules,
  ...idleTimeoutRules,
  ...sysctlRules,
  ...storageRules,
  ...sessionRules,
  ...trafficRules,
  ...capacityRules,
  ...serviceRules,
  ...securityRules,
  ...secretRules,
  ...placementRules,
  ...shutdownRules,
  ...disruptionRules,
  ...autoscalingRules,
  ...workloadRules,
  ...probeRules,
  ...podSecurityRules,
  ...annotationRules,
  ...objectRules,
];
