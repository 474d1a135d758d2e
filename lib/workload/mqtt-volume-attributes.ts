import { type ArgumentErrors, show } from '../manifest/arguments';

/** Type of a volume of Amazon EBS. */
export enum MqttAwsEbsType {
  /** General Purpose SSD. */
  GP3 = 'gp3',
  /** Provisioned IOPS SSD, the older generation. */
  IO1 = 'io1',
  /** Provisioned IOPS SSD. */
  IO2 = 'io2',
}

/** What can be changed about a volume of Amazon EBS, by the driver `ebs.csi.aws.com`. */
export interface MqttAwsEbsAttributes {
  /**
   * Type of the volume.
   * @default - the one that it was made with
   */
  readonly type?: MqttAwsEbsType;

  /**
   * IOPS: 3,000 to 80,000 for gp3, 100 to 64,000 for io1, 100 to 256,000 for io2; the volume's size may allow less.
   * Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVolume.html
   * @default - as the volume has them; 3,000 where the type changes
   */
  readonly iops?: number;

  /**
   * Throughput of gp3 in MiB/s: 125 to 2,000.
   * Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVolume.html
   * @default - as the volume has it
   */
  readonly throughputMebibytesPerSecond?: number;
}

/** What can be changed about an Azure disk (Premium SSD v2, Ultra Disk), by the driver `disk.csi.azure.com`. */
export interface MqttAzureDiskAttributes {
  /**
   * IOPS; what the disk takes depends on its type and size.
   * Source: https://github.com/kubernetes-sigs/azuredisk-csi-driver/blob/master/deploy/example/modifyvolume/README.md
   * @default - as the disk has them
   */
  readonly iops?: number;

  /**
   * Throughput in MB/s; what the disk takes depends on its type and size.
   * Source: https://github.com/kubernetes-sigs/azuredisk-csi-driver/blob/master/deploy/example/modifyvolume/README.md
   * @default - as the disk has it
   */
  readonly throughputMegabytesPerSecond?: number;
}

/** What can be changed about a Hyperdisk of Google Cloud, by the driver `pd.csi.storage.gke.io`. */
export interface MqttGoogleHyperdiskAttributes {
  /**
   * IOPS; what the disk takes depends on its type and size.
   * Source: https://cloud.google.com/compute/docs/disks/hyperdisks
   * @default - as the disk has them
   */
  readonly iops?: number;

  /**
   * Throughput in MiB/s; what the disk takes depends on its type and size.
   * Source: https://cloud.google.com/compute/docs/disks/hyperdisks
   * @default - as the disk has it
   */
  readonly throughputMebibytesPerSecond?: number;
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVolume.html */
const EBS_SOURCE = 'the range of AWS, see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVolume.html';
const EBS_IOPS: { readonly [type: string]: { readonly min: number; readonly max: number } } = {
  [MqttAwsEbsType.GP3]: { min: 3000, max: 80_000 },
  [MqttAwsEbsType.IO1]: { min: 100, max: 64_000 },
  [MqttAwsEbsType.IO2]: { min: 100, max: 256_000 },
};
const EBS_THROUGHPUT = { min: 125, max: 2000 };

/** What a VolumeAttributesClass says about volumes, in the terms of the CSI driver that makes them. The class that gets it checks it. */
export class MqttVolumeAttributes {
  /** Volumes of Amazon EBS (https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/modify-volume.md). A volume can be changed again after six hours. */
  public static awsEbs(attributes: MqttAwsEbsAttributes): MqttVolumeAttributes {
    const { type, iops, throughputMebibytesPerSecond: throughput } = given(attributes);
    return new MqttVolumeAttributes('ebs.csi.aws.com', { type, iops, throughput }, (errors) => {
      errors.member('attributes.type', type, MqttAwsEbsType);
      errors.wholeNumber('attributes.iops', iops, EBS_IOPS[type ?? ''] ?? { min: 100, max: 256_000 }, EBS_SOURCE);
      errors.wholeNumber('attributes.throughputMebibytesPerSecond', throughput, EBS_THROUGHPUT, EBS_SOURCE);
      if (throughput !== undefined && (type === MqttAwsEbsType.IO1 || type === MqttAwsEbsType.IO2)) {
        errors.add(`attributes.throughputMebibytesPerSecond is set, but only gp3 takes a throughput, and the type is ${type}: leave it out`);
      }
    });
  }

  /** Azure disks (https://github.com/kubernetes-sigs/azuredisk-csi-driver/blob/master/deploy/example/modifyvolume/README.md). */
  public static azureDisk(attributes: MqttAzureDiskAttributes): MqttVolumeAttributes {
    const { iops, throughputMegabytesPerSecond: throughput } = given(attributes);
    return new MqttVolumeAttributes('disk.csi.azure.com', { DiskIOPSReadWrite: iops, DiskMBpsReadWrite: throughput }, (errors) => {
      errors.wholeNumber('attributes.iops', iops, { min: 1 }, 'a disk without any does nothing');
      errors.wholeNumber('attributes.throughputMegabytesPerSecond', throughput, { min: 1 }, 'a disk without any does nothing');
    });
  }

  /** Hyperdisks of Google Cloud (https://github.com/kubernetes-sigs/gcp-compute-persistent-disk-csi-driver). */
  public static googleHyperdisk(attributes: MqttGoogleHyperdiskAttributes): MqttVolumeAttributes {
    const { iops, throughputMebibytesPerSecond: throughput } = given(attributes);
    // The driver reads the throughput as a quantity of bytes a second.
    const parameters = { iops, throughput: throughput === undefined ? undefined : `${throughput}Mi` };
    return new MqttVolumeAttributes('pd.csi.storage.gke.io', parameters, (errors) => {
      errors.wholeNumber('attributes.iops', iops, { min: 1 }, 'a disk without any does nothing');
      errors.wholeNumber('attributes.throughputMebibytesPerSecond', throughput, { min: 1 }, 'a disk without any does nothing');
    });
  }

  /** Volumes of another CSI driver that can change them (ControllerModifyVolume), with the parameters that it documents. */
  public static ofDriver(driverName: string, parameters: { [name: string]: string }): MqttVolumeAttributes {
    return new MqttVolumeAttributes(driverName, given(parameters), (errors) => {
      errors.dnsSubdomain('the name of the driver', driverName ?? null);
      for (const [name, value] of Object.entries(given(parameters))) {
        if (typeof value !== 'string') errors.add(`parameters['${name}'] is ${show(value)}, but must be a string`);
      }
    });
  }

  /** Parameters of the VolumeAttributesClass, as the driver reads them. */
  public readonly parameters: { [name: string]: string };

  private constructor(
    /** Name of the CSI driver. */
    public readonly driverName: string,
    parameters: { readonly [name: string]: string | number | undefined },
    private readonly checkValues: (errors: ArgumentErrors) => void,
  ) {
    this.parameters = Object.fromEntries(Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])));
  }

  /** @internal */
  public _check(errors: ArgumentErrors): void {
    this.checkValues(errors);
    // https://kubernetes.io/docs/reference/kubernetes-api/storage/volume-attributes-class-v1/
    if (Object.keys(this.parameters).length === 0) errors.add('attributes says nothing, but a VolumeAttributesClass has one parameter at least: write for example the IOPS');
  }
}

/** JavaScript users may pass anything. */
function given<T extends object>(attributes: T): Partial<T> {
  return typeof attributes === 'object' && attributes !== null ? attributes : {};
}
