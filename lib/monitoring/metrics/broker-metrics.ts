import { COMPANION_METRICS } from './companion';
import type { BrokerMetrics } from '../vocabulary';

const METRICS_OF_BROKERS: { readonly [broker: string]: BrokerMetrics } = {
  companion: COMPANION_METRICS,
};

/** Brokers with a metrics vocabulary. */
export const BROKERS_WITH_METRICS = Object.keys(METRICS_OF_BROKERS);

/** What a broker exports, or `undefined` if this library does not know. */
export function metricsOf(broker: string): BrokerMetrics | undefined {
  return Object.hasOwn(METRICS_OF_BROKERS, broker) ? METRICS_OF_BROKERS[broker] : undefined;
}
