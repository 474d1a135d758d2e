import { readFileSync } from 'fs';
import { join } from 'path';
import { Duration } from 'cdk8s';
import { chartWithCluster, monitor, monitorWithLog, ruleGroupOf } from './fixtures';
import { MqttCluster } from '../../lib/cluster/mqtt-cluster';
import { MqttMessageLog } from '../../lib/message-log/mqtt-message-log';
import { MqttSessionStore } from '../../lib/message-log/mqtt-session-store';
import { CLUSTER_ALERTS } from '../../lib/monitoring/alerts/cluster';
import { MqttAlert } from '../../lib/monitoring/mqtt-alert';
import { MqttAlerts, type MqttAlertsOptions } from '../../lib/monitoring/mqtt-alerts';
import { MqttMonitoring } from '../../lib/monitoring/mqtt-monitoring';

const RUNBOOKS = readFileSync(join(__dirname, '../../docs/monitoring.md'), 'utf8');

const groupWith = (options: MqttAlertsOptions) => ruleGroupOf(monitorWithLog({ alerts: MqttAlerts.prometheusRule(options) }).monitoring);

test('there is one group with every alert', () => {
  const group = ruleGroupOf(monitorWithLog().monitoring);
  expect(group.name).toBe('mqtt-broker');
  expect(group.rules.map(({ alert }) => alert).sort()).toEqual(Object.values(MqttAlert).sort());
});

test('without a message log, there are no alerts about one', () => {
  const { rules } = ruleGroupOf(monitor().monitoring);
  const ofClusters = CLUSTER_ALERTS.map(({ alert }) => alert);
  expect(rules.map(({ alert }) => alert)).toEqual(Object.values(MqttAlert).filter((alert) => !alert.startsWith('MqttMessageLog') && !ofClusters.includes(alert)));
});

test('with a NATS that exists, there are alerts about the cluster, and none about the nodes, which somebody else watches', () => {
  const { chart } = chartWithCluster();
  const cluster = new MqttCluster(chart, 'Other', { name: 'other', sessionStore: MqttSessionStore.replicatedBy(MqttMessageLog.fromServers(['nats://nats:4222'])) });
  const names = ruleGroupOf(new MqttMonitoring(chart, 'Monitoring', { cluster })).rules.map(({ alert }) => alert);
  expect(names).toEqual(Object.values(MqttAlert).filter((alert) => !alert.startsWith('MqttMessageLog')));
});

test('alerts are left out by name', () => {
  const without = [MqttAlert.MASS_DISCONNECT, MqttAlert.CONNTRACK_NEARLY_FULL];
  const names = groupWith({ without }).rules.map(({ alert }) => alert);
  expect(names).toHaveLength(Object.values(MqttAlert).length - 2);
  expect(names).not.toEqual(expect.arrayContaining([without[0]]));
  expect(names).not.toEqual(expect.arrayContaining([without[1]]));
});

const thresholds: [keyof MqttAlertsOptions, MqttAlertsOptions, MqttAlert, string, string][] = [
  ['storeUsedRatio', { storeUsedRatio: 0.5 }, MqttAlert.STORE_NEARLY_FULL, '> 0.8', '> 0.5'],
  ['volumeUsedRatio', { volumeUsedRatio: 0.5 }, MqttAlert.VOLUME_NEARLY_FULL, '> 0.85', '> 0.5'],
  ['commitDuration', { commitDuration: Duration.millis(25) }, MqttAlert.COMMITS_SLOW, '> 0.1', '> 0.025'],
  ['droppedRatio', { droppedRatio: 0 }, MqttAlert.MESSAGES_DROPPED, '> 0.01', '> 0'],
  ['queuedMessages', { queuedMessages: 5000 }, MqttAlert.QUEUES_GROWING, '> 100000', '> 5000'],
  ['authenticationFailuresPerSecond', { authenticationFailuresPerSecond: 0.1 }, MqttAlert.AUTHENTICATION_FAILURES, '> 1', '> 0.1'],
  ['refusedPerSecond', { refusedPerSecond: 20 }, MqttAlert.CONNECTIONS_REFUSED, '> 1', '> 20'],
  ['deniedPerSecond', { deniedPerSecond: 5 }, MqttAlert.PUBLISH_DENIED, '> 1', '> 5'],
  ['throttledClients', { throttledClients: 0 }, MqttAlert.CLIENTS_THROTTLED, '> 0.5', '> 0'],
  ['logUsedRatio', { logUsedRatio: 0.7 }, MqttAlert.CLUSTER_LOG_NEARLY_FULL, '> 0.8', '> 0.7'],
  ['certificateWarning', { certificateWarning: Duration.days(7) }, MqttAlert.CERTIFICATE_EXPIRING, '< 1209600', '< 604800'],
  ['certificateCritical', { certificateCritical: Duration.hours(12) }, MqttAlert.CERTIFICATE_NEARLY_EXPIRED, '< 259200', '< 43200'],
  ['revocationListCritical', { revocationListCritical: Duration.hours(1) }, MqttAlert.REVOCATION_LIST_EXPIRING, '< 21600', '< 3600'],
  ['logLagEntries', { logLagEntries: 50 }, MqttAlert.CLUSTER_LOG_LAGGING, '> 500', '> 50'],
  ['appendDuration', { appendDuration: Duration.millis(50) }, MqttAlert.CLUSTER_LOG_APPENDS_SLOW, '> 0.25', '> 0.05'],
  ['disconnectedRatio', { disconnectedRatio: 0.5 }, MqttAlert.MASS_DISCONNECT, '> 0.2', '> 0.5'],
  ['unbalancedRatio', { unbalancedRatio: 3 }, MqttAlert.CONNECTIONS_UNBALANCED, '> 1.5', '> 3'],
  ['eventLoopLag', { eventLoopLag: Duration.seconds(1) }, MqttAlert.EVENT_LOOP_LAGGING, '> 0.2', '> 1'],
  ['fileDescriptorsRatio', { fileDescriptorsRatio: 0.9 }, MqttAlert.FILE_DESCRIPTORS_NEARLY_USED, '> 0.8', '> 0.9'],
  ['conntrackRatio', { conntrackRatio: 0.6 }, MqttAlert.CONNTRACK_NEARLY_FULL, '> 0.75', '> 0.6'],
];

test.each(thresholds)('%s is compared with', (_, options, alert, byDefault, changed) => {
  const lineOf = (given: MqttAlertsOptions, threshold: string) =>
    groupWith(given).rules.find((rule) => rule.alert === alert)!.expr.split('\n').some((line) => line.endsWith(threshold));
  expect([lineOf({}, byDefault), lineOf(options, changed), lineOf(options, byDefault)]).toEqual([true, true, false]);
});

test('extra labels are on every alert, and may change the severity', () => {
  const { rules } = groupWith({ alertLabels: { team: 'iot', severity: 'info' } });
  for (const { labels } of rules) expect(labels).toEqual({ mqtt_cluster: 'broker', severity: 'info', team: 'iot' });
});

test('labels of the object are no labels of alerts', () => {
  const { monitoring } = monitorWithLog({ alerts: MqttAlerts.prometheusRule({ labels: { release: 'prometheus' } }) });
  expect(monitoring.prometheusRule!.toJson().metadata.labels.release).toBe('prometheus');
  expect(ruleGroupOf(monitoring).rules[0].labels).toEqual({ mqtt_cluster: 'broker', severity: 'critical' });
});

test('every alert follows the conventions of the Kubernetes mixins', () => {
  for (const { labels, annotations } of ruleGroupOf(monitorWithLog().monitoring).rules) {
    expect(['critical', 'warning', 'info']).toContain(labels.severity);
    expect(annotations.summary).toMatch(/^[A-Z].*\.$/);
    expect(annotations.summary).not.toContain('{{');
    expect(annotations.description).toMatch(/\.$/);
  }
});

test.each(Object.values(MqttAlert))('the runbook of %s is where its URL leads', (alert) => {
  const { annotations } = ruleGroupOf(monitorWithLog().monitoring).rules.find((rule) => rule.alert === alert)!;
  expect(annotations.runbook_url).toBe(`https://github.com/cdk8s-mqtt/cdk8s-mqtt/blob/main/docs/monitoring.md#${alert.toLowerCase()}`);
  expect(RUNBOOKS).toContain(`\n### ${alert}\n`);
});

test.each([['0.0.0', 'main'], ['1.4.0', 'v1.4.0'], ['2.0.0-rc.1', 'v2.0.0-rc.1']])('the runbooks of version %s are those of %s', (version, ref) => {
  jest.isolateModules(() => {
    jest.doMock('../../package.json', () => ({ ...jest.requireActual('../../package.json'), version }));
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const fixtures: typeof import('./fixtures') = require('./fixtures');
    const [{ annotations }] = fixtures.ruleGroupOf(fixtures.monitor().monitoring).rules;
    expect(annotations.runbook_url).toBe(`https://github.com/cdk8s-mqtt/cdk8s-mqtt/blob/${ref}/docs/monitoring.md#mqttclusterdown`);
  });
});

test('runbooks may be elsewhere', () => {
  expect(groupWith({ runbookUrl: 'https://wiki.example.com/mqtt' }).rules[0].annotations.runbook_url).toBe('https://wiki.example.com/mqtt#mqttclusterdown');
});
