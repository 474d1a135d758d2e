import type { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import type { MessageLogIntent } from './message-log-intent';
import { CLIENT_PORT, CONFIGURATION_KEY, MONITORING_PORT, NatsPaths, NatsVariables, PID_FILE, ROUTE_PORT } from './nats-configuration';
import { sidecars } from './sidecars';
import { Annotations } from '../manifest/annotations';
import { renderManifest } from '../manifest/render-manifest';
import type { MqttNetworkPeer } from '../security/mqtt-network-peer';
import { CONFIGURATION_CHECKSUM, configurationChecksum } from '../workload/configuration-checksum';
import { containerResources } from '../workload/container-resources';
import { claims, DATA_VOLUME, ephemeralVolume, withNewerClaimFields } from '../workload/data-volume';
import { httpProbe } from '../workload/http-probe';
import { MqttTcpKeepalive } from '../workload/mqtt-tcp-keepalive';
import { podPlacement } from '../workload/placement';
import { containerSecurityContext, podSecurityContext, SECRET_FILE_MODE } from '../workload/pod-security';
import { headlessServiceName } from '../workload/stateful-set';

/** The image names no user; it needs no rights but to its volumes. */
const USER_ID = 1000;

/** Lame duck mode ends after 30 s at the latest; the rest is for a disk that is slow to take what is left. */
const GRACE_SECONDS = 60;

/** Time that a node gets to catch up with the others: 90 probes, ten seconds apart, as NATS' own chart gives it. */
const STARTUP_PROBES = 90;

/** Go frees memory in time where it knows the limit; the share is what NATS recommends. */
const GO_MEMORY_SHARE = 0.9;

/** The nodes of the log. */
export function renderStatefulSet(
  scope: Construct, name: string | undefined, intent: MessageLogIntent,
  configuration: () => ApiObject, clients: () => MqttNetworkPeer[],
): ApiObject {
  const statefulSet: ApiObject = renderManifest(scope, 'Resource', {
    gvk: k8s.KubeStatefulSet.GVK,
    name,
    labels: intent.labels,
    annotations: { [Annotations.MESSAGE_LOG_ENGINE]: 'nats', [Annotations.PROFILE]: intent.profileName },
    fields: {
      spec: () => {
        const rendered = spec(statefulSet.name, intent, configuration(), clients());
        return withNewerClaimFields(k8s.KubeStatefulSet.manifest({ spec: rendered }).spec, intent);
      },
    },
  });
  return statefulSet;
}

function spec(name: string, intent: MessageLogIntent, configuration: ApiObject, clients: MqttNetworkPeer[]): k8s.StatefulSetSpec {
  return {
    serviceName: headlessServiceName(name),
    replicas: intent.nodes,
    // Nodes become ready when most of them run: one after the other, none ever would.
    podManagementPolicy: 'Parallel',
    selector: { matchLabels: intent.selectorLabels },
    updateStrategy: { type: 'RollingUpdate' },
    template: {
      metadata: { labels: intent.labels, annotations: { [CONFIGURATION_CHECKSUM]: configurationChecksum(configuration) } },
      spec: podSpec(name, intent, configuration, clients),
    },
    ...claims(intent, intent.selectorLabels),
  };
}

function podSpec(name: string, intent: MessageLogIntent, configuration: ApiObject, clients: MqttNetworkPeer[]): k8s.PodSpec {
  return {
    serviceAccountName: name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: GRACE_SECONDS,
    ...podPlacement(intent.placement, intent.selectorLabels, clients),
    imagePullSecrets: intent.imagePullSecretNames.length > 0 ? intent.imagePullSecretNames.map((secret) => ({ name: secret })) : undefined,
    securityContext: podSecurityContext(intent.podUser, USER_ID, MqttTcpKeepalive.kernelDefaults()),
    // The reloader signals the process of another container.
    shareProcessNamespace: intent.reloaderImage === undefined ? undefined : true,
    containers: [natsContainer(intent), ...sidecars(intent)],
    volumes: [
      ...ephemeralVolume(intent),
      { name: 'configuration', configMap: { name: configuration.name } },
      { name: 'pid', emptyDir: { medium: 'Memory', sizeLimit: k8s.Quantity.fromString('1Mi') } },
      ...(intent.tls ? [{ name: 'certificate', secret: { secretName: intent.tls.secretName, defaultMode: SECRET_FILE_MODE } }] : []),
    ],
  };
}

function natsContainer(intent: MessageLogIntent): k8s.Container {
  return {
    name: 'nats',
    image: intent.image,
    imagePullPolicy: intent.imagePullPolicy,
    args: ['--config', `${NatsPaths.CONFIGURATION}/${CONFIGURATION_KEY}`],
    env: environment(intent),
    ports: [port('nats', CLIENT_PORT), port('cluster', ROUTE_PORT), port('monitor', MONITORING_PORT)],
    resources: containerResources(intent),
    securityContext: containerSecurityContext(),
    // The probes and the hook are those of NATS' own chart: https://github.com/nats-io/k8s/blob/main/helm/charts/nats/files/stateful-set/nats-container.yaml
    // A node is started once it has caught up with every stream: a rolling update waits for that before it stops the next.
    startupProbe: httpProbe('monitor', '/healthz', { periodSeconds: 10, failureThreshold: STARTUP_PROBES }),
    // Neither depends on the other nodes: without a majority, to take nodes out or to restart them would help nobody.
    readinessProbe: httpProbe('monitor', '/healthz?js-server-only=true', { periodSeconds: 10, failureThreshold: 3 }),
    livenessProbe: httpProbe('monitor', '/healthz?js-enabled-only=true', { periodSeconds: 30, failureThreshold: 3 }),
    // Lame duck mode: leaderships go to the other nodes before the connections do. nats-server ignores the SIGTERM that follows.
    lifecycle: { preStop: { exec: { command: ['nats-server', `-sl=ldm=${PID_FILE}`] } } },
    volumeMounts: [
      { name: DATA_VOLUME, mountPath: NatsPaths.DATA },
      { name: 'configuration', mountPath: NatsPaths.CONFIGURATION, readOnly: true },
      { name: 'pid', mountPath: NatsPaths.PID },
      ...(intent.tls ? [{ name: 'certificate', mountPath: NatsPaths.CERTIFICATE, readOnly: true }] : []),
    ],
  };
}

/** nats.conf takes a variable for configuration, not for text: in quotes, a password of digits stays one. */
function environment({ credentials: { secretName, usernameKey, passwordKey }, resources }: MessageLogIntent): k8s.EnvVar[] {
  const fromSecret = (name: string, key: string): k8s.EnvVar[] => [
    { name: `${name}_VALUE`, valueFrom: { secretKeyRef: { name: secretName!, key } } },
    { name, value: `'$(${name}_VALUE)'` },
  ];
  const goMemory = resources.memoryLimit && Math.floor(resources.memoryLimit.toKibibytes() / 1024 * GO_MEMORY_SHARE);
  return [
    { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: NatsVariables.NODE, value: "'$(POD_NAME)'" },
    ...(secretName === undefined ? [] : [...fromSecret(NatsVariables.USER, usernameKey!), ...fromSecret(NatsVariables.PASSWORD, passwordKey!)]),
    ...(goMemory === undefined ? [] : [{ name: 'GOMEMLIMIT', value: `${goMemory}MiB` }]),
  ];
}

function port(name: string, containerPort: number): k8s.ContainerPort {
  return { name, containerPort, protocol: 'TCP' };
}
