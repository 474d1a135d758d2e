import { BROKER } from './alert-definition';
import type { AlertDefinition } from './alert-definition';
import { MqttAlert } from '../mqtt-alert';

/** Below this many clients in a cluster, a few devices that are switched off look like a mass disconnect. */
const FEW_CLIENTS = 50;
/** Below this many connections a broker, chance alone makes one have far more than another. */
const FEW_CONNECTIONS_PER_BROKER = 100;

export const CLIENT_ALERTS: AlertDefinition[] = [
  {
    alert: MqttAlert.AUTHENTICATION_FAILURES,
    severity: 'warning',
    holdsFor: '10m',
    needs: ['authenticationFailures'],
    expression: (series, { authenticationFailuresPerSecond }) =>
      `sum by (namespace) (rate(${series.broker('authenticationFailures')}[5m])) > ${authenticationFailuresPerSecond}`,
    summary: 'Many MQTT clients fail to authenticate.',
    description: (cluster) => `{{ $value | humanize }} connections a second to the MQTT cluster ${cluster} fail to authenticate: credentials were changed on one side only, or somebody tries them out.`,
  },
  {
    alert: MqttAlert.CONNECTIONS_REFUSED,
    severity: 'warning',
    holdsFor: '10m',
    needs: ['connectFailures'],
    expression: (series, { refusedPerSecond }) =>
      `sum by (namespace, reason) (rate(${series.broker('connectFailures')}[5m])) > ${refusedPerSecond}`,
    summary: 'Many MQTT connections are refused.',
    description: (cluster) => `The MQTT cluster ${cluster} refuses {{ $value | humanize }} connections a second for the reason {{ $labels.reason }}.`,
  },
  {
    alert: MqttAlert.MASS_DISCONNECT,
    severity: 'warning',
    holdsFor: '2m',
    needs: ['connectionsLost', 'connections'],
    expression: (series, { disconnectedRatio }) => {
      const before = `sum by (namespace) (max_over_time(${series.broker('connections')}[10m]))`;
      return [
        `sum by (namespace) (increase(${series.broker('connectionsLost')}[10m]))\n/ ${before} > ${disconnectedRatio}`,
        `and ${before} >= ${FEW_CLIENTS}`,
      ].join('\n');
    },
    summary: 'Many MQTT clients have lost their connections.',
    description: (cluster) => `The connections that the MQTT cluster ${cluster} has lost within 10 minutes are {{ $value | humanizePercentage }} of its clients. Neither the clients nor an update ended them.`,
  },
  {
    alert: MqttAlert.CONNECTIONS_UNBALANCED,
    severity: 'warning',
    holdsFor: '30m',
    needs: ['connections'],
    expression: (series, { unbalancedRatio }) => {
      const perBroker = `sum by (namespace, pod) (${series.broker('connections')})`;
      const average = `avg by (namespace) (${perBroker})`;
      return [
        `${perBroker}\n/ on (namespace) group_left () ${average} > ${unbalancedRatio}`,
        `and on (namespace) ${average} >= ${FEW_CONNECTIONS_PER_BROKER}`,
      ].join('\n');
    },
    summary: 'An MQTT broker has far more connections than the others.',
    description: () => `${BROKER} has {{ $value | humanize }} times the average number of connections: it reaches its limits first, and its failure hits more clients than it should.`,
  },
];
