import type { AdmissionCheck } from './admission-check';
import { MINIMUM_GIBIBYTES } from '../catalogue/storage';

const RETENTION = 'object.spec.?persistentVolumeClaimRetentionPolicy';
const SIZE = "c.spec.?resources.?requests[?'storage'].orValue('0')";
const tooSmall = (gibibytes: number) => `variables.dataClaims.exists(c, quantity(string(${SIZE})).isLessThan(quantity('${gibibytes}Gi')))`;

export const storageChecks: readonly AdmissionCheck[] = [
  {
    rule: 'MQTT-STORAGE-001',
    breaks: `variables.production && ${tooSmall(MINIMUM_GIBIBYTES.production)} || variables.development && ${tooSmall(MINIMUM_GIBIBYTES.development)}`,
    found: `'storage of the data volume: ' + variables.dataClaims.map(c, string(${SIZE})).join(', ')`,
  },
  {
    rule: 'MQTT-STORAGE-002',
    breaks: 'variables.production && variables.dataVolumes.exists(v, has(v.emptyDir) || has(v.ephemeral))',
    found: "'an emptyDir or ephemeral volume at ' + variables.dataDirectory",
  },
  {
    rule: 'MQTT-STORAGE-003',
    breaks: `variables.production && (${RETENTION}.?whenDeleted.orValue('') == 'Delete' || ${RETENTION}.?whenScaled.orValue('') == 'Delete')`,
    found: "'spec.persistentVolumeClaimRetentionPolicy: Delete'",
  },
  {
    rule: 'MQTT-STORAGE-004',
    breaks: "variables.dataClaims.exists(c, !c.spec.?accessModes.orValue([]).all(m, m in ['ReadWriteOnce', 'ReadWriteOncePod']))",
    found: "'accessModes of the data volume: ' + variables.dataClaims.map(c, c.spec.?accessModes.orValue([]).join(', ')).join(', ')",
  },
  {
    rule: 'MQTT-STORAGE-005',
    breaks: "variables.dataDirectory != '' && size(variables.coveringMounts) == 0",
    found: "'no volume is mounted at ' + variables.dataDirectory",
  },
  {
    rule: 'MQTT-STORAGE-006',
    breaks: 'variables.replicas > 1 && variables.dataVolumes.exists(v, has(v.persistentVolumeClaim))',
    found: "'one claim for the data of all pods, with spec.replicas: ' + string(variables.replicas)",
    countsReplicas: true,
  },
  {
    rule: 'MQTT-STORAGE-007',
    breaks: 'variables.dataVolumes.exists(v, has(v.emptyDir) && !has(v.emptyDir.sizeLimit))',
    found: "'an emptyDir without sizeLimit at ' + variables.dataDirectory",
  },
  {
    rule: 'MQTT-STORAGE-008',
    breaks: 'variables.dataVolumes.exists(v, has(v.hostPath))',
    found: "'a hostPath at ' + variables.dataDirectory",
  },
];
