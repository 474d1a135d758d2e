import type { MqttClusterSettings } from './mqtt-cluster-settings';
import type { MqttProfile } from './mqtt-profile';
import type { MqttBroker } from '../broker/mqtt-broker';
import type { KubernetesVersion } from '../manifest/kubernetes-version';

/** Properties of a cluster. What is not set comes from the profile. */
export interface MqttClusterProps extends MqttClusterSettings {
  /**
   * Defaults of the cluster, and what the rules demand of it.
   * @default MqttProfile.development()
   */
  readonly profile?: MqttProfile;

  /**
   * What runs in the pods.
   * @default MqttBroker.companion()
   */
  readonly broker?: MqttBroker;

  /**
   * Name of the StatefulSet and the client Service; the other objects' names begin with it. At most 49 characters, so that all of them fit; 45 with a
   * message log of its own, the default in production.
   * @default - the chart generates it from the construct path, as for every object of cdk8s
   */
  readonly name?: string;

  /**
   * Kubernetes version that the manifests are written for.
   * @default KubernetesVersion.V1_35
   */
  readonly kubernetesVersion?: KubernetesVersion;

  /**
   * Labels for every object of the cluster and for its pods, besides the library's own.
   * @default - none
   */
  readonly labels?: { [key: string]: string };
}
