import type { ISecret } from 'cdk8s-plus-27';
import type { MqttMessageLogCredentials } from './mqtt-message-log-credentials';
import type { KubernetesVersion } from '../manifest/kubernetes-version';
import type { MqttDnsAccess } from '../security/mqtt-dns-access';
import type { MqttNetworkPeer } from '../security/mqtt-network-peer';
import type { MqttTls } from '../security/mqtt-tls';
import type { MqttImagePullPolicy } from '../workload/mqtt-image-pull-policy';
import type { MqttPlacementSettings } from '../workload/mqtt-placement-settings';
import type { MqttPodUser } from '../workload/mqtt-pod-user';
import type { IMqttProfile } from '../workload/mqtt-profile-reference';
import type { MqttResources } from '../workload/mqtt-resources';
import type { MqttStorage } from '../workload/mqtt-storage';

/** Options of a message log: a NATS JetStream of the cluster's own. */
export interface MqttMessageLogOptions extends MqttPlacementSettings {
  /**
   * Number of nodes: 3 survive the loss of one, 5 that of two. Each keeps a copy of everything. 1 is for development: while it is away, no broker takes
   * a QoS 1 or 2 message. An even number survives no more than the odd one below it. Nodes can be added to three, and to nothing else: a change between one node and
   * several begins an empty log, which brokers refuse until it is taken back (docs/cluster-mode.md#nodes-of-the-log).
   * @default - 1 in development, 3 in production
   */
  readonly nodes?: number;

  /**
   * Where each node keeps its copy: the log since the last snapshot, and two snapshots of what the brokers store. On a disk of its own it does not
   * compete with the brokers'.
   * @default - a persistent volume for each node, of 15 GiB in development and 100 GiB in production, kept when the StatefulSet goes; that of a cluster's own message log is as large
   * as a broker's where that is more
   */
  readonly storage?: MqttStorage;

  /**
   * CPU and memory of each node.
   * @default - requests of 50m CPU and 128 MiB, limit of 256 MiB in development; requests of 500m CPU and 1 GiB, limit of 1 GiB in production
   */
  readonly resources?: MqttResources;

  /**
   * Who decides on the user and the group of the pods; for OpenShift the platform (docs/security.md#openshift).
   * @default - for a cluster's own message log as for the cluster; otherwise MqttPodUser.FIXED
   */
  readonly podUser?: MqttPodUser;

  /**
   * By what the brokers prove who they are.
   * @default - none in development; in production the keys `username` and `password` of the Secret `<name of the log>-credentials`
   */
  readonly credentials?: MqttMessageLogCredentials;

  /**
   * Certificate of the nodes, for the brokers' connections and for those between the nodes, where each is client and server: a Secret needs the key `ca.crt` too, and
   * the certificate both extended key usages, and the names of the nodes: `*.<name of the log>-headless.<namespace>.svc`. From cert-manager all of that comes by itself. Brokers
   * show no certificate, so that `clientCertificate` must be NONE.
   * @default - no TLS; in production that is a warning (MQTT-LOG-005)
   */
  readonly tls?: MqttTls;

  /**
   * Image of NATS, server 2.12 or newer. Name it by digest to pin it.
   * @default nats:2.12.3
   */
  readonly image?: string;

  /**
   * When the kubelet pulls the images.
   * @default MqttImagePullPolicy.IF_NOT_PRESENT
   */
  readonly imagePullPolicy?: MqttImagePullPolicy;

  /**
   * Secrets with the credentials of the images' registry.
   * @default - none
   */
  readonly imagePullSecrets?: ISecret[];

  /**
   * Whether a sidecar in each pod serves the metrics of the node to Prometheus, on port 7777. Alerts and dashboard of the log need them.
   * @default true
   */
  readonly exporter?: boolean;

  /**
   * Image of the exporter.
   * @default natsio/prometheus-nats-exporter:0.17.3
   */
  readonly exporterImage?: string;

  /**
   * Whether a sidecar in each pod has NATS take up a renewed certificate while it runs. It shares the process namespace of the pod, to signal NATS. Without it,
   * restart the nodes before the certificate that they started with expires: NATS looks at it when it starts and when it is told to. With `tls` only.
   * @default - true where there is `tls`
   */
  readonly reloader?: boolean;

  /**
   * Image of the reloader.
   * @default natsio/nats-server-config-reloader:0.23.0
   */
  readonly reloaderImage?: string;

  /**
   * Whether a NetworkPolicy closes everything but the brokers' connections, those between the nodes, and the metrics. Needs a network plugin that
   * enforces it.
   * @default - true in production
   */
  readonly networkPolicy?: boolean;

  /**
   * Who may read the metrics, where there is a NetworkPolicy.
   * @default - everybody
   */
  readonly metricsReaders?: MqttNetworkPeer[];

  /**
   * Where the nodes may ask for the addresses of names, where there is a NetworkPolicy: they find each other by name.
   * @default - for a cluster's own message log what `networkAccess` of the cluster says; otherwise MqttDnsAccess.anyResolver()
   */
  readonly dns?: MqttDnsAccess;
}

/** Properties of a message log. */
export interface MqttMessageLogProps extends MqttMessageLogOptions {
  /**
   * Defaults of the log, and what the rules demand of it.
   * @default MqttProfile.development()
   */
  readonly profile?: IMqttProfile;

  /**
   * Name of the StatefulSet and the client Service; the other objects' names begin with it. At most 49 characters, so that all of them fit.
   * @default - the chart generates it from the construct path, as for every object of cdk8s
   */
  readonly name?: string;

  /**
   * Kubernetes version that the manifests are written for.
   * @default KubernetesVersion.V1_35
   */
  readonly kubernetesVersion?: KubernetesVersion;

  /**
   * Labels for every object of the log and for its pods, besides the library's own.
   * @default - none
   */
  readonly labels?: { [key: string]: string };
}
