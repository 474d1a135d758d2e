import { Size } from 'cdk8s';
import type { MqttVolumeAttributesClass } from './mqtt-volume-attributes-class';
import { checkOptions } from '../manifest/options';

export * from './mqtt-volume-attributes-class';

/** What happens to a claim when its pod is scaled away or the StatefulSet is deleted. */
export enum MqttClaimRetention {
  /** The claim, and the sessions in it, stay. */
  RETAIN = 'Retain',
  /** The claim is deleted, and with it the sessions. */
  DELETE = 'Delete',
}

/** Who may mount a volume. A broker's data has one writer, so that modes for several are not offered. */
export enum MqttAccessMode {
  /** The pods of one node. */
  READ_WRITE_ONCE = 'ReadWriteOnce',
  /** One pod of the whole Kubernetes cluster: two can never write at once. Needs a CSI driver that knows it. */
  READ_WRITE_ONCE_POD = 'ReadWriteOncePod',
}

/** Options of a persistent volume for each pod. */
export interface MqttPersistentVolumeOptions {
  /**
   * Size of the claim of each pod. A StatefulSet's claims cannot be changed later (https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#limitations).
   * @default - 15 GiB in development, 100 GiB in production
   */
  readonly size?: Size;

  /**
   * Name of the StorageClass.
   * @default - the Kubernetes cluster's default class
   */
  readonly storageClassName?: string;

  /**
   * Who may mount the volume.
   * @default MqttAccessMode.READ_WRITE_ONCE
   */
  readonly accessMode?: MqttAccessMode;

  /**
   * VolumeAttributesClass of the app, which sets IOPS and throughput. Not with `volumeAttributesClassName`.
   * @default - what the StorageClass sets
   */
  readonly volumeAttributesClass?: MqttVolumeAttributesClass;

  /**
   * Name of an existing VolumeAttributesClass, which sets IOPS and throughput where the CSI driver can change them. Kubernetes 1.34 and newer
   * (https://kubernetes.io/docs/concepts/storage/volume-attributes-classes/).
   * @default - what the StorageClass sets
   */
  readonly volumeAttributesClassName?: string;

  /**
   * What happens to the claims when the StatefulSet is deleted.
   * @default MqttClaimRetention.RETAIN
   */
  readonly whenDeleted?: MqttClaimRetention;

  /**
   * What happens to the claim of a pod that is scaled away.
   * @default MqttClaimRetention.RETAIN
   */
  readonly whenScaled?: MqttClaimRetention;
}

/** Options of a volume that lives and dies with its pod. */
export interface MqttEphemeralVolumeOptions {
  /**
   * Size at which the kubelet evicts the pod.
   * @default - 15 GiB in development, 100 GiB in production
   */
  readonly sizeLimit?: Size;
}

/** Where the brokers keep sessions, queues and retained messages. */
export class MqttStorage {
  /** A persistent volume claim for each pod. */
  public static persistentVolume(options: MqttPersistentVolumeOptions = {}): MqttStorage {
    checkOptions('MqttStorage.persistentVolume', options);
    const { size, storageClassName, accessMode = MqttAccessMode.READ_WRITE_ONCE } = options;
    const { whenDeleted = MqttClaimRetention.RETAIN, whenScaled = MqttClaimRetention.RETAIN } = options;
    const { volumeAttributesClassName, volumeAttributesClass } = options;
    return new MqttStorage(false, size, storageClassName, whenDeleted, whenScaled, accessMode, volumeAttributesClassName, volumeAttributesClass);
  }

  /** An `emptyDir`: everything is lost when the pod is deleted or moves. An error in production (MQTT-STORAGE-002). */
  public static ephemeral(options: MqttEphemeralVolumeOptions = {}): MqttStorage {
    checkOptions('MqttStorage.ephemeral', options);
    return new MqttStorage(true, options.sizeLimit);
  }

  private constructor(
    /** Whether the data dies with the pod. */
    public readonly isEphemeral: boolean,
    /** Size for each pod; the profile's when it is not set. */
    public readonly size?: Size,
    /** Name of the StorageClass of a persistent volume. */
    public readonly storageClassName?: string,
    /** What happens to claims when the StatefulSet is deleted. */
    public readonly whenDeleted?: MqttClaimRetention,
    /** What happens to the claim of a pod that is scaled away. */
    public readonly whenScaled?: MqttClaimRetention,
    /** Who may mount a persistent volume. */
    public readonly accessMode?: MqttAccessMode,
    private readonly attributesClassName?: string,
    /** VolumeAttributesClass of a persistent volume, where the app makes it. */
    public readonly volumeAttributesClass?: MqttVolumeAttributesClass,
  ) {}

  /** Name of the VolumeAttributesClass of a persistent volume. */
  public get volumeAttributesClassName(): string | undefined {
    return this.attributesClassName ?? this.volumeAttributesClass?.name;
  }
}
