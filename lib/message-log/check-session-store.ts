import { checkOptions } from './check-arguments';
import { checkMessageLog, ROOM_BETWEEN_SNAPSHOTS } from './check-message-log';
import { SMALLEST_LOG, SMALLEST_STORE } from './log-room';
import type { MqttSessionStore } from './mqtt-session-store';
import { type ArgumentErrors, show } from '../manifest/arguments';
import type { KubernetesVersion } from '../manifest/kubernetes-version';

/** What the broker takes for `cluster.name`: NATS makes names of streams and subjects of it. */
export const CLUSTER_NAME = /^[a-zA-Z0-9_-]{1,40}$/;

/** What cannot work about where sessions live. */
export function checkSessionStore(
  errors: ArgumentErrors, store: MqttSessionStore | undefined, target: KubernetesVersion, namespace: string | undefined,
): void {
  if (!errors.like('sessionStore', store, ['isReplicated', '_replication'], 'MqttSessionStore.replicated()')) return;
  const { clusterName, maxLogSize, maxStoreSize, rebalance } = store._replication ?? {};
  if (clusterName !== undefined && (typeof clusterName !== 'string' || !CLUSTER_NAME.test(clusterName))) {
    errors.add(`sessionStore clusterName is ${show(clusterName)}, but must be 1 to 40 letters, digits, '-' and '_': streams and subjects of the message log begin with it`);
  }
  errors.size('sessionStore maxLogSize', maxLogSize, { min: SMALLEST_LOG }, ROOM_BETWEEN_SNAPSHOTS);
  errors.size('sessionStore maxStoreSize', maxStoreSize, { min: SMALLEST_STORE }, 'the broker takes no less for store.maxBytes');
  if (errors.like('sessionStore rebalance', rebalance, [], '{ connectionsPerSecond: 50 }')) {
    errors.boolean('sessionStore rebalance enabled', rebalance.enabled);
    errors.wholeNumber('sessionStore rebalance connectionsPerSecond', rebalance.connectionsPerSecond, { min: 1 }, 'to move none, write enabled: false');
    errors.wholeNumber('sessionStore rebalance tolerancePercent', rebalance.tolerancePercent, { min: 1, max: 100 }, 'it is a share above or below the average');
  }
  if (!store.isReplicated) return;
  if (store._ownLog === undefined) checkMessageLog(errors, 'sessionStore log', store._log);
  else checkOptions(errors.under('sessionStore'), store._ownLog, target, namespace);
}
