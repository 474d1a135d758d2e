export { Broker } from './broker.js';
export type { BrokerOptions, Connection } from './broker-options.js';
