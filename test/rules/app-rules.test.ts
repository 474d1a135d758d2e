import { ApiObject, App, Chart, JsonPatch, Testing } from 'cdk8s';
import { embedStore as embedded, productionManifests } from './cases/base';
import { acknowledgeRule, attachRules, findingsAbout, Severity } from '../../lib/rules';

let written: string[];

beforeEach(() => {
  written = [];
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
});

afterEach(() => {
  jest.restoreAllMocks();
  delete process.env.CDK8S_MQTT_QUIET;
});

/** A production cluster whose rules are attached. */
function addCluster(chart: Chart, id = 'Broker', change: (manifests: ReturnType<typeof productionManifests>) => void = () => undefined) {
  const manifests = productionManifests();
  change(manifests);
  const cluster = new Chart(chart, id, { namespace: 'mqtt' });
  const objects = Object.fromEntries(Object.entries(manifests).map(([name, manifest]) => [name, new ApiObject(cluster, name, manifest)]));
  attachRules(cluster);
  return { cluster, objects };
}

const affine = ({ clientService }: ReturnType<typeof productionManifests>) => { clientService.spec.sessionAffinity = 'ClientIP'; };

describe('an app with rules', () => {
  test('synthesizes when nothing is found', () => {
    const chart = Testing.chart();
    addCluster(chart);
    expect(() => Testing.synth(chart)).not.toThrow();
    expect(written).toEqual([]);
  });

  test('reports all errors together, each after the construct path of its object', () => {
    const chart = Testing.chart();
    addCluster(chart, 'Broker', (manifests) => {
      embedded(manifests);
      manifests.clientService.spec.publishNotReadyAddresses = true;
    });
    expect(() => Testing.synth(chart)).toThrow(new Error(`Validation failed with the following errors:
  [test/Broker/statefulSet] error MQTT-SESSION-001: Brokers that share clients share sessions
    object  StatefulSet mqtt/broker
    found   metadata.annotations 'cdk8s-mqtt/session-store: embedded', with spec.replicas: 3
    breaks  The pods are separate brokers: messages do not pass between their clients, and sessions do not move with a client.
    remedy  Run one replica; or a broker or session store that is replicated; or acknowledge this rule where separate brokers are meant.
    source  MQTT 3.1.1 §3.1.2.4
    accept  acknowledge('MQTT-SESSION-001', '<reason>'), or docs/rules.md#acknowledging-a-rule
  [test/Broker/clientService] error MQTT-SERVICE-002: A Service for MQTT clients leads to ready pods only
    object  Service mqtt/broker
    found   spec.publishNotReadyAddresses: true on a Service with an address of its own
    breaks  Clients connect to brokers that cannot serve them.
    remedy  Leave publishNotReadyAddresses out; set it on the headless Service.
    source  https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/#ServiceSpec
    accept  acknowledge('MQTT-SERVICE-002', '<reason>'), or docs/rules.md#acknowledging-a-rule`));
  });

  test('reports each error once, however many clusters attach the rules and charts are synthesized', () => {
    const app = Testing.app();
    const charts = ['a', 'b', 'c'].map((name) => new Chart(app, name));
    addCluster(charts[0], 'Broker', embedded);
    addCluster(charts[1], 'Broker', ({ statefulSet, ...others }) => Object.values({ statefulSet, ...others }).forEach((manifest) => { manifest.metadata.namespace = 'other'; }));
    expect(() => app.synth()).toThrow(/^(?!.*MQTT-SESSION-001: .*MQTT-SESSION-001: ).*\[a\/Broker\/statefulSet\] error MQTT-SESSION-001: /s);
  });

  test('synthesizes when an error is acknowledged', () => {
    const chart = Testing.chart();
    const { objects } = addCluster(chart, 'Broker', embedded);
    expect(() => Testing.synth(chart)).toThrow('MQTT-SESSION-001');
    acknowledgeRule(objects.statefulSet, 'MQTT-SESSION-001', 'each broker serves one plant');
    expect(() => Testing.synth(chart)).not.toThrow();
  });

  test('sees what an override did after an earlier synth', () => {
    const chart = Testing.chart();
    const { objects } = addCluster(chart);
    Testing.synth(chart);
    objects.clientService.addJsonPatch(JsonPatch.add('/spec/publishNotReadyAddresses', true));
    expect(() => Testing.synth(chart)).toThrow('[test/Broker/clientService] error MQTT-SERVICE-002');
  });

  test('sees objects that were added after an earlier synth, anywhere in the app', () => {
    const app = Testing.app();
    const chart = new Chart(app, 'chart');
    addCluster(chart);
    Testing.synth(chart);
    new ApiObject(new Chart(app, 'other'), 'Again', productionManifests().clientService);
    expect(() => Testing.synth(chart)).toThrow('[other/Again] error MQTT-OBJECT-001: Every object is there once');
  });

  test('writes files when nothing is found', () => {
    const app = new App({ outdir: Testing.app().outdir });
    addCluster(new Chart(app, 'chart'));
    expect(() => app.synth()).not.toThrow();
  });
});

describe('warnings', () => {
  test('are written to stderr once, whatever the number of charts and synths', () => {
    const app = Testing.app();
    const charts = ['a', 'b', 'c'].map((name) => new Chart(app, name));
    addCluster(charts[0], 'Once', affine);
    app.synth();
    Testing.synth(charts[1]);
    expect(written).toEqual([`[a/Once/clientService] warning MQTT-SERVICE-001: A Service for MQTT clients has no session affinity
    object  Service mqtt/broker
    found   spec.sessionAffinity: ClientIP
    breaks  The fleet behind a NAT ends up on one broker.
    remedy  Leave sessionAffinity out.
    source  https://kubernetes.io/docs/reference/networking/virtual-ips/#session-affinity
    accept  acknowledge('MQTT-SERVICE-001', '<reason>'), or docs/rules.md#acknowledging-a-rule

`]);
  });

  test('are written when they are new', () => {
    const chart = Testing.chart();
    const { objects } = addCluster(chart, 'New', affine);
    Testing.synth(chart);
    objects.headlessService.addJsonPatch(JsonPatch.add('/spec/sessionAffinity', 'ClientIP'));
    Testing.synth(chart);
    expect(written.map((text) => text.split(':')[0])).toEqual(['[test/New/clientService] warning MQTT-SERVICE-001', '[test/New/headlessService] warning MQTT-SERVICE-001']);
  });

  test('are not written when they are acknowledged', () => {
    const chart = Testing.chart();
    const { objects } = addCluster(chart, 'Acknowledged', affine);
    acknowledgeRule(objects.clientService, 'MQTT-SERVICE-001', 'clients are few');
    Testing.synth(chart);
    expect(written).toEqual([]);
  });

  test('are not written under CDK8S_MQTT_QUIET, while errors are', () => {
    process.env.CDK8S_MQTT_QUIET = '1';
    const chart = Testing.chart();
    addCluster(chart, 'Quiet', (manifests) => {
      affine(manifests);
      embedded(manifests);
    });
    expect(() => Testing.synth(chart)).toThrow('MQTT-SESSION-001');
    expect(written).toEqual([]);
  });
});

describe('findingsAbout', () => {
  test('tells everything about a finding', () => {
    const chart = Testing.chart();
    const { cluster, objects } = addCluster(chart, 'Broker', embedded);
    acknowledgeRule(objects.statefulSet, 'MQTT-SESSION-001', 'each broker serves one plant');
    expect(findingsAbout(cluster)).toEqual([{
      id: 'MQTT-SESSION-001',
      severity: Severity.ERROR,
      title: 'Brokers that share clients share sessions',
      path: 'test/Broker/statefulSet',
      object: 'StatefulSet mqtt/broker',
      found: "metadata.annotations 'cdk8s-mqtt/session-store: embedded', with spec.replicas: 3",
      breaks: 'The pods are separate brokers: messages do not pass between their clients, and sessions do not move with a client.',
      remedy: 'Run one replica; or a broker or session store that is replicated; or acknowledge this rule where separate brokers are meant.',
      source: 'MQTT 3.1.1 §3.1.2.4',
      acknowledged: 'each broker serves one plant',
    }]);
  });

  test('tells of what belongs to the broker, wherever it stands, and of nothing else', () => {
    const app = Testing.app();
    const { cluster } = addCluster(new Chart(app, 'chart'));
    const elsewhere = new Chart(app, 'elsewhere');
    const manifest = productionManifests().clientService;
    new ApiObject(elsewhere, 'NodePort', { ...manifest, metadata: { name: 'node-port', namespace: 'mqtt' }, spec: { ...manifest.spec, sessionAffinity: 'ClientIP' } });
    new ApiObject(elsewhere, 'Stranger', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', annotations: { 'cdk8s-mqtt/unknown': '1' } } });
    expect(findingsAbout(cluster).map(({ id, path }) => [id, path])).toEqual([['MQTT-SERVICE-001', 'elsewhere/NodePort']]);
    expect(findingsAbout(app).map(({ id }) => id)).toEqual(['MQTT-SERVICE-001', 'MQTT-ANNOTATION-002']);
  });

  test('does not take a construct for another whose id begins alike', () => {
    const chart = Testing.chart();
    addCluster(chart, 'Broker2', embedded);
    const other = new Chart(chart, 'Broker');
    expect(findingsAbout(other)).toEqual([]);
  });
});
