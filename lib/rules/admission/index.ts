import type { AdmissionSubject } from './admission-check';
import { annotation } from './cel';
import { messageLog } from './message-log';
import { emqx, hivemqPlatform } from './operators';
import { configMap, podDisruptionBudget, scaledObject } from './others';
import { service } from './service';
import { statefulSet } from './stateful-set';
import { ACKNOWLEDGE_PREFIX } from '../../manifest/annotations';

export type { AdmissionCheck, AdmissionSubject } from './admission-check';

/** What the API server checks by itself, by what a request is about. */
export const admissionSubjects: readonly AdmissionSubject[] = [
  statefulSet, messageLog, service, podDisruptionBudget, scaledObject, configMap, emqx, hivemqPlatform,
];

/** Whether somebody accepted what a rule finds about the object that `variables.annotations` is of. */
export function acknowledged(ruleId: string): string {
  return `${annotation(ACKNOWLEDGE_PREFIX + ruleId)}.trim() != ''`;
}
