export { Broker, type BrokerOptions, type BrokerStatistics, type Connection } from './broker.js';
