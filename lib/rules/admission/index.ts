import type { AdmissionSubject } from './admission-check';
import { configMap, podDisruptionBudget } from './others';
import { service } from './service';
import { statefulSet } from './stateful-set';

export { acknowledged } from './stateful-set';
export type { AdmissionCheck, AdmissionSubject } from './admission-check';

/** What the API server checks by itself, by the resource that a request is about. */
export const admissionSubjects: readonly AdmissionSubject[] = [statefulSet, service, podDisruptionBudget, configMap];
