export { Broker } from './broker.js';
export type { ClientDescription, LiveConnection } from './client-context.js';
export type { BrokerOptions, Connection, OtherBrokers } from './broker-options.js';
export { filterMatches, filterProblem, topicProblem } from './topics.js';
