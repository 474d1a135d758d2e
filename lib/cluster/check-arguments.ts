import { Chart, Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { checkLifecycle } from './check-lifecycle';
import { checkListenerAuthentication, checkOrigins } from './check-listener-access';
import { checkNetworkAccess } from './check-network-access';
import type { MqttClusterProps } from './mqtt-cluster-props';
import type { MqttClusterSettings } from './mqtt-cluster-settings';
import { defaultListener, givenSettings, sessionStoreOf } from './resolve-intent';
import type { BrokerStrategy } from '../broker/broker-strategy';
import { MqttBroker } from '../broker/mqtt-broker';
import { ArgumentErrors, show } from '../manifest/arguments';
import { KubernetesVersion } from '../manifest/kubernetes-version';
import { VersionGates } from '../manifest/version-gates';
import { checkSessionStore } from '../message-log/check-session-store';
import type { MqttListener } from '../network/mqtt-listener';
import { checkAuthentication } from '../security/check-authentication';
import { checkTls } from '../security/check-tls';
import type { MqttTls } from '../security/mqtt-tls';
import { checkLabels } from '../workload/check-labels';
import { checkPeers } from '../workload/check-peers';
import { checkPlacement, checkTrafficDistribution } from '../workload/check-placement';
import { checkResources, checkStorage } from '../workload/check-storage';
import { MqttPodUser } from '../workload/mqtt-pod-user';
import type { MqttTcpKeepalive } from '../workload/mqtt-tcp-keepalive';
import { MAX_NAME_LENGTH } from '../workload/stateful-set';

/** Refuses what cannot work, all of it at once, before anything is rendered. */
export function checkArguments(scope: Construct, props: MqttClusterProps): void {
  const errors = new ArgumentErrors(scope, 'MqttCluster');
  errors.insideChart();
  errors.like('profile', props.profile, ['name', 'settings'], 'MqttProfile.production()');
  errors.like('broker', props.broker, ['_strategy'], 'MqttBroker.companion()');
  errors.like('kubernetesVersion', props.kubernetesVersion, ['minor', 'isAtLeast'], "KubernetesVersion.of('1.35')");
  errors.throwIfAny();

  const settings = givenSettings(props);
  const target = props.kubernetesVersion ?? KubernetesVersion.V1_35;
  const strategy = (props.broker ?? MqttBroker.companion())._strategy;
  // The message log is called like the cluster, with four characters more: `<name>-log`.
  const hasOwnLog = sessionStoreOf(props)._ownLog !== undefined;
  errors.dnsLabel('name', props.name, MAX_NAME_LENGTH - (hasOwnLog ? 4 : 0), 'the names of Services and pods are made of it');
  checkLabels(errors, props.labels);
  errors.boolean('networkPolicy', settings.networkPolicy);
  errors.wholeNumber('replicas', settings.replicas, { min: 1 }, 'a cluster needs a broker; to switch it off, scale the StatefulSet');
  errors.wholeNumber('nodeCount', settings.nodeCount, { min: 1 }, 'it is the number of nodes that can take a pod');
  checkPlacement(errors, settings);
  checkTrafficDistribution(errors, settings.trafficDistribution, target);
  checkLifecycle(errors, settings);
  checkSessions(errors, settings);
  checkSessionStore(errors, settings.sessionStore, target, Chart.of(scope).namespace);
  checkStorage(errors, settings.storage, target);
  checkResources(errors, settings.resources);
  errors.member('podUser', settings.podUser, MqttPodUser);
  checkTcpKeepalive(errors, settings.tcpKeepalive, target);
  checkListeners(errors, settings.listeners, strategy, Chart.of(scope).namespace);
  checkListenerAuthentication(errors, settings);
  checkNetworkAccess(errors, settings.networkAccess, settings.networkPolicy, listenerNames(settings.listeners, props.profile?.name));
  strategy.checkOptions(errors);
  errors.throwIfAny();
}

function checkSessions(errors: ArgumentErrors, settings: MqttClusterSettings): void {
  errors.duration('sessionExpiry', settings.sessionExpiry, { min: Duration.seconds(1) }, 'it is configured in seconds');
  checkAuthentication(errors, settings.authentication, settings.authorization);
  checkPeers(errors, 'authentication jwt keys peers', settings.authentication?._methods?.jwt?.keys?._options?.peers);
  if (errors.like('keepaliveLimit', settings.keepaliveLimit, ['limit'], 'MqttKeepaliveLimit.of(Duration.seconds(180))')) {
    const bounds = { min: Duration.seconds(1), max: Duration.seconds(65_535) };
    errors.duration('keepaliveLimit', settings.keepaliveLimit.limit, bounds, 'CONNECT carries it in two bytes (MQTT 3.1.1 §3.1.2.10)');
  }
}

function checkTcpKeepalive(errors: ArgumentErrors, tcpKeepalive: MqttTcpKeepalive | undefined, target: KubernetesVersion): void {
  if (!errors.like('tcpKeepalive', tcpKeepalive, ['time', 'probes'], 'MqttTcpKeepalive.of()') || tcpKeepalive.time === undefined) return;
  errors.needs(
    'tcpKeepalive', VersionGates.SAFE_KEEPALIVE_SYSCTLS, target,
    'the kubelet would refuse the pods (SysctlForbidden)', 'Write MqttTcpKeepalive.kernelDefaults()',
  );
  // Bounds of the kernel: MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL and MAX_TCP_KEEPCNT in include/net/tcp.h
  const bounds = { min: Duration.seconds(1), max: Duration.seconds(32_767) };
  errors.duration('tcpKeepalive time', tcpKeepalive.time, bounds, 'the kernel takes no other value');
  errors.duration('tcpKeepalive interval', tcpKeepalive.interval, bounds, 'the kernel takes no other value');
  errors.wholeNumber('tcpKeepalive probes', tcpKeepalive.probes, { min: 1, max: 127 }, 'the kernel takes no other value');
}

function checkListeners(errors: ArgumentErrors, listeners: MqttListener[] | undefined, strategy: BrokerStrategy, namespace?: string): void {
  if (!errors.filledArray('listeners', listeners, 'a broker without a listener has no clients; write for example [MqttListener.tcp()]')) return;
  const ports = new Map<unknown, string>(strategy.reservedPorts.map(({ port, use }) => [port, use]));
  const names = new Map<unknown, string>(strategy.reservedPorts.map(({ name, use }) => [name, use]));
  for (const [index, listener] of (listeners as MqttListener[]).entries()) {
    const at = `listeners[${index}]`;
    if (typeof listener?.transport !== 'string') {
      errors.add(`${at} is ${show(listener)}, but must be an MqttListener, for example MqttListener.tcp()`);
      continue;
    }
    errors.dnsLabel(`${at} name`, listener.name, 15, 'it names a container port');
    errors.wholeNumber(`${at} port`, listener.port, { min: 1, max: 65_535 }, 'there are no other TCP ports');
    errors.wholeNumber(`${at} maxConnections`, listener.maxConnections, { min: 1 }, 'a listener that accepts nobody is none');
    errors.wholeNumber(`${at} connectionsPerSecond`, listener.connectionsPerSecond, { min: 1 }, 'a listener that accepts nobody is none');
    checkOrigins(errors, `${at} allowedOrigins`, listener.allowedOrigins);
    if (listener.path !== undefined && !/^\/[^\s?#]*$/.test(listener.path)) errors.add(`${at} path is ${show(listener.path)}, but must be the path of a URL, for example '/mqtt'`);
    if (listener.encrypted) checkCertificate(errors, `${at} certificate`, listener.certificate, namespace);
    claim(errors, ports, listener.port, `${at} port`, at);
    claim(errors, names, listener.name, `${at} name`, at);
  }
  checkCertificateNames(errors, (listeners as MqttListener[]).filter((listener) => typeof listener?.transport === 'string'));
}

function checkCertificate(errors: ArgumentErrors, at: string, certificate: MqttTls | undefined, namespace: string | undefined): void {
  if (errors.like(at, certificate ?? (null as unknown as MqttTls), ['clientCertificate'], "MqttTls.fromSecret(Secret.fromSecretName(this, 'Tls', 'broker-tls'))")) {
    checkTls(errors, at, certificate!, namespace);
  }
}

/** cert-manager would write the two in turn, without an end. */
function checkCertificateNames(errors: ArgumentErrors, listeners: MqttListener[]): void {
  const requests = new Set(listeners.flatMap(({ certificate }) => (certificate?._certManager ? [certificate] : [])));
  const names = [...requests].map(({ secretName }) => secretName);
  for (const name of new Set(names.filter((candidate, index) => names.indexOf(candidate) !== index))) {
    errors.add(`listeners have different certificates of cert-manager in one Secret (${name ?? 'the default'}): share one MqttTls, or give each a secretName`);
  }
}

function listenerNames(listeners: MqttListener[] | undefined, profileName = 'development'): string[] {
  return Array.isArray(listeners) ? listeners.map((listener) => listener?.name) : [defaultListener(profileName, '').name];
}

/** Each port and each name can be taken once. */
function claim(errors: ArgumentErrors, taken: Map<unknown, string>, value: unknown, name: string, by: string): void {
  const owner = taken.get(value);
  if (owner === undefined) taken.set(value, by);
  else errors.add(`${name} ${show(value)} is taken already, by ${owner}: choose another`);
}
