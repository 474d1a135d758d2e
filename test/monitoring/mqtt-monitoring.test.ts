import { App, Chart, Duration, Testing, Yaml } from 'cdk8s';
import { chartWithCluster, dashboardOf, type Manifest, monitor, monitorWithLog, ofKind, ruleGroupOf } from './fixtures';
import { MqttCluster } from '../../lib/cluster/mqtt-cluster';
import { MqttMessageLog } from '../../lib/message-log/mqtt-message-log';
import { MqttSessionStore } from '../../lib/message-log/mqtt-session-store';
import { MqttAlert } from '../../lib/monitoring/mqtt-alert';
import { MqttAlerts } from '../../lib/monitoring/mqtt-alerts';
import { MqttDashboard } from '../../lib/monitoring/mqtt-dashboard';
import { MqttMonitoring } from '../../lib/monitoring/mqtt-monitoring';
import type { MqttMonitoringProps } from '../../lib/monitoring/mqtt-monitoring-props';
import { MqttScrape } from '../../lib/monitoring/mqtt-scrape';

const everything: Required<Omit<MqttMonitoringProps, 'cluster'>> = {
  clusterLabel: 'cluster',
  scrape: MqttScrape.serviceMonitor({ interval: Duration.seconds(15) }),
  alerts: MqttAlerts.prometheusRule({ alertLabels: { team: 'iot' } }),
  dashboard: MqttDashboard.grafanaDashboard({ instanceLabels: { dashboards: 'grafana' } }),
  labels: { release: 'prometheus' },
};

describe('what is rendered', () => {
  test('by default a PodMonitor, a PrometheusRule and a ConfigMap', () => {
    const { monitoring } = monitor();
    expect([monitoring.monitor, monitoring.prometheusRule, monitoring.dashboard].map((object) => `${object!.apiVersion} ${object!.kind}`)).toEqual([
      'monitoring.coreos.com/v1 PodMonitor', 'monitoring.coreos.com/v1 PrometheusRule', 'v1 ConfigMap',
    ]);
  });

  test('with every prop a ServiceMonitor, a PrometheusRule and a GrafanaDashboard', () => {
    const { monitoring } = monitor(everything);
    expect([monitoring.monitor, monitoring.prometheusRule, monitoring.dashboard].map((object) => `${object!.apiVersion} ${object!.kind}`)).toEqual([
      'monitoring.coreos.com/v1 ServiceMonitor', 'monitoring.coreos.com/v1 PrometheusRule', 'grafana.integreatly.org/v1beta1 GrafanaDashboard',
    ]);
  });

  test('nothing when everything is switched off', () => {
    const { chart, monitoring } = monitor({ scrape: MqttScrape.none(), alerts: MqttAlerts.none(), dashboard: MqttDashboard.none() });
    expect([monitoring.monitor, monitoring.prometheusRule, monitoring.dashboard]).toEqual([undefined, undefined, undefined]);
    expect(Testing.synth(chart)).toEqual(Testing.synth(chartWithCluster().chart));
  });

  test('the construct ids, and so the names, are a contract', () => {
    const names = (props: Partial<MqttMonitoringProps>) => monitor(props).monitoring.node.children.map(({ node }) => node.path);
    expect(names({})).toEqual(['iot/Monitoring/PodMonitor', 'iot/Monitoring/PrometheusRule', 'iot/Monitoring/Dashboard']);
    expect(names(everything)).toEqual(['iot/Monitoring/ServiceMonitor', 'iot/Monitoring/PrometheusRule', 'iot/Monitoring/Dashboard']);
  });

  test('two synths are byte-equal', () => {
    const synthesized = () => Yaml.stringify(...Testing.synth(monitor(everything).chart));
    expect(synthesized()).toBe(synthesized());
  });
});

describe('labels', () => {
  test('every object belongs to the cluster, and carries the extra labels', () => {
    const { monitoring } = monitor({ labels: { release: 'prometheus' } });
    for (const object of [monitoring.monitor, monitoring.prometheusRule, monitoring.dashboard]) {
      expect((object!.toJson() as Manifest).metadata.labels).toMatchObject({
        'app.kubernetes.io/name': 'mqtt-broker',
        'app.kubernetes.io/instance': 'broker',
        'app.kubernetes.io/component': 'monitoring',
        'app.kubernetes.io/part-of': 'mqtt',
        'app.kubernetes.io/managed-by': 'cdk8s-mqtt',
        'release': 'prometheus',
      });
    }
  });
});

describe('namespaces', () => {
  function inNamespaces(ofCluster: string | undefined, ofMonitoring: string | undefined): MqttMonitoring {
    const app = Testing.app();
    const cluster = new MqttCluster(new Chart(app, 'brokers', { namespace: ofCluster }), 'Broker', { name: 'broker' });
    return new MqttMonitoring(new Chart(app, 'monitoring', { namespace: ofMonitoring }), 'Monitoring', { cluster });
  }

  test.each([['mqtt', 'mqtt'], [undefined, undefined]])('cluster in %s, monitoring in %s: the monitor looks into its own', (ofCluster, ofMonitoring) => {
    expect(inNamespaces(ofCluster, ofMonitoring).monitor!.toJson().spec).not.toHaveProperty('namespaceSelector');
  });

  test.each([['mqtt', 'monitoring'], ['mqtt', undefined]])('cluster in %s, monitoring in %s: the monitor names that of the cluster', (ofCluster, ofMonitoring) => {
    expect(inNamespaces(ofCluster, ofMonitoring).monitor!.toJson().spec.namespaceSelector).toEqual({ matchNames: ['mqtt'] });
  });

  test('a monitor cannot look into a namespace that nobody knows', () => {
    expect(() => inNamespaces(undefined, 'monitoring')).toThrow([
      '[monitoring/Monitoring] MqttMonitoring: an argument cannot work:',
      "  - the chart of the monitoring has the namespace 'monitoring', but the chart of the cluster has none: a PodMonitor finds brokers in its own namespace, or in one that it names. "
        + 'Give the chart of the cluster a namespace too',
    ].join('\n'));
  });

  test('alerts of a cluster without a namespace watch every namespace that it may be applied to', () => {
    const [clusterDown, brokerDown] = ruleGroupOf(inNamespaces(undefined, undefined)).rules;
    expect(clusterDown.expr).toBe('max by (namespace) (up{pod=~"broker-[0-9]+"}) == 0 or absent(up{pod=~"broker-[0-9]+"})');
    expect(brokerDown.expr).toBe('up{pod=~"broker-[0-9]+"} == 0');
  });

  test('the dashboard of a cluster without a namespace asks for it', () => {
    const variable = dashboardOf(inNamespaces(undefined, undefined)).templating.list.find(({ name }: { name: string }) => name === 'namespace');
    expect(variable).not.toHaveProperty('current');
    expect(variable.query).toBe('label_values(up{pod=~"broker-[0-9]+"}, namespace)');
  });
});

describe('overrides of the cluster are seen', () => {
  test('the claims of the alerts are those of the workload', () => {
    const { cluster, monitoring } = monitor();
    cluster.workload.addJsonPatch({ _toJson: () => ({ op: 'replace', path: '/spec/volumeClaimTemplates/0/metadata/name', value: 'store' }) } as any);
    const volume = ruleGroupOf(monitoring).rules.find(({ alert }) => alert === MqttAlert.VOLUME_NEARLY_FULL)!;
    expect(volume.expr).toContain('persistentvolumeclaim=~"(store)-(broker-[0-9]+)"');
  });
});

describe('arguments that cannot work', () => {
  const message = (props: object) => {
    const { chart, cluster } = chartWithCluster();
    try {
      new MqttMonitoring(chart, 'Monitoring', { cluster, ...props } as MqttMonitoringProps);
    } catch (error) {
      return (error as Error).message.split('\n').slice(1).map((line) => line.slice(4));
    }
    return [];
  };

  test('no props at all', () => {
    expect(() => new MqttMonitoring(new App().node.root as any, 'Monitoring', undefined as any)).toThrow(/cluster is undefined, but must be the cluster to watch/);
  });

  test('a cluster that is none', () => {
    expect(message({ cluster: { name: 'broker' } })).toEqual(["cluster is an object, but must be made like this: new MqttCluster(chart, 'Broker')"]);
  });

  test('all of them are told at once, with the construct path', () => {
    const { chart, cluster } = chartWithCluster();
    expect(() => new MqttMonitoring(chart, 'Monitoring', {
      cluster,
      scrape: 'PodMonitor' as any,
      alerts: {} as any,
      dashboard: true as any,
      labels: { 'app.kubernetes.io/name': 'mine', 'a b': 'c' },
    })).toThrow([
      '[iot/Monitoring] MqttMonitoring: 5 arguments cannot work:',
      "  - labels has the key 'a b', which is not a label key: [prefix/]name, name of at most 63 letters, digits, '-', '_', '.'",
      "  - labels has the key 'app.kubernetes.io/name', which the library sets itself: choose another",
      "  - scrape is 'PodMonitor', but must be made like this: MqttScrape.podMonitor()",
      '  - alerts is an object, but must be made like this: MqttAlerts.prometheusRule()',
      '  - dashboard is true, but must be made like this: MqttDashboard.configMap()',
    ].join('\n'));
  });

  test('a broker whose metrics are unknown', () => {
    const { chart, cluster } = chartWithCluster();
    const foreign = Object.assign(Object.create(cluster), { brokerName: 'mosquitto' }) as MqttCluster;
    expect(() => new MqttMonitoring(chart, 'Monitoring', { cluster: foreign })).toThrow(
      "the metrics of the broker 'mosquitto' are not known (those of companion are), so there is nothing to make alerts or a dashboard of. "
      + 'Write alerts: MqttAlerts.none() and dashboard: MqttDashboard.none() to have it scraped all the same',
    );
    const scraped = new MqttMonitoring(chart, 'Scraped', { cluster: foreign, alerts: MqttAlerts.none(), dashboard: MqttDashboard.none() });
    expect(scraped.monitor!.kind).toBe('PodMonitor');
  });

  test.each([
    ['k8s-cluster', "clusterLabel is 'k8s-cluster', which is not a label of Prometheus: letters, digits and '_', not beginning with a digit or '__', for example 'cluster'"],
    ['__cluster', "clusterLabel is '__cluster', which is not a label of Prometheus: letters, digits and '_', not beginning with a digit or '__', for example 'cluster'"],
    ['', "clusterLabel is '', which is not a label of Prometheus: letters, digits and '_', not beginning with a digit or '__', for example 'cluster'"],
    [7, "clusterLabel is 7, which is not a label of Prometheus: letters, digits and '_', not beginning with a digit or '__', for example 'cluster'"],
    ['namespace', "clusterLabel is 'namespace', which says something else of these series: write the label that tells Kubernetes clusters apart, for example 'cluster'"],
  ])('clusterLabel %s', (clusterLabel, problem) => {
    expect(message({ clusterLabel: clusterLabel as string })).toEqual([problem]);
  });

  test.each([
    [Duration.millis(1500), 'scrape interval is 1.5 s, but can only be expressed in whole seconds: rates over five minutes need four samples'],
    [Duration.seconds(0), 'scrape interval is 0 s, but must be from 1 s to 75 s: rates over five minutes need four samples'],
    [Duration.minutes(2), 'scrape interval is 120 s, but must be from 1 s to 75 s: rates over five minutes need four samples'],
    ['30s', "scrape interval is '30s', but must be a Duration, for example Duration.seconds(1)"],
  ])('scrape interval %s', (interval, problem) => {
    expect(message({ scrape: MqttScrape.podMonitor({ interval: interval as Duration }) })).toEqual([problem]);
  });

  test('labels of a single object', () => {
    const bad = { release: 'a b' };
    const problem = (name: string) => `${name}['release'] is 'a b', which is not a label value: at most 63 letters, digits, '-', '_', '.', beginning and ending with a letter or digit`;
    expect(message({ scrape: MqttScrape.podMonitor({ labels: bad }) })).toEqual([problem('scrape labels')]);
    expect(message({ alerts: MqttAlerts.prometheusRule({ labels: bad }) })).toEqual([problem('alerts labels')]);
    expect(message({ dashboard: MqttDashboard.configMap({ labels: bad }) })).toEqual([problem('dashboard labels')]);
    expect(message({ dashboard: MqttDashboard.grafanaDashboard({ labels: bad, instanceLabels: bad }) })).toEqual([problem('dashboard labels'), problem('dashboard instanceLabels')]);
  });

  test.each([
    [{ folder: ' ' }, "dashboard folder is ' ', but must be the title of a folder in Grafana"],
    [{ folder: 7 }, 'dashboard folder is 7, but must be the title of a folder in Grafana'],
  ])('dashboard %o', (options, problem) => {
    expect(message({ dashboard: MqttDashboard.configMap(options as any) })).toEqual([problem]);
  });

  test.each([[{}], [undefined]])('instanceLabels %o', (instanceLabels) => {
    expect(message({ dashboard: MqttDashboard.grafanaDashboard({ instanceLabels: instanceLabels as any, allowCrossNamespaceImport: 'yes' as any }) })).toEqual([
      "dashboard instanceLabels is empty, but must have the labels of the Grafana resources that get the dashboard, for example { dashboards: 'grafana' }",
      "dashboard allowCrossNamespaceImport is 'yes', but must be true or false",
    ]);
  });

  test.each([
    [{ runbookUrl: 'runbooks.html' }, "alerts runbookUrl is 'runbooks.html', but must be an http(s) URL without a fragment: the name of each alert is added as one"],
    [{ runbookUrl: 'https://example.com/#a' }, "alerts runbookUrl is 'https://example.com/#a', but must be an http(s) URL without a fragment: the name of each alert is added as one"],
    [{ without: [] }, 'alerts without is empty: leave it out to get every alert'],
    [{ without: Object.values(MqttAlert) }, 'alerts without names every alert: write MqttAlerts.none()'],
    [{ alertLabels: { 'team-name': 'iot' } }, "alerts alertLabels has the key 'team-name', which is not a label of Prometheus: letters, digits and '_', not beginning with a digit or '__'"],
    [{ alertLabels: { __team: 'iot' } }, "alerts alertLabels has the key '__team', which is not a label of Prometheus: letters, digits and '_', not beginning with a digit or '__'"],
    [{ alertLabels: { alertname: 'x' } }, "alerts alertLabels has the key 'alertname', which Prometheus sets to the name of the alert: choose another"],
    [{ alertLabels: { team: '' } }, "alerts alertLabels['team'] is '', but must be a string that is not empty"],
    [{ alertLabels: 'iot' }, "alerts alertLabels is 'iot', but must be made like this: { team: 'iot' }"],
    [{ storeUsedRatio: 1 }, 'alerts storeUsedRatio is 1, but must be a number above 0 and below 1, for example 0.8'],
    [{ volumeUsedRatio: 85 }, 'alerts volumeUsedRatio is 85, but must be a number above 0 and below 1, for example 0.8'],
    [{ fileDescriptorsRatio: 0 }, 'alerts fileDescriptorsRatio is 0, but must be a number above 0 and below 1, for example 0.8'],
    [{ conntrackRatio: NaN }, 'alerts conntrackRatio is NaN, but must be a number above 0 and below 1, for example 0.8'],
    [{ droppedRatio: -0.1 }, 'alerts droppedRatio is -0.1, but must be a number of at least 0 and below 1, for example 0.01'],
    [{ disconnectedRatio: 0 }, 'alerts disconnectedRatio is 0, but must be a number above 0, for example 0.2'],
    [{ unbalancedRatio: 1 }, 'alerts unbalancedRatio is 1, but must be a number above 1, which is the average'],
    [{ queuedMessages: '1' }, "alerts queuedMessages is '1', but must be a number of at least 0"],
    [{ authenticationFailuresPerSecond: -1 }, 'alerts authenticationFailuresPerSecond is -1, but must be a number of at least 0'],
    [{ refusedPerSecond: Infinity }, 'alerts refusedPerSecond is Infinity, but must be a number of at least 0'],
    [{ deniedPerSecond: '1' }, "alerts deniedPerSecond is '1', but must be a number of at least 0"],
    [{ throttledClients: NaN }, 'alerts throttledClients is NaN, but must be a number of at least 0'],
    [{ logUsedRatio: 80 }, 'alerts logUsedRatio is 80, but must be a number above 0 and below 1, for example 0.8'],
    [{ certificateWarning: 14 }, 'alerts certificateWarning is 14, but must be made like this: Duration.days(3)'],
    [{ revocationListCritical: Duration.minutes(90) }, 'alerts revocationListCritical is 1.5 h, but must be at least 1 h, in whole hours: somebody has to renew it in that time'],
    [{ certificateCritical: Duration.days(14) }, 'alerts certificateWarning is 336 h, but must be longer than certificateCritical, which is 336 h: the warning comes first'],
    [{ logLagEntries: -1 }, 'alerts logLagEntries is -1, but must be a number of at least 0'],
    [
      { appendDuration: Duration.seconds(10) },
      'alerts appendDuration is 10000 ms, but must be from 1 ms to 9999 ms, in whole milliseconds: the histogram of appends ends at 10 s, so a later alert would never fire',
    ],
    [{ commitDuration: 100 }, 'alerts commitDuration is 100, but must be made like this: Duration.millis(100)'],
    [
      { commitDuration: Duration.seconds(3) },
      'alerts commitDuration is 3000 ms, but must be from 1 ms to 2499 ms, in whole milliseconds: the histogram of commits ends at 2.5 s, so a later alert would never fire',
    ],
    [{ eventLoopLag: Duration.millis(0) }, 'alerts eventLoopLag is 0 ms, but must be at least 1 ms, in whole milliseconds'],
  ])('alerts %o', (options, problem) => {
    expect(message({ alerts: MqttAlerts.prometheusRule(options as any) })).toEqual([problem]);
  });

  test('an alert that does not exist', () => {
    expect(message({ alerts: MqttAlerts.prometheusRule({ without: ['MqttBrokerDwn' as MqttAlert, undefined as any] }) })).toEqual([
      expect.stringMatching(/^alerts without\[0\] is 'MqttBrokerDwn', but must be one of CLUSTER_DOWN, BROKER_DOWN, /),
      expect.stringMatching(/^alerts without\[1\] is null, but must be one of CLUSTER_DOWN, /),
    ]);
  });
});

test('objects of the monitoring do not disturb the rules about brokers', () => {
  const { chart, cluster } = monitor();
  Testing.synth(chart);
  expect(cluster.findings).toEqual(chartWithCluster().cluster.findings);
  expect(ofKind(Testing.synth(chart) as Manifest[], 'PodMonitor')).toHaveLength(1);
});

describe('the message log', () => {
  const log = { 'app.kubernetes.io/name': 'mqtt-message-log', 'app.kubernetes.io/instance': 'broker-log' };

  test('gets a monitor of its own, of the same kind', () => {
    const { monitoring } = monitorWithLog();
    expect(monitoring.messageLogMonitor!.node.path).toBe('iot/Monitoring/MessageLogPodMonitor');
    expect(monitoring.messageLogMonitor!.toJson()).toMatchObject({
      kind: 'PodMonitor', spec: { selector: { matchLabels: log }, podMetricsEndpoints: [{ port: 'metrics', path: '/metrics' }] },
    });
    expect(monitorWithLog({ scrape: MqttScrape.serviceMonitor() }).monitoring.messageLogMonitor!.toJson()).toMatchObject({
      kind: 'ServiceMonitor', spec: { selector: { matchLabels: log }, endpoints: [{ port: 'metrics' }] },
    });
    expect(monitorWithLog({ scrape: MqttScrape.none() }).monitoring.messageLogMonitor).toBeUndefined();
  });

  test('has a row on the dashboard', () => {
    const rows = (monitoring: MqttMonitoring) => dashboardOf(monitoring).panels.filter(({ type }: any) => type === 'row').map(({ title }: any) => title);
    expect(rows(monitorWithLog().monitoring)).toContain('Message log');
    expect(rows(monitor().monitoring)).not.toContain('Message log');
  });

  test('in another namespace, is looked for there', () => {
    const logs = new Chart(Testing.app(), 'logs', { namespace: 'logs' });
    const { chart, cluster } = chartWithCluster('mqtt', { sessionStore: MqttSessionStore.replicatedBy(new MqttMessageLog(logs, 'Log', { name: 'shared' })) });
    const monitoring = new MqttMonitoring(chart, 'Monitoring', { cluster });
    expect(monitoring.messageLogMonitor!.toJson().spec.namespaceSelector).toEqual({ matchNames: ['logs'] });
    const { rules } = ruleGroupOf(monitoring);
    expect(rules.find(({ alert }) => alert === 'MqttMessageLogNodeUnhealthy')!.expr).toBe('nats_healthz_status{namespace="logs",pod=~"shared-[0-9]+"} == 1');
    expect(JSON.stringify(dashboardOf(monitoring))).toContain('nats_healthz_status{namespace=\\"logs\\",pod=~\\"shared-[0-9]+\\"}');
  });

  test.each([
    ['without an exporter', MqttSessionStore.replicated({ exporter: false })],
    ['that somebody else runs', MqttSessionStore.replicatedBy(MqttMessageLog.fromServers(['nats://nats']))],
  ])('%s is not watched', (_, sessionStore) => {
    const { chart, cluster } = chartWithCluster('mqtt', { sessionStore });
    const monitoring = new MqttMonitoring(chart, 'Monitoring', { cluster });
    expect(monitoring.messageLogMonitor).toBeUndefined();
    expect(ruleGroupOf(monitoring).rules.filter(({ alert }) => alert.startsWith('MqttMessageLog'))).toEqual([]);
  });
});
