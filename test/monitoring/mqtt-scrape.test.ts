import { Duration, Testing } from 'cdk8s';
import { type Manifest, monitor, ofKind } from './fixtures';
import { MqttScrape } from '../../lib/monitoring/mqtt-scrape';

test('a PodMonitor scrapes the metrics port of the pods', () => {
  const { chart, monitoring } = monitor();
  const { spec } = monitoring.monitor!.toJson();
  expect(spec).toEqual({
    selector: { matchLabels: { 'app.kubernetes.io/name': 'mqtt-broker', 'app.kubernetes.io/instance': 'broker' } },
    podMetricsEndpoints: [{ port: 'http', path: '/metrics' }],
  });

  const [{ spec: { template } }] = ofKind(Testing.synth(chart) as Manifest[], 'StatefulSet');
  expect(template.metadata.labels).toMatchObject(spec.selector.matchLabels);
  expect(template.spec.containers[0].ports.map(({ name }: { name: string }) => name)).toContain('http');
});

test('a ServiceMonitor finds the metrics port on one Service, so that each pod is scraped once', () => {
  const { chart, monitoring } = monitor({ scrape: MqttScrape.serviceMonitor() });
  const { spec } = monitoring.monitor!.toJson();
  expect(spec).toEqual({
    selector: { matchLabels: { 'app.kubernetes.io/name': 'mqtt-broker', 'app.kubernetes.io/instance': 'broker' } },
    endpoints: [{ port: 'http', path: '/metrics' }],
  });

  const selected = ofKind(Testing.synth(chart) as Manifest[], 'Service').filter(({ metadata, spec: service }) =>
    Object.entries(spec.selector.matchLabels).every(([key, value]) => metadata.labels[key] === value)
    && service.ports.some(({ name }: { name: string }) => name === 'http'));
  expect(selected.map(({ metadata }) => metadata.name)).toEqual(['broker-headless']);
});

test.each([['podMonitor', 'podMetricsEndpoints'], ['serviceMonitor', 'endpoints']] as const)('%s takes an interval and labels', (factory, endpoints) => {
  const { monitoring } = monitor({ scrape: MqttScrape[factory]({ interval: Duration.minutes(1), labels: { release: 'prometheus' } }) });
  const { spec, metadata } = monitoring.monitor!.toJson();
  expect(spec[endpoints][0].interval).toBe('60s');
  expect(metadata.labels.release).toBe('prometheus');
  expect(monitoring.prometheusRule!.toJson().metadata.labels).not.toHaveProperty('release');
});
