import { Duration } from 'cdk8s';
import { describeWithDefinitions, problemsOf } from './custom-resources';
import { monitor } from './fixtures';
import { MqttAlert } from '../../lib/monitoring/mqtt-alert';
import { MqttAlerts } from '../../lib/monitoring/mqtt-alerts';
import { MqttDashboard } from '../../lib/monitoring/mqtt-dashboard';
import { MqttScrape } from '../../lib/monitoring/mqtt-scrape';

describeWithDefinitions('against the definitions of the custom resources', () => {
  const everyOption = { interval: Duration.seconds(15), labels: { release: 'prometheus' } };

  test.each([
    ['the default PodMonitor', MqttScrape.podMonitor(), 'monitoring.coreos.com_podmonitors'],
    ['a PodMonitor with every option', MqttScrape.podMonitor(everyOption), 'monitoring.coreos.com_podmonitors'],
    ['the default ServiceMonitor', MqttScrape.serviceMonitor(), 'monitoring.coreos.com_servicemonitors'],
    ['a ServiceMonitor with every option', MqttScrape.serviceMonitor(everyOption), 'monitoring.coreos.com_servicemonitors'],
  ])('%s is valid', (_, scrape, definition) => {
    expect(problemsOf(definition, monitor({ scrape }).monitoring.monitor!.toJson())).toEqual([]);
  });

  test('the default PrometheusRule is valid', () => {
    expect(problemsOf('monitoring.coreos.com_prometheusrules', monitor().monitoring.prometheusRule!.toJson())).toEqual([]);
  });

  test('a PrometheusRule with every option is valid', () => {
    const alerts = MqttAlerts.prometheusRule({
      labels: { release: 'prometheus' },
      alertLabels: { team: 'iot' },
      without: [MqttAlert.CLUSTER_DOWN],
      runbookUrl: 'https://example.com/runbooks',
      commitDuration: Duration.millis(50),
      eventLoopLag: Duration.seconds(1),
      queuedMessages: 0,
    });
    expect(problemsOf('monitoring.coreos.com_prometheusrules', monitor({ alerts }).monitoring.prometheusRule!.toJson())).toEqual([]);
  });

  test.each([
    ['GrafanaDashboard', { instanceLabels: { dashboards: 'grafana' } }],
    ['GrafanaDashboard with every option', { instanceLabels: { dashboards: 'grafana' }, labels: { team: 'iot' }, folder: 'MQTT', allowCrossNamespaceImport: true }],
  ])('a %s is valid', (_, options) => {
    const { monitoring } = monitor({ dashboard: MqttDashboard.grafanaDashboard(options) });
    expect(problemsOf('grafana.integreatly.org_grafanadashboards', monitoring.dashboard!.toJson())).toEqual([]);
  });

  test('a field that the definition does not name is found', () => {
    const manifest = monitor().monitoring.monitor!.toJson();
    manifest.spec.podMetricsEndpoints[0].intervall = '30s';
    expect(problemsOf('monitoring.coreos.com_podmonitors', manifest)).toEqual([
      '/spec/podMetricsEndpoints/0 must NOT have additional properties {"additionalProperty":"intervall"}',
    ]);
  });
});
