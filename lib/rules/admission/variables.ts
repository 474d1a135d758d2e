import type { AdmissionVariable } from './admission-check';
import { selects, text } from './cel';
import { HOSTNAME } from '../model/pod-template';

/** A term of anti-affinity that keeps the pods of a workload on different nodes. */
const SELECTING_TERM = `t.topologyKey == ${text(HOSTNAME)} && size(t.?mismatchLabelKeys.orValue([])) == 0 && ${selects('t', 'labelSelector', 'variables.podLabels')}`
  + ' && (size(t.?namespaces.orValue([])) == 0 && !has(t.namespaceSelector) || object.metadata.namespace in t.?namespaces.orValue([])'
  + ` || ${selects('t', 'namespaceSelector', "{'kubernetes.io/metadata.name': object.metadata.namespace}")})`;

/** The annotations of any object. */
export const ANNOTATIONS = { annotations: 'object.metadata.?annotations.orValue({})' };

/** The annotations that a workload has, and those that it had before a change. */
export const WORKLOAD_ANNOTATIONS = {
  ...ANNOTATIONS,
  annotationsBefore: "request.operation == 'UPDATE' ? oldObject.metadata.?annotations.orValue({}) : {}",
};

/** The pods of a StatefulSet. */
export const PODS = {
  replicas: 'object.spec.?replicas.orValue(1)',
  pod: 'object.spec.template.spec',
  podLabels: 'object.spec.template.metadata.?labels.orValue({})',
  podAnnotations: 'object.spec.template.metadata.?annotations.orValue({})',
  main: 'variables.pod.containers[0]',
  containers: 'variables.pod.?initContainers.orValue([]) + variables.pod.containers',
  antiAffinity: `variables.pod.?affinity.?podAntiAffinity.?requiredDuringSchedulingIgnoredDuringExecution.orValue([]).exists(t, ${SELECTING_TERM})`,
};

/** Variables by their names, in the order in which they build on each other. */
export function variables(expressions: Readonly<Record<string, string>>): AdmissionVariable[] {
  return Object.entries(expressions).map(([name, expression]) => ({ name, expression }));
}

/** The longest sleep of the preStop hooks in a list, in seconds: `sleep 15` as a command, or in one of a shell, or the action `sleep`. */
export function preStopSeconds(preStops: string): string {
  return `([0] + ${preStops}.map(p, p.?exec.?command.orValue([]).join(' ').find('(^|[ ;&/])sleep[ ;&]+[0-9]+').find('[0-9]+')).filter(s, s != '').map(s, int(s))`
    + ` + ${preStops}.map(p, p.?sleep.?seconds.orValue(0))).max()`;
}
