import type { Size } from 'cdk8s';
import type { MqttMessageLogCredentials } from './mqtt-message-log-credentials';
import type { KubernetesVersion } from '../manifest/kubernetes-version';
import type { MqttTls } from '../security/mqtt-tls';
import type { PlacementIntent } from '../workload/cluster-intent';
import type { MqttDisruptionBudget } from '../workload/mqtt-disruption-budget';
import type { MqttImagePullPolicy } from '../workload/mqtt-image-pull-policy';
import type { MqttPodUser } from '../workload/mqtt-pod-user';
import type { MqttResources } from '../workload/mqtt-resources';
import type { MqttStorage } from '../workload/mqtt-storage';

/** What the props of a message log mean, with every default resolved. */
export interface MessageLogIntent {
  readonly instance: string;
  readonly profileName: string;
  readonly kubernetesVersion: KubernetesVersion;
  readonly selectorLabels: { [key: string]: string };
  readonly labels: { [key: string]: string };
  readonly nodes: number;
  readonly storage: MqttStorage;
  readonly storageSize: Size;
  readonly resources: MqttResources;
  readonly credentials: MqttMessageLogCredentials;
  readonly tls?: TlsIntent;
  readonly placement: PlacementIntent;
  readonly podUser: MqttPodUser;
  readonly disruptionBudget: MqttDisruptionBudget;
  readonly networkPolicy: boolean;
  readonly image: string;
  readonly imagePullPolicy: MqttImagePullPolicy;
  readonly imagePullSecretNames: string[];
  /** Image of the exporter; not set: no exporter. */
  readonly exporterImage?: string;
  /** Image of the reloader; not set: no reloader. */
  readonly reloaderImage?: string;
}

/** Where the nodes' certificate comes from. */
export interface TlsIntent {
  readonly secretName: string;
  readonly certificate: MqttTls;
}
