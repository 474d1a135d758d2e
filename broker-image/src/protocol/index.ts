export { Broker } from './broker.js';
export type { BrokerOptions, BrokerStatistics, Connection } from './broker-options.js';
