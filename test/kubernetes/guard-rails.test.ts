import { ChildProcess, spawn } from 'child_process';
import { ApiObject, Chart, Testing } from 'cdk8s';
import { addDefinitions, removeDefinitions } from './support/definitions';
import { eventually } from './support/eventually';
import { applyObjects, kubectl, list } from './support/kubectl';
import { createNamespace, removeNamespace } from './support/namespace';
import { progress } from './support/progress';
import { tryCommand } from './support/run-command';
import { LoadBalancerProvider, MqttCluster, MqttGuardRails, MqttGuardRailsAction, MqttLoadBalancer, MqttProfile } from '../../lib';
import { admissionSubjects } from '../../lib/rules/admission';
import { catalogue } from '../../lib/rules/catalogue';
import { Severity } from '../../lib/rules/finding';
import { nameOf } from '../../lib/rules/model/manifest-reference';
import { rulesWithoutBecause } from '../guard-rails/guard-rails-page';
import { ruleCases } from '../rules/cases';
import { developmentManifests, productionManifests, scaleByKeda } from '../rules/cases/base';
import { withLog } from '../rules/cases/message-log';

const NAMESPACE = 'mqtt-guard-rails';
/** Policies belong to the whole cluster: these look at the test's namespace only. */
const POLICIES = 'mqtt-guard-rails-test';
const PATCHED = ['statefulset', 'patched', `--namespace=${NAMESPACE}`, '--dry-run=server'];
const MANAGED = { 'app.kubernetes.io/managed-by': 'cdk8s-mqtt' };
/** By the kind of an object: the resource as a policy names it. */
const RESOURCES: Record<string, string> = {
  StatefulSet: 'statefulsets', Service: 'services', PodDisruptionBudget: 'poddisruptionbudgets', ScaledObject: 'scaledobjects', ConfigMap: 'configmaps', EMQX: 'emqxes', HiveMQPlatform: 'hivemq-platforms',
};
/** Resources of operators, with the versions that cases are in. */
const DEFINED = [
  { resource: 'emqxes', group: 'apps.emqx.io', versions: ['v2', 'v2beta1', 'v3beta1'] },
  { resource: 'hivemq-platforms', group: 'hivemq.com', versions: ['v1'] },
  { resource: 'scaledobjects', group: 'keda.sh', versions: ['v1alpha1'] },
];

/** The API server's answer to a request. */
interface Verdict { status: number; warnings: string; message: string }
interface Policy { metadata: { name: string; generation: number }; status?: { observedGeneration?: number; typeChecking?: { expressionWarnings?: object[] } } }

function guardRails(action: MqttGuardRailsAction, workload = embeddedWorkload()): any[] {
  const chart = new Chart(Testing.app(), 'chart', { namespace: 'not-theirs' });
  new MqttGuardRails(chart, 'GuardRails', { name: POLICIES, namespaces: [NAMESPACE], action });
  // How far it may be scaled is known from the app.
  [workload, messageLog(), singleEmqx()].forEach((scaled, index) => new ApiObject(chart, `Workload${index}`, scaled));
  return Testing.synth(chart).filter(({ apiVersion }) => apiVersion.startsWith('admissionregistration.k8s.io/'));
}

/** The object of a case as it would be in the test's namespace, with the label that the policies look for. */
function placed(manifest: any): any {
  const moved = JSON.parse(JSON.stringify(manifest), (key, value) => {
    if (key === 'namespaces' && Array.isArray(value)) return value.map((name) => name === 'mqtt' ? NAMESPACE : name);
    return (key === 'namespace' || key === 'kubernetes.io/metadata.name') && value === 'mqtt' ? NAMESPACE : value;
  });
  return { ...moved, metadata: { ...moved.metadata, namespace: NAMESPACE, labels: { ...moved.metadata.labels, ...MANAGED } } };
}

/** A workload that has no pods yet, with what a second pod would break. */
function embeddedWorkload(): any {
  const { statefulSet } = developmentManifests();
  statefulSet.metadata.name = 'patched';
  statefulSet.spec.replicas = 0;
  return placed(statefulSet);
}

/** A message log in production. Its pods are refused, since they say nothing of their security. */
function messageLog(): any {
  return placed(withLog().find(({ metadata }: any) => metadata.name === 'broker-log'));
}

/** What the operators would make clusters of, if they were there. */
function licensedEmqx(): any {
  const license = { name: 'EMQX_LICENSE__KEY', valueFrom: { secretKeyRef: { name: 'emqx-license', key: 'key' } } };
  return placed({
    apiVersion: 'apps.emqx.io/v2beta1',
    kind: 'EMQX',
    metadata: { name: 'plant', annotations: { 'cdk8s-mqtt/connections-per-pod': '5000', 'cdk8s-mqtt/drain-connections-per-second': '500' } },
    spec: { image: 'emqx/emqx-enterprise:5.10.0', coreTemplate: { spec: { replicas: 3, env: [license] } } },
  });
}

function singleEmqx(): any {
  const emqx = licensedEmqx();
  emqx.metadata.name = 'single';
  Object.assign(emqx.spec, { coreTemplate: { spec: { replicas: 1 } }, replicantTemplate: { spec: { replicas: 0 } } });
  return emqx;
}

/** What KEDA would scale the brokers by, if it were there. */
function scaledObject(): any {
  const manifests = productionManifests();
  scaleByKeda(manifests, { minReplicaCount: 3, maxReplicaCount: 6 });
  return placed(manifests.autoscaler);
}

function licensedHivemq(): any {
  return placed({
    apiVersion: 'hivemq.com/v1',
    kind: 'HiveMQPlatform',
    metadata: { name: 'plant', annotations: { 'cdk8s-mqtt/profile': 'production' } },
    spec: {
      secretName: 'hivemq-configuration',
      extensions: [{ id: 'hivemq-allow-all-extension', enabled: false, extensionUri: 'preinstalled' }],
    },
  });
}

describe('guard rails on a real API server', () => {
  let proxy: ChildProcess;
  let address: string;
  /** An object that breaks each rule, as the cases showed. */
  const broken = new Map<string, { object: object; warnings: string }>();
  const checked = admissionSubjects.flatMap(({ name, resource, checks }) => checks.map(({ rule }) => ({ name, resource, rule })));
  /** Resources, with the version (`emqxes.apps.emqx.io/v2`), that the cluster does not know. */
  let unknown: string[] = [];
  const isKnown = ({ apiVersion, kind }: any) => {
    const [group, version] = apiVersion.split('/');
    return !unknown.includes(`${RESOURCES[kind]}.${group}/${version}`);
  };
  const isDefined = (resource: string) => !unknown.some((name) => name.startsWith(`${resource}.`));

  beforeAll(async () => {
    await createNamespace(NAMESPACE);
    // Before there are definitions of the operators' resources.
    await applyObjects(...guardRails(MqttGuardRailsAction.WARN));
    unknown = await addDefinitions(DEFINED);
    if (unknown.length > 0) progress(`skipped: ${unknown.join(', ')}, which neither the cluster nor MQTT_TEST_CRDS knows`);
    proxy = spawn('kubectl', ['proxy', '--port=0', '--accept-hosts=^127\\.0\\.0\\.1$'], { stdio: ['ignore', 'pipe', 'inherit'] });
    address = await new Promise<string>((resolve, reject) => {
      proxy.once('error', reject);
      proxy.stdout!.on('data', (data) => {
        const match = /127\.0\.0\.1:\d+/.exec(String(data));
        if (match) resolve(`http://${match[0]}`);
      });
    });
    const budget = placed(productionManifests().disruptionBudget);
    delete budget.spec.unhealthyPodEvictionPolicy;
    budget.spec.selector.matchLabels['app.kubernetes.io/name'] = 'mqtt-broker';
    const { statefulSet, clientService, configuration } = developmentManifests();
    statefulSet.spec.replicas = 2;
    clientService.spec.publishNotReadyAddresses = true;
    configuration.data.key = '-----BEGIN PRIVATE KEY-----';
    const [twoNodes, unlicensed, open, idle] = [messageLog(), licensedEmqx(), licensedHivemq(), scaledObject()];
    twoNodes.spec.replicas = 2;
    idle.spec.minReplicaCount = 0;
    delete unlicensed.spec.coreTemplate.spec.env;
    delete open.spec.extensions[0].enabled;
    for (const [object, id] of [
      [budget, 'MQTT-DISRUPTION-002'], [placed(statefulSet), 'MQTT-SESSION-001'], [placed(clientService), 'MQTT-SERVICE-002'], [placed(configuration), 'MQTT-SECRET-002'],
      [twoNodes, 'MQTT-LOG-001'], [unlicensed, 'MQTT-EMQX-001'], [open, 'MQTT-HIVEMQ-001'], [idle, 'MQTT-AUTOSCALING-003'],
    ]) {
      if (isKnown(object)) await eventually(`${id} to be in force`, 30, async () => (await created(object)).warnings.includes(`${id}: `) || undefined);
    }
  }, 180_000);

  afterAll(async () => {
    proxy?.kill();
    for (const kind of ['validatingadmissionpolicybindings', 'validatingadmissionpolicies']) {
      const names = (await list<Policy>(kind)).map(({ metadata }) => metadata.name).filter((name) => name.startsWith(`${POLICIES}-`));
      if (names.length > 0) await kubectl(['delete', kind, ...names]);
    }
    await removeNamespace(NAMESPACE);
    await removeDefinitions();
  }, 240_000);

  /** What the API server would say to a new object. */
  async function created(object: any): Promise<Verdict> {
    const collection = `${object.apiVersion.includes('/') ? 'apis' : 'api'}/${object.apiVersion}/namespaces/${NAMESPACE}/${RESOURCES[object.kind]}`;
    const response = await fetch(`${address}/${collection}?dryRun=All`, {
      method: 'POST', body: JSON.stringify(object), headers: { 'content-type': 'application/json' },
    });
    const { message = '' } = await response.json() as { message?: string };
    return { status: response.status, warnings: response.headers.get('warning') ?? '', message };
  }

  test('the API server finds no mistake in the types of any expression', async () => {
    const policies = await eventually('the type check of every policy', 60, async () => {
      const found = (await list<Policy>('validatingadmissionpolicies')).filter(({ metadata }) => metadata.name.startsWith(`${POLICIES}-`));
      return found.every(({ metadata, status }) => status?.observedGeneration === metadata.generation) ? found : undefined;
    });
    expect(policies.length).toBeGreaterThanOrEqual(admissionSubjects.length);
    expect(policies.flatMap(({ status }) => status?.typeChecking?.expressionWarnings ?? [])).toEqual([]);
  }, 90_000);

  test('they say the same as the rules about every object of every case', async () => {
    const verdicts = new Map<string, Promise<Verdict>>();
    const verdict = (object: object) => {
      const key = JSON.stringify(object);
      verdicts.set(key, verdicts.get(key) ?? created(object));
      return verdicts.get(key)!;
    };
    const differences: string[] = [];
    let judged = 0;
    for (const { rule, breaks, satisfies } of ruleCases) {
      const cases = [
        ...breaks.map(({ findings, ...breaking }) => ({ ...breaking, found: findings.map(({ object }) => object) })),
        ...satisfies.map((satisfying) => ({ ...satisfying, found: [] as string[] })),
      ];
      for (const { name, manifests, found, needsOtherObjects, beyondAdmission } of cases) {
        // Other objects may also speak for this one.
        if (needsOtherObjects !== undefined && found.length === 0) continue;
        for (const manifest of manifests as any[]) {
          const resource = RESOURCES[manifest.kind];
          if (!checked.some((check) => check.rule === rule && check.resource === resource) || !isKnown(manifest)) continue;
          const { status, warnings, message } = await verdict(placed(manifest));
          const expected = needsOtherObjects === undefined && beyondAdmission === undefined && found.some((object) => object === nameOf({ ...manifest, ...manifest.metadata, origin: '' }));
          judged++;
          if (status === 201 && expected && warnings.includes(`': ${rule}: `)) {
            // An object that breaks fewer rules shows more of this one.
            const policy = new RegExp(`'${POLICIES}-([\\w-]+?)(-warnings)?' with binding '[\\w-]+': ${rule}: `).exec(warnings)![1];
            const before = broken.get(`${policy} ${rule}`);
            if (before === undefined || warnings.length < before.warnings.length) broken.set(`${policy} ${rule}`, { object: placed(manifest), warnings });
          }
          // What the API server refuses by itself needs no policy.
          if (status === 201 ? warnings.includes(`': ${rule}: `) !== expected : !expected) {
            differences.push(`${rule}, ${name}: the rules ${expected ? 'find' : 'do not find'} it in ${manifest.kind} ${manifest.metadata.name}; the API server: ${status} ${warnings}${message}`);
          }
        }
      }
    }
    progress(`${judged} objects of cases, ${verdicts.size} different ones`);
    expect(differences).toEqual([]);
    expect(judged).toBeGreaterThan(isDefined('emqxes') ? 550 : 500);
    expect(checked.filter(({ resource }) => isDefined(resource)).map(({ name, rule }) => `${name} ${rule}`).filter((check) => !broken.has(check))).toEqual([]);
  }, 180_000);

  test('it refuses by itself what needs no policy', async () => {
    const rules = rulesWithoutBecause(/^The API server refuses/);
    expect(rules).not.toHaveLength(0);
    for (const { rule, breaks } of ruleCases.filter((cases) => rules.includes(cases.rule))) {
      for (const { name, manifests, findings } of breaks) {
        const found = (manifests as any[]).find((manifest) => nameOf({ ...manifest, ...manifest.metadata, origin: '' }) === findings[0].object);
        const { status } = await created(placed(found));
        expect({ rule, name, isRefused: status >= 400 }).toEqual({ rule, name, isRefused: true });
      }
    }
  });

  test('a policy sees what the labels of the Namespace say', async () => {
    const { statefulSet } = productionManifests();
    statefulSet.metadata.annotations['cdk8s-mqtt/keepalive-max-seconds'] = '7200';
    const label = (...labels: string[]) => kubectl(['label', '--overwrite', 'namespace', NAMESPACE, ...labels]);
    const saysOfMesh = async (object: object) => / Found: ([^;]+), in front of mqtts; the broker accepts a keepalive of up to 7200 s/.exec((await created(placed(object))).warnings)?.[1];
    const becomes = (found: string | undefined) => eventually(`the policy to say ${found}`, 30, async () => (await saysOfMesh(statefulSet)) === found || undefined);
    try {
      await label('istio-injection=enabled');
      await becomes('istio-injection: enabled on the Namespace');
      await label('istio-injection-', 'istio.io/rev=canary');
      await becomes('istio.io/rev: canary on the Namespace');
      statefulSet.spec.template.metadata.labels['sidecar.istio.io/inject'] = 'true';
      await becomes('sidecar.istio.io/inject: \\"true\\"');
      await label('istio-injection=disabled');
      await becomes(undefined);
    } finally {
      await label('istio-injection-', 'istio.io/rev-');
    }
  }, 90_000);

  test('large files are no reason to refuse a ConfigMap', async () => {
    const { configuration } = productionManifests();
    // Beyond what the rule reads, and just within: no expression may cost more than the API server allows.
    for (const size of [49_000, 1_000_000]) {
      configuration.data = { 'users.txt': 'password: /run/$user eyJ x\n'.repeat(size / 26) };
      expect(await created(placed(configuration))).toEqual({ status: 201, warnings: '', message: '' });
    }
    configuration.data = { 'ca-bundle.crt': '-----BEGIN CERTIFICATE-----\n'.repeat(35_000) };
    expect(await created(placed(configuration))).toEqual({ status: 201, warnings: '', message: '' });
  });

  describe('which deny', () => {
    beforeAll(async () => {
      const budget = placed(productionManifests().disruptionBudget);
      await applyObjects(...[embeddedWorkload(), messageLog(), budget, scaledObject(), licensedEmqx(), singleEmqx(), licensedHivemq()].filter(isKnown));
      await applyObjects(...guardRails(MqttGuardRailsAction.DENY));
      const bad = embeddedWorkload();
      Object.assign(bad.spec, { replicas: 2 });
      await eventually('the bindings to deny', 30, async () => (await created(bad)).status === 422 || undefined);
      await eventually('the policy of scale requests to deny', 30, async () => (await tryKubectl('scale', ...PATCHED, '--replicas=2')).code !== 0 || undefined);
    }, 90_000);

    test('a bad object is refused for every rule that is an error, with its id, title and reason; for one that is a warning, it is not', async () => {
      for (const [check, { object }] of broken) {
        const { id, severity, title, why } = catalogue.find((rule) => check.endsWith(` ${rule.id}`))!;
        const { status, message, warnings } = await created(object);
        if (severity === Severity.ERROR) {
          expect({ check, status }).toEqual({ check, status: 422 });
          expect(message).toMatch(new RegExp(`${escaped(`denied request: ${id}: ${title}. Found: `)}.+${escaped(`. ${why} Instead: `)}`));
        } else {
          // An object may break a rule that is an error besides: then that one refuses it.
          expect(message).not.toContain(`${id}: `);
          if (status === 201) expect(warnings).toContain(`': ${id}: ${title}. Found: `);
        }
      }
    }, 60_000);

    test.each(Object.keys(RESOURCES))('a good %s passes without a word', async (kind) => {
      const good = [...withLog(), ...Object.values(productionManifests()), scaledObject(), licensedEmqx(), singleEmqx(), licensedHivemq()]
        .filter((candidate: any) => candidate.kind === kind && isKnown(candidate));
      expect(good.length > 0 || unknown.some((name) => name.startsWith(RESOURCES[kind]))).toBe(true);
      for (const manifest of good as any[]) {
        const object = placed(manifest);
        // Objects of some names are there already. The message log of the cases says nothing of its security, of which Pod Security warns.
        object.metadata.name = `good-${object.metadata.name}`;
        const { status, warnings, message } = await created(object);
        expect({ status, message }).toEqual({ status: 201, message: '' });
        expect(warnings.replace(/^299 - "would violate PodSecurity [^,]*(\\"|[^"])*"$/, '')).toBe('');
      }
    });

    test('what the constructs make passes, with no warning that the synth did not give', async () => {
      process.env.CDK8S_MQTT_QUIET = '1';
      const chart = new Chart(Testing.app(), 'chart', { namespace: NAMESPACE });
      const production = new MqttCluster(chart, 'Production', { profile: MqttProfile.production() });
      production.acknowledge('MQTT-LOG-005', 'the network encrypts');
      new MqttLoadBalancer(chart, 'LoadBalancer', { cluster: production, provider: LoadBalancerProvider.awsNlb() });
      const development = new MqttCluster(chart, 'Development');
      const known = [...production.findings, ...development.findings].filter(({ acknowledged }) => acknowledged === undefined).map(({ id }) => id);
      const objects = Testing.synth(chart).filter(({ kind }) => kind in RESOURCES);
      expect(objects.length).toBeGreaterThan(8);
      for (const object of objects) {
        const { status, warnings, message } = await created(object);
        expect({ status, message }).toEqual({ status: 201, message: '' });
        expect(known).toEqual(expect.arrayContaining([...warnings.matchAll(/': (MQTT-[A-Z]+-\d+): /g)].map(([, id]) => id)));
      }
    });

    /** A patch of any object: the API server keeps those of operators that are not there all the same. */
    const patched = async (kind: string, name: string, patch: object) =>
      tryKubectl('patch', kind, name, `--namespace=${NAMESPACE}`, '--dry-run=server', '--type=merge', '--patch', JSON.stringify(patch));
    const denied = (policy: string) => `ValidatingAdmissionPolicy '${POLICIES}-${policy}' with binding '${POLICIES}-${policy}' denied request: `;

    test('kubectl patch is refused when it breaks a rule, and passes when it does not', async () => {
      const bad = await tryKubectl('patch', ...PATCHED, '--type=merge', '--patch', '{"spec":{"template":{"spec":{"terminationGracePeriodSeconds":20}}}}');
      expect(bad.code).not.toBe(0);
      expect(bad.stderr).toContain(`ValidatingAdmissionPolicy '${POLICIES}-statefulsets' with binding '${POLICIES}-statefulsets' denied request: `
        + 'MQTT-SHUTDOWN-001: A stopping broker has the time to hand over its clients. Found: spec.template.spec.terminationGracePeriodSeconds: 20; needed are 45 s. ');
      expect(await tryKubectl('patch', ...PATCHED, '--type=merge', '--patch', '{"spec":{"template":{"spec":{"terminationGracePeriodSeconds":45}}}}')).toMatchObject({ code: 0, stderr: '' });
    });

    test('kubectl patch is refused too when it takes away the label that the policies look for', async () => {
      const patch = { metadata: { labels: { 'app.kubernetes.io/managed-by': null } }, spec: { replicas: 2 } };
      expect((await tryKubectl('patch', ...PATCHED, '--type=merge', '--patch', JSON.stringify(patch))).stderr).toContain('MQTT-SESSION-001: ');
    });

    test('kubectl patch is refused too when it takes away the annotations that say what is known of a broker', async () => {
      const patch = async (annotations: object | null, spec = {}) => tryKubectl('patch', ...PATCHED, '--type=merge', '--patch', JSON.stringify({ metadata: { annotations }, spec }));
      const short = { template: { spec: { terminationGracePeriodSeconds: 20 } } };
      expect((await patch({ 'cdk8s-mqtt/broker': null }, short)).stderr).toContain('MQTT-SHUTDOWN-001: ');
      expect((await patch(null, { replicas: 2 })).stderr).toContain('MQTT-SESSION-001: ');
      const alone = await patch({ 'cdk8s-mqtt/broker': null });
      expect(alone.code).toBe(0);
      expect(alone.stderr).toContain('MQTT-ANNOTATION-003: A broker declares what the rules must know of it. Found: no annotation cdk8s-mqtt/broker. ');
    });

    test('kubectl patch of a PodDisruptionBudget is refused when it forbids every eviction, and passes when it does not', async () => {
      const refused = `${denied('poddisruptionbudgets')}MQTT-DISRUPTION-005: A budget does not forbid every eviction. Found: spec.`;
      for (const terms of [{ maxUnavailable: 0 }, { maxUnavailable: '0%' }, { maxUnavailable: null, minAvailable: '100%' }]) {
        expect((await patched('poddisruptionbudget', 'broker', { spec: terms })).stderr).toContain(refused);
      }
      const elsewhere = { spec: { maxUnavailable: 0, selector: { matchLabels: { 'app.kubernetes.io/name': 'web' } } } };
      expect((await patched('poddisruptionbudget', 'broker', elsewhere)).stderr).toContain(`${refused}maxUnavailable: 0. `);
      for (const terms of [{ maxUnavailable: 2 }, { maxUnavailable: null, minAvailable: '50%' }]) {
        expect(await patched('poddisruptionbudget', 'broker', { spec: terms })).toMatchObject({ code: 0, stderr: '' });
      }
    });

    test('kubectl patch of a ScaledObject is refused when it leaves no broker, and passes when it does not', async () => {
      if (!isDefined('scaledobjects')) return progress('skipped: the cluster does not know ScaledObject');
      const refused = `${denied('scaledobjects')}MQTT-AUTOSCALING-003: An autoscaler leaves at least one broker. Found: spec.`;
      expect((await patched('scaledobject', 'broker', { spec: { minReplicaCount: 0 } })).stderr).toContain(`${refused}minReplicaCount: 0. `);
      expect((await patched('scaledobject', 'broker', { spec: { minReplicaCount: null } })).stderr).toContain(`${refused}minReplicaCount: absent. `);
      expect((await patched('scaledobject', 'broker', { spec: { idleReplicaCount: 0 } })).stderr).toContain(`${refused}idleReplicaCount: 0. `);
      expect(await patched('scaledobject', 'broker', { spec: { minReplicaCount: 1 } })).toMatchObject({ code: 0, stderr: '' });
    });

    test('kubectl scale is refused when it breaks a rule, and passes when it does not', async () => {
      const bad = await tryKubectl('scale', ...PATCHED, '--replicas=2');
      expect(bad.code).not.toBe(0);
      expect(bad.stderr).toContain(`ValidatingAdmissionPolicy '${POLICIES}-statefulsets-scale' with binding '${POLICIES}-statefulsets-scale' denied request: `
        + 'MQTT-SESSION-001: Brokers that share clients share sessions. Found: spec.replicas: 2 of StatefulSet patched. ');
      expect(await tryKubectl('scale', ...PATCHED, '--replicas=1')).toMatchObject({ code: 0, stderr: '' });
    });

    test('kubectl patch and kubectl scale of a message log are refused when they break a rule, and pass when they do not', async () => {
      const image = (value: string) => ({ spec: { template: { spec: { containers: [{ ...messageLog().spec.template.spec.containers[0], image: value }] } } } });
      expect((await patched('statefulset', 'broker-log', image('nats:2.10.3'))).stderr).toContain(`${denied('message-logs')}MQTT-LOG-011: The message log is NATS 2.12 or newer. Found: image nats:2.10.3. `);
      expect((await patched('statefulset', 'broker-log', image('nats:2.12.4'))).code).toBe(0);
      const scaled = (replicas: number) => tryKubectl('scale', 'statefulset', 'broker-log', `--namespace=${NAMESPACE}`, '--dry-run=server', `--replicas=${replicas}`);
      expect((await scaled(2)).stderr).toContain(`${denied('statefulsets-scale')}MQTT-LOG-001: The message log of production has three or five nodes. Found: spec.replicas: 2 of StatefulSet broker-log. `);
      expect((await scaled(5)).code).toBe(0);
    });

    test('kubectl patch and kubectl scale of an EMQX are refused when they break a rule, and pass when they do not', async () => {
      if (!isDefined('emqxes')) return progress('skipped: the cluster does not know EMQX');
      const licence = `${denied('emqxes')}MQTT-EMQX-001: Several nodes of EMQX have a licence for a cluster. Found: 3 core nodes and 0 replicants of emqx/emqx-enterprise:5.10.0, and no licence. `;
      expect((await patched('emqx', 'plant', { spec: { coreTemplate: { spec: { env: null } } } })).stderr).toContain(licence);
      expect((await patched('emqx', 'plant', { spec: { coreTemplate: { spec: { replicas: 5 } } } })).code).toBe(0);
      const scaled = (name: string, replicas: number) => tryKubectl('scale', 'emqx', name, `--namespace=${NAMESPACE}`, '--dry-run=server', `--replicas=${replicas}`);
      expect((await scaled('single', 1)).stderr).toContain(`${denied('emqxes-scale')}MQTT-EMQX-001: Several nodes of EMQX have a licence for a cluster. Found: spec.replicas: 1 of EMQX single. `);
      expect((await scaled('single', 0)).code).toBe(0);
    });

    test('kubectl patch of a HiveMQPlatform is refused when it breaks a rule, and passes when it does not', async () => {
      if (!isDefined('hivemq-platforms')) return progress('skipped: the cluster does not know HiveMQPlatform');
      const extension = (enabled: boolean) => ({ spec: { extensions: [{ id: 'hivemq-allow-all-extension', enabled, extensionUri: 'preinstalled' }] } });
      expect((await patched('hivemq-platform', 'plant', extension(true))).stderr).toContain(
        `${denied('hivemq-platforms')}MQTT-HIVEMQ-001: HiveMQ does not let everybody in. Found: spec.extensions: hivemq-allow-all-extension, enabled. `);
      expect((await patched('hivemq-platform', 'plant', { spec: { secretName: null } })).stderr).toContain(`${denied('hivemq-platforms')}MQTT-HIVEMQ-002: `);
      expect((await patched('hivemq-platform', 'plant', { spec: { configMapName: 'made-elsewhere', secretName: null } })).code).toBe(0);
    });

    test('what is acknowledged on the object passes, by any way', async () => {
      const reason = { metadata: { annotations: { 'acknowledge.cdk8s-mqtt/MQTT-SESSION-001': 'each broker serves one plant' } } };
      await kubectl(['patch', 'statefulset', 'patched', `--namespace=${NAMESPACE}`, '--type=merge', '--patch', JSON.stringify(reason)]);
      expect((await tryKubectl('patch', ...PATCHED, '--type=merge', '--patch', '{"spec":{"replicas":2}}')).code).toBe(0);
      const acknowledged = embeddedWorkload();
      Object.assign(acknowledged.metadata.annotations, reason.metadata.annotations);
      await applyObjects(...guardRails(MqttGuardRailsAction.DENY, acknowledged));
      await eventually('the scale request to pass', 30, async () => (await tryKubectl('scale', ...PATCHED, '--replicas=2')).code === 0 || undefined);

      const blank = { metadata: { annotations: { 'acknowledge.cdk8s-mqtt/MQTT-SESSION-001': ' ' } }, spec: { replicas: 2 } };
      expect((await tryKubectl('patch', ...PATCHED, '--type=merge', '--patch', JSON.stringify(blank))).stderr).toContain('MQTT-SESSION-001: ');
    }, 60_000);

    test('objects without the label, and those that are no brokers, are left alone', async () => {
      const bad = embeddedWorkload();
      bad.metadata.name = 'other';
      bad.spec.replicas = 2;
      const { labels, annotations } = bad.metadata;
      expect((await created({ ...bad, metadata: { ...bad.metadata, labels: {} } })).warnings).toBe('');
      delete annotations['cdk8s-mqtt/broker'];
      expect(labels).toMatchObject(MANAGED);
      expect(await created(bad)).toEqual({ status: 201, warnings: '', message: '' });
    });
  });
});

function tryKubectl(...args: string[]): Promise<{ code: number | null; stderr: string }> {
  return tryCommand('kubectl', args);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
