import { Duration, Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-27';
import type { MqttClusterSettings } from './mqtt-cluster-settings';
import { MqttSessionStore } from '../message-log/mqtt-session-store';
import { MqttKeepaliveLimit } from '../workload/mqtt-keepalive-limit';
import { MqttSpread } from '../workload/mqtt-spread';

/** Settings whose default is a value; the others' defaults depend on the cluster. */
export type ValueDefaults = Required<Pick<MqttClusterSettings,
  | 'replicas' | 'keepaliveLimit' | 'sessionExpiry' | 'antiAffinity' | 'antiAffinityToOtherClusters' | 'zoneSpread' | 'resources' | 'connectionsPerPod'
  | 'drainConnectionsPerSecond' | 'shutdownDelay' | 'networkPolicy' | 'sessionStore'
>> & {
  /** Size of each pod's volume. */
  readonly storageSize: Size;
};

const COMMON = {
  sessionExpiry: Duration.days(7),
  antiAffinityToOtherClusters: MqttSpread.PREFERRED,
  zoneSpread: MqttSpread.PREFERRED,
  drainConnectionsPerSecond: 500,
};

/** What docs and docstrings promise for each profile. */
export const PROFILE_DEFAULTS: { readonly [profile: string]: ValueDefaults } = {
  development: {
    ...COMMON,
    replicas: 1,
    sessionStore: MqttSessionStore.embedded(),
    storageSize: Size.gibibytes(15),
    keepaliveLimit: MqttKeepaliveLimit.none(),
    antiAffinity: MqttSpread.PREFERRED,
    resources: { cpuRequest: Cpu.millis(100), memoryRequest: Size.mebibytes(256), memoryLimit: Size.mebibytes(512) },
    connectionsPerPod: 1000,
    shutdownDelay: Duration.seconds(5),
    networkPolicy: false,
  },
  production: {
    ...COMMON,
    replicas: 3,
    sessionStore: MqttSessionStore.replicated(),
    storageSize: Size.gibibytes(100),
    keepaliveLimit: MqttKeepaliveLimit.of(Duration.seconds(180)),
    antiAffinity: MqttSpread.REQUIRED,
    resources: { cpuRequest: Cpu.units(1), memoryRequest: Size.gibibytes(2), memoryLimit: Size.gibibytes(2) },
    connectionsPerPod: 10_000,
    shutdownDelay: Duration.seconds(15),
    networkPolicy: true,
  },
};
