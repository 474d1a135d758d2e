import { type ClusterManifests, service } from './base';
import { production, type RuleCases } from './rule-case';

const LABELS = { 'app.kubernetes.io/instance': 'broker' };

function podMonitor(name: string, endpoint: object = { port: 'http' }, spec: object = {}): any {
  return { apiVersion: 'monitoring.coreos.com/v1', kind: 'PodMonitor', metadata: { name, namespace: 'mqtt' }, spec: { selector: { matchLabels: LABELS }, podMetricsEndpoints: [endpoint], ...spec } };
}

function serviceMonitor(endpoint: object = { port: 'metrics' }, spec: object = {}): any {
  return {
    apiVersion: 'monitoring.coreos.com/v1', kind: 'ServiceMonitor', metadata: { name: 'services', namespace: 'mqtt' }, spec: { selector: { matchLabels: LABELS }, endpoints: [endpoint], ...spec },
  };
}

const metricsService = (name: string): any => {
  const made = service(name, { ports: [{ name: 'metrics', port: 9090, targetPort: 'http' }] });
  made.metadata.labels = LABELS;
  return made;
};

const monitored = (...monitors: object[]): object[] => production((manifests: ClusterManifests) => monitors.forEach((monitor, index) => { manifests[`monitor${index}`] = monitor; }));

const twice = (name: string, monitors: object[], by: string) => ({
  name,
  needsOtherObjects: 'the other monitor',
  manifests: monitored(...monitors),
  findings: [{ object: 'StatefulSet mqtt/broker', found: `port 8080 /metrics is fetched by ${by}`, breaks: 'Sums over the brokers are too high by as many times.' }],
});

export const monitoringCases: RuleCases[] = [
  {
    rule: 'MQTT-MONITORING-001',
    breaks: [
      twice('two PodMonitors', [podMonitor('a'), podMonitor('b')], 'PodMonitor a, PodMonitor b'),
      twice('the port by its number, in whatever namespace', [podMonitor('a'), podMonitor('b', { portNumber: 8080, path: '/metrics' }, { namespaceSelector: { any: true } })], 'PodMonitor a, PodMonitor b'),
      twice('a monitor of another namespace', [podMonitor('a'), { ...podMonitor('b', undefined, { namespaceSelector: { matchNames: ['mqtt'] } }), metadata: { name: 'b', namespace: 'monitoring' } }], 'PodMonitor a, PodMonitor b'),
      twice('the pods, and their Service', [podMonitor('a'), serviceMonitor(), metricsService('metrics')], 'PodMonitor a, ServiceMonitor services (Service metrics)'),
      twice('two Services', [serviceMonitor(), metricsService('a'), metricsService('b')], 'ServiceMonitor services (Service a), ServiceMonitor services (Service b)'),
      twice('a target port', [podMonitor('a'), serviceMonitor({ targetPort: 'http' }), metricsService('metrics')], 'PodMonitor a, ServiceMonitor services (Service metrics)'),
    ],
    satisfies: [
      { name: 'none', manifests: production() },
      { name: 'one', manifests: monitored(podMonitor('a')) },
      { name: 'one of each port', manifests: monitored(podMonitor('a'), podMonitor('b', { port: 'mqtts' })) },
      { name: 'one of each path', manifests: monitored(podMonitor('a'), podMonitor('b', { port: 'http', path: '/other' })) },
      { name: 'a port that the pods do not have', manifests: monitored(podMonitor('a'), podMonitor('b', { port: 'admin' }), podMonitor('c', {})) },
      { name: 'one of other pods', manifests: monitored(podMonitor('a'), podMonitor('b', undefined, { selector: { matchLabels: { 'app.kubernetes.io/instance': 'other' } } })) },
      { name: 'one that looks elsewhere', manifests: monitored(podMonitor('a'), podMonitor('b', undefined, { namespaceSelector: { matchNames: ['other'] } })) },
      { name: 'Services without the port', manifests: monitored(podMonitor('a'), serviceMonitor({ port: 'http' }), metricsService('metrics')) },
    ],
  },
];
