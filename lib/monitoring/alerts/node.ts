import type { AlertDefinition } from './alert-definition';
import { MqttAlert } from '../mqtt-alert';
import { conntrackUsedRatio } from '../node-series';

export const NODE_ALERTS: AlertDefinition[] = [
  {
    alert: MqttAlert.CONNTRACK_NEARLY_FULL,
    severity: 'warning',
    holdsFor: '10m',
    needs: [],
    expression: (series, { conntrackRatio }) => `${conntrackUsedRatio(series)} > ${conntrackRatio}`,
    summary: 'A node with MQTT brokers tracks nearly as many connections as it can.',
    description: (cluster) => `Node {{ $labels.node }}, which runs a broker of the MQTT cluster ${cluster}, uses {{ $value | humanizePercentage }} of its connection tracking table. When it is full, the kernel drops new connections.`,
  },
];
