import type { AdmissionCheck } from './admission-check';
import { CONNTRACK_ENTRIES, MEASURED_CONNECTIONS, TIME_WAIT_SECONDS } from '../catalogue/capacity';

const CLOSED_BY_DRAIN = `variables.drainRate * ${TIME_WAIT_SECONDS}`;
const PODS_PER_NODE = '(variables.antiAffinity ? 1 : !variables.hostSpread ? variables.replicas'
  + ' : variables.nodeCount == 0 ? 1 : (variables.replicas + variables.nodeCount - 1) / variables.nodeCount)';
const ENTRIES = `${PODS_PER_NODE} * (variables.connections + (variables.drainRate > 0 && ${CLOSED_BY_DRAIN} < variables.connections ? ${CLOSED_BY_DRAIN} : variables.connections))`;

/** Of a workload alone: what its Services add to the first, no policy sees. */
export const capacityChecks: readonly AdmissionCheck[] = [
  {
    rule: 'MQTT-CAPACITY-003',
    breaks: `${ENTRIES} > ${CONNTRACK_ENTRIES}`,
    found: `string(${ENTRIES}) + ' entries: connections-per-pod ' + string(variables.connections) + ', ' + string(${PODS_PER_NODE}) + ' pods on a node'`,
    countsReplicas: true,
  },
  {
    rule: 'MQTT-CAPACITY-004',
    breaks: `variables.broker == 'companion' && variables.connections > ${MEASURED_CONNECTIONS}`,
    found: "'connections-per-pod: ' + string(variables.connections)",
  },
];
