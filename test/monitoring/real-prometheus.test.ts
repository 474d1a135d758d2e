import { connectAsync } from 'mqtt';
import { dashboardOf, monitor, monitorWithLog, ruleGroupOf } from './fixtures';
import { missing, missingForCluster, ScrapedBroker } from './real-prometheus';
import { CLUSTER_ALERTS } from '../../lib/monitoring/alerts/cluster';
import { CLUSTER_ROW } from '../../lib/monitoring/dashboard/cluster-row';
import { COMPANION_CLUSTER_METRICS, COMPANION_METRICS } from '../../lib/monitoring/metrics/companion';
import { BROKER_VOCABULARY, type BrokerMetric, type ExportedMetric, PLATFORM_VOCABULARY } from '../../lib/monitoring/vocabulary';

const reason = missing();
const { monitoring } = monitor();

/** What Grafana makes of an expression before Prometheus sees it. */
const asGrafana = (expression: string) => expression.replaceAll('$__rate_interval', '1m').replaceAll('$namespace', 'mqtt').replaceAll('$pod', 'broker-[0-9]+');

const platform = Object.keys(PLATFORM_VOCABULARY);
const brokerQueries: { title: string; expr: string; legendFormat: string }[] = dashboardOf(monitoring).panels
  .flatMap(({ title, targets = [] }: { title: string; targets?: any[] }) => targets.map((target) => ({ title, ...target })))
  .filter(({ expr }: { expr: string }) => !platform.some((name) => expr.includes(`${name}{`)));

// The real broker, and a real Prometheus that scrapes it: names and labels of the vocabulary are what the broker exports, not what somebody remembers.
(reason === undefined ? describe : describe.skip)(`a real Prometheus and the real broker${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
  let scraped: ScrapedBroker;

  beforeAll(async () => {
    scraped = await ScrapedBroker.start({ groups: [ruleGroupOf(monitoring)] });
    await talk(scraped.brokerUrl.replace('tcp:', 'mqtt:'));
    await scraped.eventually('a scrape of what was published', async () => {
      // A rate needs two scrapes, and the sleeper's queue is the last thing that the broker writes.
      const [received] = await scraped.query('sum(rate(mqtt_messages_received_total[1m]))');
      const [queued] = await scraped.query('mqtt_queued_messages');
      return received !== undefined && Number(queued?.value[1]) > 0 ? true : undefined;
    });
  }, 90_000);

  afterAll(async () => scraped?.stop());

  test.each(Object.entries(COMPANION_METRICS) as [BrokerMetric, ExportedMetric][])('%s is exported', async (metric, { name, matchers = '' }) => {
    const suffixes = BROKER_VOCABULARY[metric].type === 'histogram' ? ['_bucket', '_count'] : [''];
    for (const suffix of suffixes) {
      const series = await scraped.query(`${name}${suffix}{${matchers}}`);
      expect(series.length).toBeGreaterThan(0);
      expect(series[0].metric).toMatchObject({ namespace: 'mqtt', pod: 'broker-0' });
    }
  });

  test.each(Object.entries(COMPANION_METRICS).flatMap(([, { name, matchers }]) => labelValuesIn(name, matchers)))('%s has %s="%s"', async (name, label, value) => {
    expect(await scraped.query(`${name}{${label}="${value}"}`)).not.toEqual([]);
  });

  test.each(brokerQueries.map((query) => [`${query.title}: ${query.legendFormat}`, query] as const))('the panel %s shows something, by its legend', async (_, { expr, legendFormat }) => {
    const series = await scraped.query(asGrafana(expr));
    expect(series.length).toBeGreaterThan(0);
    for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) expect(series[0].metric).toHaveProperty(label);
  });

  test('Prometheus evaluates every alert, and a healthy broker raises none', async () => {
    const rules = await scraped.eventually('an evaluation', async () => {
      const all = await scraped.rules();
      return all.every(({ health }) => health !== 'unknown') ? all : undefined;
    });
    expect(rules.map(({ name, health }) => ({ name, health }))).toEqual(ruleGroupOf(monitoring).rules.map(({ alert }) => ({ name: alert, health: 'ok' })));
    expect(rules.filter(({ state }) => state === 'firing')).toEqual([]);
  });
});

const reasonForCluster = missingForCluster();

(reasonForCluster === undefined ? describe : describe.skip)(`a real Prometheus and a broker that is a cluster${reasonForCluster === undefined ? '' : ` (skipped: ${reasonForCluster})`}`, () => {
  const group = ruleGroupOf(monitorWithLog().monitoring);
  const ofCluster = CLUSTER_ALERTS.map(({ alert }) => String(alert));
  const titles = CLUSTER_ROW.panels.map(({ title }) => title);
  const queries: { expr: string; title: string; legendFormat: string }[] = dashboardOf(monitorWithLog().monitoring).panels
    .filter(({ title }: { title: string }) => titles.includes(title))
    .flatMap(({ title, targets }: { title: string; targets: any[] }) => targets.map((target) => ({ title, ...target })));
  let scraped: ScrapedBroker;

  beforeAll(async () => {
    scraped = await ScrapedBroker.start({ groups: [{ ...group, rules: group.rules.filter(({ alert }) => ofCluster.includes(alert)) }] }, { inCluster: true });
    await talk(scraped.brokerUrl.replace('tcp:', 'mqtt:'));
    await scraped.eventually('a scrape of what was appended', async () => {
      const [rate] = await scraped.query('rate(mqtt_cluster_log_append_duration_seconds_count[1m])');
      const [appends] = await scraped.query('mqtt_cluster_log_append_duration_seconds_count');
      return rate !== undefined && Number(appends?.value[1]) > 0 ? true : undefined;
    });
  }, 90_000);

  afterAll(async () => scraped?.stop());

  test.each(Object.entries(COMPANION_CLUSTER_METRICS) as [BrokerMetric, ExportedMetric][])('%s is exported', async (metric, { name, matchers = '' }) => {
    const suffixes = BROKER_VOCABULARY[metric].type === 'histogram' ? ['_bucket', '_count'] : [''];
    for (const suffix of suffixes) expect(await scraped.query(`${name}${suffix}{${matchers}}`)).not.toEqual([]);
  });

  test.each(queries.map((query) => [`${query.title}: ${query.legendFormat}`, query] as const))('the panel %s shows something, by its legend', async (_, { expr, legendFormat }) => {
    const series = await scraped.query(asGrafana(expr));
    expect(series.length).toBeGreaterThan(0);
    for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) expect(series[0].metric).toHaveProperty(label);
  });

  test('Prometheus evaluates every alert about the cluster, and one that is well raises none', async () => {
    const rules = await scraped.eventually('an evaluation', async () => {
      const all = await scraped.rules();
      return all.every(({ health }) => health !== 'unknown') ? all : undefined;
    });
    expect(rules.map(({ name, health }) => ({ name, health }))).toEqual(ofCluster.map((name) => ({ name, health: 'ok' })));
    expect(rules.filter(({ state }) => state === 'firing')).toEqual([]);
  });
});

/** The label values that matchers name, one by one: a reason that the broker has renamed would never match again. */
function labelValuesIn(name: string, matchers = ''): [string, string, string][] {
  return [...matchers.matchAll(/(\w+)(?:=~|!~|!=|=)"([^"]+)"/g)].flatMap(([, label, values]) => values.split('|').map((value): [string, string, string] => [name, label, value]));
}

/** A client that publishes and receives at every QoS, and one that leaves a session with a queue behind. */
async function talk(url: string): Promise<void> {
  const sleeper = await connectAsync(url, { clientId: 'sleeper', clean: false });
  await sleeper.subscribeAsync('telemetry/#', { qos: 1 });
  await sleeper.endAsync();

  const device = await connectAsync(url, { clientId: 'device' });
  const arrived = new Promise<void>((resolve) => {
    let messages = 0;
    device.on('message', () => {
      if (++messages === 3) resolve();
    });
  });
  await device.subscribeAsync('telemetry/#', { qos: 2 });
  for (const qos of [0, 1, 2] as const) await device.publishAsync(`telemetry/${qos}`, 'on', { qos, retain: qos === 1 });
  await arrived;
  await device.endAsync();
}
