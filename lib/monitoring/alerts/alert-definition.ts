import type { Thresholds } from './thresholds';
import type { MqttAlert } from '../mqtt-alert';
import type { Need, Series } from '../series';

/** An alert as a function of what the broker exports. */
export interface AlertDefinition {
  readonly alert: MqttAlert;
  /** `info`: nothing is wrong, but nobody should have to find it out. */
  readonly severity: 'critical' | 'warning' | 'info';
  /** How long the expression must hold, as Prometheus writes durations. */
  readonly holdsFor: string;
  /** Without one of these the alert is left out. */
  readonly needs: readonly Need[];
  /** PromQL. Aggregations keep `namespace`, and `pod` where a single broker is meant. */
  readonly expression: (series: Series, thresholds: Thresholds) => string;
  /** One line, without values. */
  readonly summary: string;
  /** Which object, which value, what it means for clients. A Prometheus template; `cluster` is the cluster's name. */
  readonly description: (cluster: string) => string;
}

/** How a description names the broker that a series is about. */
export const BROKER = 'Broker {{ $labels.namespace }}/{{ $labels.pod }}';
