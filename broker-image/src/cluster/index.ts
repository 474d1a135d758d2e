export { BrokerCluster, type BrokerClusterOptions } from './broker-cluster.js';
export { ClusterError } from './cluster-error.js';
