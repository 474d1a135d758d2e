import { COMPANION_CLUSTER_METRICS, COMPANION_METRICS } from './companion';
import type { BrokerMetrics } from '../vocabulary';

interface KnownBroker {
  readonly alone: BrokerMetrics;
  /** Besides, by brokers that share their sessions. */
  readonly inCluster: BrokerMetrics;
}

const KNOWN_BROKERS: { readonly [broker: string]: KnownBroker } = {
  companion: { alone: COMPANION_METRICS, inCluster: COMPANION_CLUSTER_METRICS },
};

/** Brokers with a metrics vocabulary. */
export const BROKERS_WITH_METRICS = Object.keys(KNOWN_BROKERS);

/** What a broker exports, or `undefined` if this library does not know. */
export function metricsOf(broker: string, sharesSessions: boolean): BrokerMetrics | undefined {
  if (!Object.hasOwn(KNOWN_BROKERS, broker)) return undefined;
  const { alone, inCluster } = KNOWN_BROKERS[broker];
  return sharesSessions ? { ...alone, ...inCluster } : alone;
}
