import { Duration, Size } from 'cdk8s';
import { KubernetesVersion, MqttClusterProps, MqttDisruptionBudget, MqttStorage } from '../../lib';
import { complaints } from '../support/complaints';

const BUDGET = '0 would block every drain of a node for ever; to have no budget, write MqttDisruptionBudget.none()';

test.each<[string, MqttClusterProps | Record<string, unknown>, string[]]>([
  ['a time as a number', { minReadyTime: 30 }, ['minReadyTime is 30, but must be a Duration, for example Duration.seconds(0)']],
  ['half a second', { minReadyTime: Duration.millis(500) }, ['minReadyTime is 0.5 s, but can only be expressed in whole seconds: Kubernetes counts it in seconds']],
  ['a negative partition', { rollingUpdatePartition: -1 }, ['rollingUpdatePartition is -1, but must be a whole number of at least 0: it is the ordinal of the first pod that a change reaches']],
  ['half a version', { revisionHistoryLimit: 1.5 }, ['revisionHistoryLimit is 1.5, but must be a whole number of at least 0: it is a number of versions']],
  ['text for a boolean', { nodeConsolidation: 'no' }, ["nodeConsolidation is 'no', but must be true or false"]],
  ['a budget as a boolean', { disruptionBudget: false }, ['disruptionBudget is false, but must be made like this: MqttDisruptionBudget.maxUnavailablePods(1)']],
  ['a budget of nothing', { disruptionBudget: MqttDisruptionBudget.maxUnavailablePods(0) }, [`disruptionBudget pods is 0, but must be a whole number of at least 1: ${BUDGET}`]],
  ['more than all', { disruptionBudget: MqttDisruptionBudget.maxUnavailablePercent(101) }, [`disruptionBudget percent is 101, but must be a whole number from 1 to 100: ${BUDGET}`]],
  ['an unknown policy', { disruptionBudget: MqttDisruptionBudget.maxUnavailablePods(1, { unhealthyPodEviction: 'Never' as any }) }, [
    "disruptionBudget unhealthyPodEviction is 'Never', but must be one of ALWAYS_ALLOW, IF_HEALTHY_BUDGET",
  ]],
  ['an unknown access mode', { storage: MqttStorage.persistentVolume({ accessMode: 'ReadWriteMany' as any }) }, ["storage accessMode is 'ReadWriteMany', but must be one of READ_WRITE_ONCE, READ_WRITE_ONCE_POD"]],
  ['an attributes class on Kubernetes that does not know it', { storage: MqttStorage.persistentVolume({ volumeAttributesClassName: 'Fast' }), kubernetesVersion: KubernetesVersion.V1_33 }, [
    expect.stringContaining("storage volumeAttributesClassName is 'Fast', but must be lower-case"),
    'storage volumeAttributesClassName needs a field of claims that is known since Kubernetes 1.34, but the target is 1.33: '
    + 'the API server would drop the field, and the volumes would have the IOPS of their StorageClass. Write a storageClassName with those IOPS, or raise kubernetesVersion',
  ]],
  ['hardly any room for logs', { resources: { ephemeralStorageRequest: Size.kibibytes(1), ephemeralStorageLimit: Size.kibibytes(2) } }, [
    'resources ephemeralStorageRequest is 1Ki, but must be at least 1Mi: logs alone take that much',
    'resources ephemeralStorageLimit is 2Ki, but must be at least 1Mi: the pod would be evicted for its first logs',
  ]],
  ['more room for logs than the limit', { resources: { ephemeralStorageRequest: Size.gibibytes(2), ephemeralStorageLimit: Size.gibibytes(1) } }, [
    'resources ephemeralStorageRequest is 2Gi, above ephemeralStorageLimit 1Gi: the API server refuses that',
  ]],
])('%s', (_, props, expected) => {
  expect(complaints(props)).toEqual(expected);
});
