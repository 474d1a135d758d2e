import { containerOf, podOf } from './base';
import { development, production, type RuleCases } from './rule-case';

function sized(storage: unknown): object[] {
  return production(({ statefulSet }) => { statefulSet.spec.volumeClaimTemplates[0].spec.resources.requests.storage = storage; });
}

function accessible(...accessModes: string[]): object[] {
  return production(({ statefulSet }) => { statefulSet.spec.volumeClaimTemplates[0].spec.accessModes = accessModes; });
}

/** Without a claim template, and with a volume of this source. */
function onVolume(source: object, cluster = production): object[] {
  return cluster((manifests) => {
    delete manifests.statefulSet.spec.volumeClaimTemplates;
    podOf(manifests).volumes.push({ name: 'data', ...source });
  });
}

const OF_A_RUNNING_SET = 'Of a StatefulSet that runs, the API server refuses that: let its claims grow first, then replace it without its pods, by the four steps of docs/storage.md#a-larger-volume-later.';

export const storageCases: RuleCases[] = [
  {
    rule: 'MQTT-STORAGE-001',
    breaks: [
      {
        name: '20Gi in production',
        manifests: sized('20Gi'),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "volumeClaimTemplate 'data': spec.resources.requests.storage: 20Gi",
          breaks: 'Less than the 100Gi of the profile production: the store fills up under a fleet that it was not sized for.',
          remedy: `Ask for at least 100Gi (storage). ${OF_A_RUNNING_SET}`,
        }],
      },
      {
        name: '100G, which is less than 100Gi',
        manifests: sized('100G'),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "volumeClaimTemplate 'data': spec.resources.requests.storage: 100G",
          breaks: 'Less than the 100Gi of the profile production: the store fills up under a fleet that it was not sized for.',
          remedy: `Ask for at least 100Gi (storage). ${OF_A_RUNNING_SET}`,
        }],
      },
      {
        name: 'no size',
        manifests: sized(undefined),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "volumeClaimTemplate 'data': spec.resources.requests.storage: absent",
          breaks: 'This is no size: the store fills up under a fleet that it was not sized for.',
          remedy: `Ask for at least 100Gi (storage). ${OF_A_RUNNING_SET}`,
        }],
      },
      {
        name: 'a size that cannot be read',
        manifests: sized('100 GB'),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "volumeClaimTemplate 'data': spec.resources.requests.storage: 100 GB",
          breaks: 'This is no size: the store fills up under a fleet that it was not sized for.',
          remedy: `Ask for at least 100Gi (storage). ${OF_A_RUNNING_SET}`,
        }],
      },
      {
        name: '10Gi in development',
        manifests: development(({ statefulSet }) => { statefulSet.spec.volumeClaimTemplates[0].spec.resources.requests.storage = '10Gi'; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "volumeClaimTemplate 'data': spec.resources.requests.storage: 10Gi",
          breaks: 'Less than the 15Gi of the profile development: the store fills up under a fleet that it was not sized for.',
          remedy: `Ask for at least 15Gi (storage). ${OF_A_RUNNING_SET}`,
        }],
      },
    ],
    satisfies: [
      { name: '100Gi in production', manifests: production() },
      { name: '0.5Ti in production', manifests: sized('0.5Ti') },
      { name: 'bytes as a number', manifests: sized(107374182400) },
      { name: '15Gi in development', manifests: development() },
      {
        name: 'a profile that is not declared',
        manifests: production(({ statefulSet }) => {
          delete statefulSet.metadata.annotations['cdk8s-mqtt/profile'];
          statefulSet.spec.volumeClaimTemplates[0].spec.resources.requests.storage = '1Gi';
        }),
      },
    ],
  },
  {
    rule: 'MQTT-STORAGE-002',
    breaks: [
      {
        name: 'emptyDir',
        manifests: onVolume({ emptyDir: { sizeLimit: '100Gi' } }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "volume 'data' at /var/lib/mqtt-broker is of the type emptyDir",
          breaks: 'Acknowledged messages and sessions are lost with each pod.',
        }],
      },
      {
        name: 'a generic ephemeral volume',
        manifests: onVolume({ ephemeral: { volumeClaimTemplate: {} } }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "volume 'data' at /var/lib/mqtt-broker is of the type ephemeral",
          breaks: 'Acknowledged messages and sessions are lost with each pod.',
        }],
      },
    ],
    satisfies: [
      { name: 'a claim for each pod', manifests: production() },
      { name: 'emptyDir in development', manifests: onVolume({ emptyDir: { sizeLimit: '15Gi' } }, development) },
      {
        name: 'emptyDir for something else',
        manifests: production((manifests) => {
          podOf(manifests).volumes.push({ name: 'tmp', emptyDir: {} });
          containerOf(manifests).volumeMounts.push({ name: 'tmp', mountPath: '/tmp' });
        }),
      },
    ],
  },
  {
    rule: 'MQTT-STORAGE-003',
    breaks: [
      {
        name: 'deleted in both cases',
        manifests: production(({ statefulSet }) => { statefulSet.spec.persistentVolumeClaimRetentionPolicy = { whenDeleted: 'Delete', whenScaled: 'Delete' }; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.persistentVolumeClaimRetentionPolicy: Delete for whenDeleted and whenScaled',
          breaks: 'Sessions and queued messages are deleted with the claims.',
        }],
      },
      {
        name: 'deleted on scale-down',
        manifests: production(({ statefulSet }) => { statefulSet.spec.persistentVolumeClaimRetentionPolicy.whenScaled = 'Delete'; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.persistentVolumeClaimRetentionPolicy: Delete for whenScaled',
          breaks: 'Sessions and queued messages are deleted with the claims.',
        }],
      },
    ],
    satisfies: [
      { name: 'retained', manifests: production() },
      { name: 'the default', manifests: production(({ statefulSet }) => { delete statefulSet.spec.persistentVolumeClaimRetentionPolicy; }) },
      {
        name: 'deleted in development',
        manifests: development(({ statefulSet }) => { statefulSet.spec.persistentVolumeClaimRetentionPolicy.whenDeleted = 'Delete'; }),
      },
    ],
  },
  {
    rule: 'MQTT-STORAGE-004',
    breaks: [
      {
        name: 'ReadWriteMany',
        manifests: accessible('ReadWriteMany'),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "volumeClaimTemplate 'data': spec.accessModes: ReadWriteMany",
          breaks: 'The store cannot be written, or not safely.',
        }],
      },
      {
        name: 'ReadWriteMany beside ReadWriteOnce',
        manifests: accessible('ReadWriteOnce', 'ReadWriteMany'),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "volumeClaimTemplate 'data': spec.accessModes: ReadWriteOnce, ReadWriteMany",
          breaks: 'The store cannot be written, or not safely.',
        }],
      },
      {
        name: 'none',
        manifests: accessible(),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "volumeClaimTemplate 'data': spec.accessModes: none",
          breaks: 'The API server refuses a claim without an access mode.',
        }],
      },
    ],
    satisfies: [
      { name: 'ReadWriteOnce', manifests: production() },
      { name: 'ReadWriteOncePod', manifests: accessible('ReadWriteOncePod') },
    ],
  },
  {
    rule: 'MQTT-STORAGE-005',
    breaks: [
      {
        name: 'no mount',
        manifests: production((manifests) => { containerOf(manifests).volumeMounts.shift(); }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'no volume is mounted at /var/lib/mqtt-broker',
          breaks: 'Sessions and acknowledged messages are lost with each restart of the container.',
        }],
      },
      {
        name: 'a mount beside it',
        manifests: production((manifests) => { containerOf(manifests).volumeMounts[0].mountPath = '/var/lib/mqtt'; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'no volume is mounted at /var/lib/mqtt-broker',
          breaks: 'Sessions and acknowledged messages are lost with each restart of the container.',
        }],
      },
    ],
    satisfies: [
      { name: 'a mount there', manifests: production() },
      { name: 'a mount above it', manifests: production((manifests) => { containerOf(manifests).volumeMounts[0].mountPath = '/var/lib/'; }) },
      {
        name: 'a broker whose directory is not known, and that claims a volume',
        manifests: production((manifests) => {
          manifests.statefulSet.metadata.annotations['cdk8s-mqtt/broker'] = 'mosquitto';
          containerOf(manifests).volumeMounts[0].mountPath = '/mosquitto/data';
        }),
      },
    ],
  },
  {
    rule: 'MQTT-STORAGE-006',
    breaks: [{
      name: 'one claim for three pods',
      manifests: onVolume({ persistentVolumeClaim: { claimName: 'broker-data' } }),
      findings: [{
        object: 'StatefulSet mqtt/broker',
        found: "volume 'data' at /var/lib/mqtt-broker is the claim 'broker-data', with spec.replicas: 3",
        breaks: 'The pods share one store.',
      }],
    }],
    satisfies: [
      { name: 'a claim for each pod', manifests: production() },
      { name: 'one claim for one pod', manifests: onVolume({ persistentVolumeClaim: { claimName: 'broker-data' } }, development) },
    ],
  },
  {
    rule: 'MQTT-STORAGE-007',
    breaks: [{
      name: 'no limit',
      manifests: onVolume({ emptyDir: {} }, development),
      findings: [{
        object: 'StatefulSet mqtt/broker',
        found: "volume 'data' at /var/lib/mqtt-broker has no emptyDir.sizeLimit",
        breaks: 'A growing store endangers every pod of its node.',
      }],
    }],
    satisfies: [
      { name: 'a limit', manifests: onVolume({ emptyDir: { sizeLimit: '15Gi' } }, development) },
      { name: 'a claim', manifests: production() },
    ],
  },
  {
    rule: 'MQTT-STORAGE-008',
    breaks: [{
      name: 'hostPath',
      manifests: onVolume({ hostPath: { path: '/data' } }, development),
      findings: [{
        object: 'StatefulSet mqtt/broker',
        found: "volume 'data' at /var/lib/mqtt-broker is a hostPath",
        breaks: 'A broker that moves to another node has lost its sessions.',
      }],
    }],
    satisfies: [{ name: 'a claim', manifests: production() }],
  },
];
