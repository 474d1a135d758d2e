import { k8s } from 'cdk8s-plus-27';
import type { ClusterIntent } from './cluster-intent';
import { quantity } from '../manifest/quantity';

/** Name of the volume, its claims and its mount. */
export const DATA_VOLUME = 'data';

type StorageIntent = Pick<ClusterIntent, 'storage' | 'storageSize'>;

/** The claims of a StatefulSet; nothing where the volume is ephemeral. */
export function claims({ storage, storageSize }: StorageIntent, labels: { [key: string]: string }): Partial<k8s.StatefulSetSpec> {
  if (storage.isEphemeral) return {};
  return {
    persistentVolumeClaimRetentionPolicy: { whenDeleted: storage.whenDeleted, whenScaled: storage.whenScaled },
    volumeClaimTemplates: [{
      metadata: { name: DATA_VOLUME, labels },
      spec: {
        accessModes: [storage.accessMode!],
        storageClassName: storage.storageClassName,
        resources: { requests: { storage: k8s.Quantity.fromString(quantity(storageSize)) } },
      },
    }],
  };
}

/** The volume in the pod itself, where it is ephemeral. */
export function ephemeralVolume({ storage, storageSize }: StorageIntent): k8s.Volume[] {
  return storage.isEphemeral ? [{ name: DATA_VOLUME, emptyDir: { sizeLimit: k8s.Quantity.fromString(quantity(storageSize)) } }] : [];
}

/** The spec of a StatefulSet with what the typed classes of Kubernetes 1.27 do not know. The arguments were checked against the version gates. */
export function withNewerClaimFields(manifest: any, { storage: { volumeAttributesClassName } }: Pick<ClusterIntent, 'storage'>): unknown {
  if (volumeAttributesClassName === undefined) return manifest;
  const [claim] = manifest.volumeClaimTemplates;
  return { ...manifest, volumeClaimTemplates: [{ ...claim, spec: { ...claim.spec, volumeAttributesClassName } }] };
}
