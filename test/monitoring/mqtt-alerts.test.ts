import { readFileSync } from 'fs';
import { join } from 'path';
import { Duration } from 'cdk8s';
import { monitor, monitorWithLog, ruleGroupOf } from './fixtures';
import { MqttAlert } from '../../lib/monitoring/mqtt-alert';
import { MqttAlerts, type MqttAlertsOptions } from '../../lib/monitoring/mqtt-alerts';

const RUNBOOKS = readFileSync(join(__dirname, '../../docs/monitoring.md'), 'utf8');

const groupWith = (options: MqttAlertsOptions) => ruleGroupOf(monitorWithLog({ alerts: MqttAlerts.prometheusRule(options) }).monitoring);

test('there is one group with every alert', () => {
  const group = ruleGroupOf(monitorWithLog().monitoring);
  expect(group.name).toBe('mqtt-broker');
  expect(group.rules.map(({ alert }) => alert).sort()).toEqual(Object.values(MqttAlert).sort());
});

test('without a message log, there are no alerts about one', () => {
  const { rules } = ruleGroupOf(monitor().monitoring);
  expect(rules.map(({ alert }) => alert)).toEqual(Object.values(MqttAlert).filter((alert) => !alert.startsWith('MqttMessageLog')));
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
    expect(['critical', 'warning']).toContain(labels.severity);
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

test('runbooks may be elsewhere', () => {
  expect(groupWith({ runbookUrl: 'https://wiki.example.com/mqtt' }).rules[0].annotations.runbook_url).toBe('https://wiki.example.com/mqtt#mqttclusterdown');
});
