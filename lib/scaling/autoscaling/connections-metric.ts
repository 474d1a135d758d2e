/** Gauges of connected clients. A broker has a series for each listener, so they have to be added up. */
const CONNECTIONS_OF_BROKERS: { readonly [broker: string]: string } = {
  companion: 'mqtt_connections',
};

/** Brokers whose connections an autoscaler can count. */
export const BROKERS_WITH_CONNECTIONS = Object.keys(CONNECTIONS_OF_BROKERS);

/** Name of the gauge, or `undefined` if this library does not know it. */
export function connectionsMetric(broker: string): string | undefined {
  return Object.hasOwn(CONNECTIONS_OF_BROKERS, broker) ? CONNECTIONS_OF_BROKERS[broker] : undefined;
}
