import { Duration } from 'cdk8s';
import type { MqttClusterSettings } from './mqtt-cluster-settings';
import type { ArgumentErrors } from '../manifest/arguments';
import { type MqttDisruptionBudget, MqttUnhealthyPodEviction } from '../workload/mqtt-disruption-budget';

/** What cannot work about how pods are stopped, replaced and evicted. */
export function checkLifecycle(errors: ArgumentErrors, settings: MqttClusterSettings): void {
  errors.wholeNumber('connectionsPerPod', settings.connectionsPerPod, { min: 1 }, 'the grace period is computed from it');
  errors.wholeNumber('drainConnectionsPerSecond', settings.drainConnectionsPerSecond, { min: 1 }, 'a drain at that rate would never end');
  errors.duration(
    'shutdownDelay', settings.shutdownDelay, { min: Duration.seconds(0), max: Duration.hours(1) }, 'the pod serves on for that long before it drains',
  );
  errors.duration('terminationGracePeriod', settings.terminationGracePeriod, { min: Duration.seconds(1) }, 'Kubernetes counts it in seconds, and 0 kills at once');
  errors.duration('minReadyTime', settings.minReadyTime, { min: Duration.seconds(0) }, 'Kubernetes counts it in seconds');
  errors.wholeNumber('rollingUpdatePartition', settings.rollingUpdatePartition, { min: 0 }, 'it is the ordinal of the first pod that a change reaches');
  errors.wholeNumber('revisionHistoryLimit', settings.revisionHistoryLimit, { min: 0 }, 'it is a number of versions');
  errors.boolean('nodeConsolidation', settings.nodeConsolidation);
  checkDisruptionBudget(errors, settings.disruptionBudget);
}

function checkDisruptionBudget(errors: ArgumentErrors, budget: MqttDisruptionBudget | undefined): void {
  if (!errors.like('disruptionBudget', budget, ['unhealthyPodEviction'], 'MqttDisruptionBudget.maxUnavailablePods(1)')) return;
  const why = '0 would block every drain of a node for ever; to have no budget, write MqttDisruptionBudget.none()';
  errors.wholeNumber('disruptionBudget pods', budget.pods, { min: 1 }, why);
  errors.wholeNumber('disruptionBudget percent', budget.percent, { min: 1, max: 100 }, why);
  errors.member('disruptionBudget unhealthyPodEviction', budget.unhealthyPodEviction, MqttUnhealthyPodEviction);
}
