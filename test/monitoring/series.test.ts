import { chartWithCluster } from './fixtures';
import { MqttCluster } from '../../lib/cluster/mqtt-cluster';
import { ALERT_CATALOGUE } from '../../lib/monitoring/alerts/catalogue';
import { ruleGroup } from '../../lib/monitoring/alerts/rule-group';
import { resolveThresholds } from '../../lib/monitoring/alerts/thresholds';
import { seriesOf } from '../../lib/monitoring/cluster-series';
import { ROWS } from '../../lib/monitoring/dashboard/catalogue';
import { dashboardJson } from '../../lib/monitoring/dashboard/dashboard-json';
import { BROKERS_WITH_METRICS, metricsOf } from '../../lib/monitoring/metrics/broker-metrics';
import { COMPANION_CLUSTER_METRICS, COMPANION_METRICS } from '../../lib/monitoring/metrics/companion';
import { MqttAlert } from '../../lib/monitoring/mqtt-alert';
import { type Need, Series } from '../../lib/monitoring/series';
import type { BrokerMetrics } from '../../lib/monitoring/vocabulary';
import { MqttStorage } from '../../lib/workload/mqtt-storage';

const MATCHERS = { pods: 'pod=~"b-[0-9]+"', workload: 'statefulset="b"', claims: 'persistentvolumeclaim=~"data-b-[0-9]+"' };

const LOG = { pods: 'pod=~"l-[0-9]+"', workload: 'statefulset="l"', claims: 'persistentvolumeclaim=~"data-l-[0-9]+"' };

/** A broker that exports nothing but what these needs name. */
function only(needs: readonly Need[]): Series {
  const metrics = Object.fromEntries(Object.entries({ ...COMPANION_METRICS, ...COMPANION_CLUSTER_METRICS }).filter(([metric]) => needs.includes(metric as Need))) as BrokerMetrics;
  const log = needs.some((need) => need === 'messageLog' || need === 'messageLogClaims') ? { ...LOG, claims: needs.includes('messageLogClaims') ? LOG.claims : undefined } : undefined;
  return new Series(metrics, { ...MATCHERS, claims: needs.includes('claims') ? MATCHERS.claims : undefined }, log);
}

describe('selectors', () => {
  const series = new Series(COMPANION_METRICS, MATCHERS, LOG);

  test.each([
    ['a gauge', series.broker('connections'), 'mqtt_connections{pod=~"b-[0-9]+"}'],
    ['a part of a counter', series.broker('queueOverflows'), 'mqtt_messages_dropped_total{pod=~"b-[0-9]+",reason="queue-full"}'],
    ['buckets', series.buckets('storeCommitSeconds'), 'mqtt_store_commit_duration_seconds_bucket{pod=~"b-[0-9]+"}'],
    ['observations', series.observations('storeCommitSeconds'), 'mqtt_store_commit_duration_seconds_count{pod=~"b-[0-9]+"}'],
    ['a workload', series.platform('kube_statefulset_replicas'), 'kube_statefulset_replicas{statefulset="b"}'],
    ['claims', series.platform('kubelet_volume_stats_used_bytes'), 'kubelet_volume_stats_used_bytes{persistentvolumeclaim=~"data-b-[0-9]+"}'],
    ['containers', series.platform('container_fs_reads_total'), 'container_fs_reads_total{pod=~"b-[0-9]+",container!=""}'],
    ['a gauge of the message log', series.log('health'), 'nats_healthz_status{pod=~"l-[0-9]+"}'],
    ['its workload', series.platformOfLog('kube_statefulset_replicas'), 'kube_statefulset_replicas{statefulset="l"}'],
    ['nodes', series.platform('node_nf_conntrack_entries'), 'node_nf_conntrack_entries'],
    ['nodes of pods', series.nodesOfPods(), 'kube_pod_info{node!=""}'],
  ])('%s', (_, selector, expected) => expect(selector).toBe(expected));

  test('what is not there is an error, not an empty selector', () => {
    expect(() => only([]).broker('connections')).toThrow("'connections' is used as a gauge or counter, but the broker does not export it");
    expect(() => series.broker('storeCommitSeconds')).toThrow("'storeCommitSeconds' is used as a gauge or counter, but is none");
    expect(() => series.buckets('connections')).toThrow("'connections' is used as a histogram, but is none");
    expect(() => only([]).platform('kubelet_volume_stats_used_bytes')).toThrow('the pods have no claims');
    expect(() => only([]).log('health')).toThrow('there is no message log that serves metrics');
    expect(() => only(['messageLog']).platformOfLog('kubelet_volume_stats_used_bytes')).toThrow('the pods have no claims');
  });
});

describe('a broker that exports less', () => {
  test.each(ALERT_CATALOGUE.map((definition) => [definition.alert, definition] as const))('%s needs no more than it says', (_, { needs, expression }) => {
    expect(() => expression(only(needs), resolveThresholds({}))).not.toThrow();
  });

  test.each(ROWS.flatMap(({ panels }) => panels).flatMap(({ title, queries }) => queries.map((query) => [`${title}: ${query.legend}`, query] as const)))(
    'the query %s needs no more than it says', (_, { needs, expression }) => expect(() => expression(only(needs))).not.toThrow(),
  );

  test('loses the alerts that need the rest', () => {
    const names = ruleGroup('b', only(['connections']), {}).rules.map(({ alert }) => alert);
    expect(names).toEqual([
      MqttAlert.CLUSTER_DOWN, MqttAlert.BROKER_DOWN, MqttAlert.BROKERS_NOT_READY, MqttAlert.CONNECTIONS_UNBALANCED, MqttAlert.CONNTRACK_NEARLY_FULL,
    ]);
  });

  test('loses the panels, and rows, that need the rest', () => {
    const { panels } = JSON.parse(dashboardJson({ cluster: 'b', podNames: 'b-[0-9]+', series: only(['connections']) }));
    const rows = panels.filter(({ type }: { type: string }) => type === 'row').map(({ title }: { title: string }) => title);
    expect(rows).toEqual(['Overview', 'Clients', 'Process', 'Nodes and volumes']);
    const titles = panels.map(({ title }: { title: string }) => title);
    expect(titles).toContain('Connections by broker');
    expect(titles).not.toContain('Messages in');
    expect(titles).not.toContain('Volume usage');
  });
});

test('a cluster without claims has no alert about them', () => {
  const { chart } = chartWithCluster();
  const cluster = new MqttCluster(chart, 'Ephemeral', { name: 'ephemeral', storage: MqttStorage.ephemeral() });
  const names = ruleGroup(cluster.name, seriesOf({ cluster }).fixed, {}).rules.map(({ alert }) => alert);
  expect(names).not.toContain(MqttAlert.VOLUME_NEARLY_FULL);
  expect(names).toContain(MqttAlert.STORE_NEARLY_FULL);
});

test('the name of a broker is no way to reach into an object', () => {
  expect(metricsOf('constructor', false)).toBeUndefined();
  expect(BROKERS_WITH_METRICS).toEqual(['companion']);
});
