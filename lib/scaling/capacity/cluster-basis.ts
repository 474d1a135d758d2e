import { bytes } from './load';
import type { MqttProfile } from '../../cluster/mqtt-profile';
import { PROFILE_DEFAULTS } from '../../cluster/profile-defaults';
import { givenSettings } from '../../cluster/resolve-intent';
import type { MqttSessionStore } from '../../message-log/mqtt-session-store';
import type { MqttResources } from '../../workload/mqtt-resources';
import type { MqttStorage } from '../../workload/mqtt-storage';

/** What the profile says about the cluster: the least that a plan may say, and the numbers of a drain. */
export interface ClusterBasis {
  readonly replicas: number;
  readonly resources: MqttResources;
  readonly storage?: MqttStorage;
  readonly storageBytes: number;
  readonly connectionsPerPod: number;
  readonly drainConnectionsPerSecond: number;
  readonly shutdownDelaySeconds: number;
  readonly nodeCount?: number;
  readonly sessionStore: MqttSessionStore;
}

export function clusterBasis(profile: MqttProfile): ClusterBasis {
  const defaults = PROFILE_DEFAULTS[profile.name];
  const settings = { ...defaults, ...givenSettings({ profile }) };
  const { storage } = settings;
  return {
    replicas: settings.replicas,
    // An entry that a profile of one's own leaves out keeps the default as its least.
    resources: { ...defaults.resources, ...settings.resources },
    storage,
    storageBytes: bytes(storage?.size ?? defaults.storageSize),
    connectionsPerPod: settings.connectionsPerPod,
    drainConnectionsPerSecond: settings.drainConnectionsPerSecond,
    shutdownDelaySeconds: settings.shutdownDelay.toSeconds(),
    nodeCount: settings.nodeCount,
    sessionStore: settings.sessionStore,
  };
}
