import { type ApiObject, Chart, JsonPatch } from 'cdk8s';
import { Construct } from 'constructs';
import type { MqttVolumeAttributes } from './mqtt-volume-attributes';
import { ArgumentErrors } from '../manifest/arguments';
import { KubernetesVersion } from '../manifest/kubernetes-version';
import { Labels, PART_OF } from '../manifest/labels';
import { renderManifest } from '../manifest/render-manifest';
import { VersionGates } from '../manifest/version-gates';

export * from './mqtt-volume-attributes';

/** Properties of an MqttVolumeAttributesClass. */
export interface MqttVolumeAttributesClassProps {
  /** What the volumes of this class are like, for example `MqttVolumeAttributes.awsEbs({ iops: 6000 })`. */
  readonly attributes: MqttVolumeAttributes;

  /**
   * Name: a DNS-1123 label, unique in the whole Kubernetes cluster.
   * @default - the chart generates one from the construct path
   */
  readonly name?: string;

  /**
   * Kubernetes version that the manifest is written for; the one of the clusters that use the class.
   * @default KubernetesVersion.V1_35
   */
  readonly kubernetesVersion?: KubernetesVersion;

  /**
   * Whether Kubernetes 1.31 to 1.33 has the feature gate `VolumeAttributesClass` and the API `storage.k8s.io/v1beta1` switched on, which it does not by itself. Newer versions have
   * both; on older ones the feature is alpha, and refused.
   * Source: https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates/
   * @default false
   */
  readonly betaApi?: boolean;

  /**
   * Labels, besides those that every object gets.
   * @default - none
   */
  readonly labels?: { [key: string]: string };
}

/**
 * IOPS and throughput of volumes as a class (https://kubernetes.io/docs/concepts/storage/volume-attributes-classes/): volumes get another class while they are in use. An object of the whole Kubernetes cluster, whose
 * parameters cannot be changed: other numbers are another class, by another name.
 */
export class MqttVolumeAttributesClass extends Construct {
  /** The VolumeAttributesClass. */
  public readonly resource: ApiObject;

  /** Kubernetes version that the manifest is written for. */
  public readonly kubernetesVersion: KubernetesVersion;

  /** Whether it relies on a feature gate that is off by default. */
  public readonly betaApi: boolean;

  /** @throws one error with everything in the props that cannot work. */
  constructor(scope: Construct, id: string, props: MqttVolumeAttributesClassProps) {
    super(scope, id);
    this.kubernetesVersion = props?.kubernetesVersion ?? KubernetesVersion.V1_35;
    this.betaApi = props?.betaApi ?? false;
    checkProps(this, props ?? {}, this.kubernetesVersion);

    const { attributes: { driverName, parameters } } = props;
    this.resource = renderManifest(this, 'Resource', {
      gvk: { apiVersion: `storage.k8s.io/${this.kubernetesVersion.isAtLeast(VersionGates.VOLUME_ATTRIBUTES_CLASS.since) ? 'v1' : 'v1beta1'}`, kind: 'VolumeAttributesClass' },
      name: props.name,
      labels: { ...props.labels, [Labels.PART_OF]: PART_OF },
      fields: { driverName: () => driverName, parameters: () => parameters },
    });
    // The namespace of a chart is stamped on everything in it, and this belongs to none.
    if (Chart.of(this).namespace !== undefined) this.resource.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
  }

  /** Name of the class, as claims refer to it. */
  public get name(): string {
    return this.resource.name;
  }
}

function checkProps(scope: Construct, props: Partial<MqttVolumeAttributesClassProps>, target: KubernetesVersion): void {
  const errors = new ArgumentErrors(scope, 'MqttVolumeAttributesClass');
  errors.insideChart();
  const versionKnown = errors.like('kubernetesVersion', target, ['minor', 'isAtLeast'], "KubernetesVersion.of('1.35')");
  const attributes = props.attributes ?? (null as unknown as MqttVolumeAttributes);
  if (errors.like('attributes', attributes, ['driverName', 'parameters', '_check'], 'MqttVolumeAttributes.awsEbs({ iops: 6000 })')) attributes._check(errors);
  errors.dnsLabel('name', props.name);
  errors.boolean('betaApi', props.betaApi);
  errors.labels('labels', props.labels);
  if (versionKnown) {
    errors.needs(
      'MqttVolumeAttributesClass', props.betaApi ? VersionGates.VOLUME_ATTRIBUTES_CLASS_BETA : VersionGates.VOLUME_ATTRIBUTES_CLASS, target,
      'the API server would refuse the object', 'Write a StorageClass with those IOPS, set betaApi where Kubernetes 1.31 to 1.33 has the feature gate on',
    );
  }
  errors.throwIfAny();
}
