export { BrokerCluster, ClusterError, type BrokerClusterOptions } from './broker-cluster.js';
