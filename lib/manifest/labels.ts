/** Label keys. The selector is `name` + `instance` and nothing else: a StatefulSet's selector is immutable. */
export const Labels = {
  NAME: 'app.kubernetes.io/name',
  INSTANCE: 'app.kubernetes.io/instance',
  COMPONENT: 'app.kubernetes.io/component',
  PART_OF: 'app.kubernetes.io/part-of',
  MANAGED_BY: 'app.kubernetes.io/managed-by',
} as const;

/** `app.kubernetes.io/part-of` on everything of this library: how pods of other MQTT clusters are recognised. */
export const PART_OF = 'mqtt';
export const MANAGED_BY = 'cdk8s-mqtt';

/** Labels of a workload and of what belongs to it. What users add replaces none of the library's own. */
export function workloadLabels(
  component: string, selectorLabels: { [key: string]: string }, added?: { [key: string]: string },
): { [key: string]: string } {
  return { ...added, ...selectorLabels, [Labels.COMPONENT]: component, [Labels.PART_OF]: PART_OF, [Labels.MANAGED_BY]: MANAGED_BY };
}
