import { Severity } from '../finding';
import { parseQuantity } from '../model/quantity';
import { type Rule, workloadRule } from '../rule';

const GIBIBYTE = 2 ** 30;
export const MINIMUM_GIBIBYTES = { development: 15, production: 100 };
/** The claim templates of a StatefulSet are immutable. */
const OF_A_RUNNING_SET = 'Of a StatefulSet that runs, the API server refuses that: let its claims grow first, then replace it without its pods, by the four steps of docs/storage.md#a-larger-volume-later.';
const CLAIM_EXAMPLE = `spec:
  volumeClaimTemplates:
    - metadata: { name: data }
      spec:
        accessModes: [ReadWriteOnce]
        resources: { requests: { storage: 100Gi } }`;

export const storageRules: readonly Rule[] = [
  workloadRule({
    id: 'MQTT-STORAGE-001',
    severity: Severity.ERROR,
    title: 'The volume of each pod is as large as its profile promises',
    why: 'Queues of sessions that are away, retained messages and the log of the store grow with the fleet, and a full volume stops every QoS 1 and 2 message. The claims of a StatefulSet cannot be changed afterwards without replacing it; on many clouds a larger volume is also a faster one. The least is 15Gi in development and 100Gi in production.',
    source: 'https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#limitations',
    remedy: `Ask for more (storage). ${OF_A_RUNNING_SET}`,
    example: CLAIM_EXAMPLE,
  }, (broker) => {
    const volume = broker.dataVolume;
    if (volume?.kind !== 'claimTemplate' || !(broker.isProduction || broker.isDevelopment)) return [];
    const profile = broker.isProduction ? 'production' : 'development';
    const minimum = MINIMUM_GIBIBYTES[profile];
    const size = volume.claim.at('spec', 'resources', 'requests', 'storage');
    const bytes = parseQuantity(size);
    return bytes !== undefined && bytes >= minimum * GIBIBYTE ? [] : [{
      found: `${volume.path} spec.resources.requests.storage: ${size}`,
      breaks: `${bytes === undefined ? 'This is no size' : `Less than the ${minimum}Gi of the profile ${profile}`}: the store fills up under a fleet that it was not sized for.`,
      remedy: `Ask for at least ${minimum}Gi (storage). ${OF_A_RUNNING_SET}`,
    }];
  }),

  workloadRule({
    id: 'MQTT-STORAGE-002',
    severity: Severity.ERROR,
    title: 'Production keeps its data on volumes that outlive the pods',
    why: 'An emptyDir or a generic ephemeral volume is deleted with its pod: every rollout, every drained node takes the sessions, queued and retained messages of that broker with it, after they were acknowledged.',
    source: 'https://kubernetes.io/docs/concepts/storage/ephemeral-volumes/',
    remedy: 'Use a persistent volume claim for each pod (MqttStorage.persistentVolume).',
    example: CLAIM_EXAMPLE,
  }, (broker) => !broker.isProduction || broker.dataVolume?.kind !== 'ephemeral' ? [] : [{
    found: `${broker.dataVolume.path} is of the type ${broker.dataVolume.type}`,
    breaks: 'Acknowledged messages and sessions are lost with each pod.',
  }]),

  workloadRule({
    id: 'MQTT-STORAGE-003',
    severity: Severity.WARNING,
    title: 'Production keeps the claims of pods that are scaled away or deleted',
    why: 'With the policy Delete, the claims, and the sessions in them, go with the StatefulSet or with the pod that is scaled away. A mistaken delete, or a delete and new creation because of an immutable field, cannot be undone then.',
    source: 'https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention',
    remedy: 'Retain both, and delete claims by hand once nobody misses them.',
    example: `spec:
  persistentVolumeClaimRetentionPolicy:
    whenDeleted: Retain
    whenScaled: Retain`,
  }, (broker) => {
    if (!broker.isProduction) return [];
    const deleting = broker.spec.at('persistentVolumeClaimRetentionPolicy').entries.filter(([, policy]) => policy.text === 'Delete').map(([when]) => when);
    return deleting.length === 0 ? [] : [{
      found: `spec.persistentVolumeClaimRetentionPolicy: Delete for ${deleting.join(' and ')}`,
      breaks: 'Sessions and queued messages are deleted with the claims.',
    }];
  }),

  workloadRule({
    id: 'MQTT-STORAGE-004',
    severity: Severity.ERROR,
    title: 'A volume of data is mounted by one node at a time',
    why: 'The store of a broker is a database that one process maps into memory. ReadOnlyMany cannot be written, and ReadWriteMany means a network file system, on which such a database is slow at best and corrupt at worst.',
    source: 'https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes',
    remedy: 'Ask for ReadWriteOnce or ReadWriteOncePod.',
    example: CLAIM_EXAMPLE,
  }, (broker) => {
    const volume = broker.dataVolume;
    if (volume?.kind !== 'claimTemplate') return [];
    const modes = volume.claim.at('spec', 'accessModes').texts;
    return modes.length > 0 && modes.every((mode) => mode === 'ReadWriteOnce' || mode === 'ReadWriteOncePod') ? [] : [{
      found: `${volume.path} spec.accessModes: ${modes.join(', ') || 'none'}`,
      breaks: modes.length === 0 ? 'The API server refuses a claim without an access mode.' : 'The store cannot be written, or not safely.',
    }];
  }),

  workloadRule({
    id: 'MQTT-STORAGE-005',
    severity: Severity.ERROR,
    title: 'A volume is mounted where the broker keeps its data',
    why: 'Without a volume the data is in the writable layer of the container: it is lost when the container restarts, even in place, and with a read-only root file system the broker does not start.',
    source: 'https://kubernetes.io/docs/concepts/storage/volumes/',
    remedy: 'Mount the data volume there.',
    example: `spec:
  template:
    spec:
      containers:
        - name: companion
          volumeMounts:
            - { name: data, mountPath: /var/lib/mqtt-broker }`,
  }, (broker) => broker.dataVolume?.kind !== 'none' ? [] : [{
    found: broker.dataVolume.path,
    breaks: 'Sessions and acknowledged messages are lost with each restart of the container.',
  }]),

  workloadRule({
    id: 'MQTT-STORAGE-006',
    severity: Severity.ERROR,
    title: 'Each pod has a volume of its own',
    why: 'A claim in the pod template is one claim for all pods. Two brokers that open the same store stop, or destroy it; on other nodes they cannot mount it at all.',
    source: 'https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-storage',
    remedy: 'Write a volumeClaimTemplate.',
    example: CLAIM_EXAMPLE,
  }, (broker) => broker.maximumReplicas <= 1 || broker.dataVolume?.kind !== 'sharedClaim' ? [] : [{
    found: `${broker.dataVolume.path} is the claim '${broker.dataVolume.claimName}', with ${broker.replicasFound}`,
    breaks: 'The pods share one store.',
  }]),

  workloadRule({
    id: 'MQTT-STORAGE-007',
    severity: Severity.WARNING,
    title: 'An emptyDir for data has a size limit',
    why: 'Without a limit the store may fill the disk of its node, and the kubelet then evicts pods, not always this one.',
    source: 'https://kubernetes.io/docs/concepts/storage/volumes/#emptydir',
    remedy: 'Set sizeLimit, and request as much ephemeral-storage.',
    example: `spec:
  template:
    spec:
      volumes:
        - name: data
          emptyDir: { sizeLimit: 15Gi }`,
  }, (broker) => {
    const volume = broker.dataVolume;
    return volume?.kind !== 'ephemeral' || volume.type !== 'emptyDir' || volume.volume.at('emptyDir', 'sizeLimit').exists ? [] : [{
      found: `${volume.path} has no emptyDir.sizeLimit`,
      breaks: 'A growing store endangers every pod of its node.',
    }];
  }),

  workloadRule({
    id: 'MQTT-STORAGE-008',
    severity: Severity.ERROR,
    title: 'Data is not on a path of the node',
    why: 'With a hostPath a pod finds other data, or none, on each node that it is scheduled to, and two brokers on one node share a store. Pod Security baseline and restricted refuse it.',
    source: 'https://kubernetes.io/docs/concepts/storage/volumes/#hostpath',
    remedy: 'Use a volumeClaimTemplate; for local disks, with a StorageClass of local volumes.',
    example: CLAIM_EXAMPLE,
  }, (broker) => broker.dataVolume?.kind !== 'hostPath' ? [] : [{
    found: `${broker.dataVolume.path} is a hostPath`,
    breaks: 'A broker that moves to another node has lost its sessions.',
  }]),
];
