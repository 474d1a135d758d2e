import { EXPORTER_IMAGE, LOG_DEFAULTS, NATS_IMAGE, RELOADER_IMAGE } from './log-defaults';
import type { MessageLogIntent } from './message-log-intent';
import { MqttMessageLogCredentials } from './mqtt-message-log-credentials';
import type { MqttMessageLogProps } from './mqtt-message-log-props';
import { KubernetesVersion } from '../manifest/kubernetes-version';
import { MqttDisruptionBudget } from '../workload/mqtt-disruption-budget';
import { MqttImagePullPolicy } from '../workload/mqtt-image-pull-policy';
import { MqttPodUser } from '../workload/mqtt-pod-user';
import { MqttSpread } from '../workload/mqtt-spread';
import { MqttStorage } from '../workload/mqtt-storage';

/** Identity of a log: what its objects are called and labelled. */
export interface LogIdentity {
  readonly instance: string;
  readonly selectorLabels: { [key: string]: string };
  readonly labels: { [key: string]: string };
}

/** The props with the profile's defaults. */
export function resolveIntent(props: MqttMessageLogProps, identity: LogIdentity): MessageLogIntent {
  const profileName = props.profile?.name ?? 'development';
  const defaults = LOG_DEFAULTS[profileName];
  const storage = props.storage ?? MqttStorage.persistentVolume();
  const nodes = props.nodes ?? defaults.nodes;
  return {
    ...identity,
    profileName,
    kubernetesVersion: props.kubernetesVersion ?? KubernetesVersion.V1_35,
    nodes,
    storage,
    storageSize: storage.size ?? defaults.storageSize,
    resources: props.resources ?? defaults.resources,
    credentials: props.credentials
      ?? (profileName === 'production' ? MqttMessageLogCredentials._fromSecretName(`${identity.instance}-credentials`) : MqttMessageLogCredentials.none()),
    tls: props.tls && { secretName: props.tls.secretName ?? `${identity.instance}-tls`, certificate: props.tls },
    placement: {
      antiAffinity: props.antiAffinity ?? defaults.antiAffinity,
      antiAffinityToOtherClusters: props.antiAffinityToOtherClusters ?? MqttSpread.PREFERRED,
      zoneSpread: props.zoneSpread ?? MqttSpread.PREFERRED,
      minZones: props.minZones,
      nodeSelector: props.nodeSelector,
      nodeAffinity: props.nodeAffinity,
      dedicatedNodes: props.dedicatedNodes,
      tolerations: props.tolerations,
      priorityClassName: props.priorityClassName,
    },
    podUser: props.podUser ?? MqttPodUser.FIXED,
    disruptionBudget: nodes > 1 ? MqttDisruptionBudget.maxUnavailablePods(1) : MqttDisruptionBudget.none(),
    networkPolicy: props.networkPolicy ?? defaults.networkPolicy,
    image: props.image ?? NATS_IMAGE,
    imagePullPolicy: props.imagePullPolicy ?? MqttImagePullPolicy.IF_NOT_PRESENT,
    imagePullSecretNames: (props.imagePullSecrets ?? []).map(({ name }) => name),
    exporterImage: props.exporter === false ? undefined : props.exporterImage ?? EXPORTER_IMAGE,
    // Without a certificate there is nothing to reload.
    reloaderImage: props.tls === undefined || props.reloader === false ? undefined : props.reloaderImage ?? RELOADER_IMAGE,
  };
}
