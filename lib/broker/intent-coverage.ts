import type { MqttCoverage } from './mqtt-coverage';
import type { ClusterIntent } from '../workload/cluster-intent';

/** Parts of the intent that say what the cluster is called and what it is written for: there is nothing in them that a broker could fail to do. */
type Identity = 'profileName' | 'kubernetesVersion' | 'name' | 'selectorLabels' | 'labels';

/** A statement for every other part: a new one does not compile until each broker says what it does with it. */
export type IntentCoverage = { readonly [setting in Exclude<keyof ClusterIntent, Identity>]-?: Omit<MqttCoverage, 'setting'> };

export function coverageTable(coverage: IntentCoverage): MqttCoverage[] {
  return Object.entries(coverage).map(([setting, statement]) => ({ setting, ...statement }));
}
