import { chartWithCluster, dashboardOf, type Manifest, monitor, monitorWithLog } from './fixtures';
import { describeWithPromtool, promtool } from './promtool';
import { MqttSessionStore } from '../../lib/message-log/mqtt-session-store';
import { MqttDashboard } from '../../lib/monitoring/mqtt-dashboard';
import { MqttMonitoring } from '../../lib/monitoring/mqtt-monitoring';

/** Beyond this, `kubectl apply` cannot keep the object in its annotation (https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/). */
const MAX_BYTES = 256 * 1024;

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource: { readonly uid: string };
  readonly targets: { readonly expr: string; readonly refId: string; readonly legendFormat: string; readonly datasource: { readonly uid: string } }[];
}

const dashboard = dashboardOf(monitor().monitoring);
const everyPanel: Panel[] = dashboard.panels;
const panels = everyPanel.filter(({ type }) => type !== 'row');
const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

describe('the object', () => {
  test('a ConfigMap has the label of the sidecar and a file name that no other cluster has', () => {
    const { metadata, data } = monitor().monitoring.dashboard!.toJson() as Manifest;
    expect(metadata.labels.grafana_dashboard).toBe('1');
    expect(metadata.annotations).toBeUndefined();
    expect(Object.keys(data!)).toEqual(['mqtt-mqtt-broker.json']);
    const { chart, cluster } = chartWithCluster('other');
    expect(Object.keys(new MqttMonitoring(chart, 'Monitoring', { cluster }).dashboard!.toJson().data)).toEqual(['mqtt-other-broker.json']);
  });

  test('a ConfigMap takes other labels and a folder', () => {
    const { metadata } = monitor({ dashboard: MqttDashboard.configMap({ labels: { dashboards: 'yes' }, folder: 'MQTT' }) }).monitoring.dashboard!.toJson() as Manifest;
    expect(metadata.labels.dashboards).toBe('yes');
    expect(metadata.labels).not.toHaveProperty('grafana_dashboard');
    expect(metadata.annotations).toEqual({ grafana_folder: 'MQTT' });
  });

  test('a GrafanaDashboard has the same dashboard', () => {
    const options = { instanceLabels: { dashboards: 'grafana' }, folder: 'MQTT', allowCrossNamespaceImport: true, labels: { team: 'iot' } };
    const { monitoring } = monitor({ dashboard: MqttDashboard.grafanaDashboard(options) });
    const { spec, metadata } = monitoring.dashboard!.toJson() as Manifest;
    expect(spec).toEqual({ instanceSelector: { matchLabels: { dashboards: 'grafana' } }, folder: 'MQTT', allowCrossNamespaceImport: true, json: spec.json });
    expect(metadata.labels).toMatchObject({ team: 'iot' });
    expect(metadata.labels).not.toHaveProperty('grafana_dashboard');
    expect(JSON.parse(spec.json)).toEqual(dashboard);
  });

  test('each cluster has its own names in it, and nothing else of its own', () => {
    const textOf = (name: string, namespace: string) => {
      const { chart, cluster } = chartWithCluster(namespace, { name, sessionStore: MqttSessionStore.replicated() });
      const { uid, ...rest } = dashboardOf(new MqttMonitoring(chart, 'Monitoring', { cluster }));
      return { uid, text: JSON.stringify(rest) };
    };
    const [press, oven] = [textOf('press', 'north'), textOf('oven', 'south')];
    for (const name of ['MQTT / press', 'press-[0-9]+', 'press-log', 'north']) expect(press.text.includes(name)).toBe(true);
    expect(oven.text === press.text.replaceAll('press', 'oven').replaceAll('north', 'south')).toBe(true);
    expect(/[⟦⟧]/.test(oven.text)).toBe(false);
    expect(oven.uid).not.toBe(press.uid);
  });

  test('it is small enough for kubectl apply', () => {
    for (const { monitoring } of [monitor(), monitorWithLog()]) expect(Buffer.byteLength(JSON.stringify(monitoring.dashboard!.toJson()))).toBeLessThan(MAX_BYTES);
  });

  test('Flux finds no variable of its own in it', () => {
    expect(JSON.stringify(monitor().monitoring.dashboard!.toJson())).not.toContain('${');
  });

  test('nothing of the Grafana SDK is loaded for it: its types are checked when this library is compiled', () => {
    jest.isolateModules(() => {
      for (const part of ['common', 'dashboard', 'prometheus', 'stat', 'timeseries']) {
        jest.doMock(`@grafana/grafana-foundation-sdk/${part}`, () => { throw new Error(`${part} of the SDK is loaded`); });
      }
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const fixtures: typeof import('./fixtures') = require('./fixtures');
      expect(fixtures.dashboardOf(fixtures.monitor().monitoring)).toEqual(dashboard);
    });
  });
});

describe('the dashboard', () => {
  test('keeps its place in Grafana: one uid for a cluster, another for another', () => {
    const { chart, cluster } = chartWithCluster('other');
    const elsewhere = dashboardOf(new MqttMonitoring(chart, 'Monitoring', { cluster }));
    expect(dashboard.uid).toBe('25cdf91da13c73a0f47f2c2360aaa1ed');
    expect(elsewhere.uid).not.toBe(dashboard.uid);
    expect(dashboard.title).toBe('MQTT / broker');
    expect(dashboard.tags).toEqual(['mqtt', 'cdk8s-mqtt']);
  });

  test('has the rows of the vocabulary', () => {
    expect(everyPanel.filter(({ type }) => type === 'row').map(({ title }) => title)).toEqual([
      'Overview', 'Clients', 'Messages', 'Sessions and queues', 'Store', 'Process', 'Nodes and volumes',
    ]);
  });

  test('has those of the cluster and its message log where sessions are shared', () => {
    const rows = dashboardOf(monitorWithLog().monitoring).panels.filter(({ type }: Panel) => type === 'row').map(({ title }: Panel) => title);
    expect(rows).toEqual(['Overview', 'Clients', 'Messages', 'Sessions and queues', 'Store', 'Cluster', 'Message log', 'Process', 'Nodes and volumes']);
  });

  test('lets the reader choose data source, namespace and broker', () => {
    expect(dashboard.templating.list).toMatchObject([
      { name: 'datasource', type: 'datasource', query: 'prometheus' },
      { name: 'namespace', type: 'query', query: 'label_values(up{pod=~"broker-[0-9]+"}, namespace)', current: { value: 'mqtt' } },
      { name: 'pod', type: 'query', query: 'label_values(up{namespace="$namespace",pod=~"broker-[0-9]+"}, pod)', allValue: 'broker-[0-9]+', multi: true, includeAll: true },
    ]);
    for (const panel of panels) {
      expect(panel.datasource.uid).toBe('$datasource');
      for (const target of panel.targets) expect(target.datasource.uid).toBe('$datasource');
    }
  });

  test('lets the reader choose the Kubernetes cluster where there are several, and looks at no other', () => {
    const { templating, panels: all, uid } = dashboardOf(monitorWithLog({ clusterLabel: 'k8s' }).monitoring);
    expect(templating.list.map(({ name, query }: { name: string; query: string }) => [name, query])).toEqual([
      ['datasource', 'prometheus'],
      ['cluster', 'label_values(up{pod=~"broker-[0-9]+"}, k8s)'],
      ['namespace', 'label_values(up{k8s="$cluster",pod=~"broker-[0-9]+"}, namespace)'],
      ['pod', 'label_values(up{k8s="$cluster",namespace="$namespace",pod=~"broker-[0-9]+"}, pod)'],
    ]);
    const selectors = all.flatMap(({ targets = [] }: Partial<Panel>) => targets.flatMap(({ expr }) => expr.match(/[a-z_0-9]+\{[^}]*\}/g) ?? []));
    expect(selectors.length).toBeGreaterThan(50);
    expect(selectors.filter((selector: string) => !selector.includes('{k8s="$cluster"'))).toEqual([]);
    const without: string[] = dashboardOf(monitorWithLog().monitoring).panels.flatMap(({ targets = [] }: Partial<Panel>) => targets.map(({ expr }) => expr));
    const inOne = all.flatMap(({ targets = [] }: Partial<Panel>) => targets.map(({ expr }) => expr.replace(/k8s="\$cluster",?/g, '').replaceAll('{}', '')));
    expect(inOne).toEqual(without);
    expect(uid).toBe(dashboard.uid);
  });

  test('every panel is numbered, described, queries something and overlaps no other', () => {
    expect(new Set(everyPanel.map(({ id }) => id)).size).toBe(everyPanel.length);
    const taken = new Set<string>();
    for (const { gridPos: { x, y, w, h } } of everyPanel) {
      expect(x + w).toBeLessThanOrEqual(24);
      for (let column = x; column < x + w; column++) {
        for (let line = y; line < y + h; line++) {
          expect(taken).not.toContain(`${column},${line}`);
          taken.add(`${column},${line}`);
        }
      }
    }
    for (const { description, targets } of panels) {
      expect(description).toMatch(/\.$/);
      expect(targets.length).toBeGreaterThan(0);
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
      for (const { legendFormat } of targets) expect(legendFormat).not.toBe('');
    }
  });

  test('lines have a legend', () => {
    const lines = panels.filter(({ type }) => type === 'timeseries') as (Panel & { options: { legend: { showLegend: boolean } } })[];
    expect(lines.length).toBeGreaterThan(10);
    for (const { options } of lines) expect(options.legend.showLegend).toBe(true);
  });

  test('rates follow the scrape interval and the zoom', () => {
    for (const expression of expressions) expect(expression).not.toMatch(/(rate|increase)\([^[]*\[(?!\$__rate_interval\])/);
    expect(expressions.filter((expression) => expression.includes('[$__rate_interval]')).length).toBeGreaterThan(10);
  });

  test('looks at one namespace and the chosen brokers', () => {
    for (const expression of expressions) expect(expression).toMatch(/namespace="\$namespace",(pod=~"\$pod"|statefulset="broker"|persistentvolumeclaim=~"\(data\)-\(\$pod\)")/);
  });
});

describeWithPromtool('dashboard expressions, read by promtool', () => {
  // promtool reads PromQL in rules; Grafana has replaced its variables before Prometheus sees them.
  const asRules = (queries: string[]) => ({
    groups: [{
      name: 'dashboard',
      rules: queries.map((expression, index) => ({
        record: `dashboard:query:${index}`,
        expr: expression.replaceAll('$__rate_interval', '5m').replaceAll('$namespace', 'mqtt').replaceAll('$pod', 'broker-[0-9]+'),
      })),
    }],
  });

  test('are PromQL', () => {
    const every: string[] = dashboardOf(monitorWithLog().monitoring).panels.flatMap(({ targets = [] }: Partial<Panel>) => targets.map(({ expr }) => expr));
    expect(every.length).toBeGreaterThan(expressions.length);
    expect(promtool(['check', 'rules', 'rules.yaml'], { 'rules.yaml': asRules(every) })).toContain(`SUCCESS: ${every.length} rules found`);
  });

  test('a broken one is found', () => {
    expect(() => promtool(['check', 'rules', 'rules.yaml'], { 'rules.yaml': asRules(['sum by (pod) (rate(up[5m])']) })).toThrow(/unclosed left parenthesis/);
  });
});
