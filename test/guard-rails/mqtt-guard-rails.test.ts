import { ApiObject, Chart, Testing } from 'cdk8s';
import { rulesOfTable, rulesWithout, rulesWithoutBecause } from './guard-rails-page';
import { KubernetesVersion, MqttGuardRails, MqttGuardRailsAction, type MqttGuardRailsProps } from '../../lib';
import { admissionSubjects } from '../../lib/rules/admission';
import { catalogue } from '../../lib/rules/catalogue';
import { evaluate } from '../../lib/rules/evaluate';
import { Severity } from '../../lib/rules/finding';
import { ruleCases } from '../rules/cases';
import { productionManifests } from '../rules/cases/base';
import { withLog } from '../rules/cases/message-log';

const MANAGED = { 'app.kubernetes.io/managed-by': 'cdk8s-mqtt' };

function synth(props?: MqttGuardRailsProps, workload?: any): any[] {
  const chart = new Chart(Testing.app(), 'chart', { namespace: 'mqtt' });
  new MqttGuardRails(chart, 'GuardRails', props);
  if (workload) new ApiObject(chart, 'Workload', { ...workload, metadata: { ...workload.metadata, labels: { ...workload.metadata.labels, ...MANAGED } } });
  return Testing.synth(chart).filter(({ apiVersion }) => apiVersion.startsWith('admissionregistration.k8s.io/'));
}

const ofKind = (manifests: any[], kind: string): Record<string, any> => Object.fromEntries(
  manifests.filter((manifest) => manifest.kind === kind).map((manifest) => [manifest.metadata.name, manifest]));
const policies = (props?: MqttGuardRailsProps, workload?: any) => ofKind(synth(props, workload), 'ValidatingAdmissionPolicy');
const bindings = (props?: MqttGuardRailsProps) => ofKind(synth(props), 'ValidatingAdmissionPolicyBinding');

describe('MqttGuardRails', () => {
  test('makes a policy and a binding for each subject and severity', () => {
    const names = [
      'statefulsets', 'message-logs', 'services', 'poddisruptionbudgets', 'scaledobjects', 'configmaps', 'emqxes', 'hivemq-platforms', 'statefulsets-scale', 'emqxes-scale',
      'statefulsets-warnings', 'message-logs-warnings', 'services-warnings', 'poddisruptionbudgets-warnings', 'emqxes-warnings', 'hivemq-platforms-warnings', 'statefulsets-scale-warnings',
    ].map((name) => `cdk8s-mqtt-${name}`);
    expect(Object.keys(policies())).toEqual(names);
    expect(Object.values(bindings()).map(({ metadata, spec }) => [metadata.name, spec.policyName])).toEqual(names.map((name) => [name, name]));
    expect(Object.keys(policies({ name: 'team-a' }))).toContain('team-a-services');
  });

  test('makes objects of the whole Kubernetes cluster, in a chart with a namespace too', () => {
    for (const { apiVersion, metadata } of synth({ labels: { team: 'iot' } })) {
      expect(apiVersion).toBe('admissionregistration.k8s.io/v1');
      expect(metadata).toEqual({ name: expect.any(String), labels: { ...MANAGED, 'app.kubernetes.io/part-of': 'mqtt', 'team': 'iot' } });
    }
  });

  test('warns by default, and denies errors when asked to, never warnings', () => {
    const actions = (action?: MqttGuardRailsAction) => Object.values(bindings({ action })).map(({ metadata, spec }) => [metadata.name.endsWith('-warnings'), spec.validationActions]);
    for (const [, found] of actions()) expect(found).toEqual(['Warn', 'Audit']);
    for (const [isWarning, found] of actions(MqttGuardRailsAction.DENY)) expect(found).toEqual([isWarning ? 'Warn' : 'Deny', 'Audit']);
  });

  test('looks at objects with the label, by default everywhere', () => {
    const { spec } = policies()['cdk8s-mqtt-services'];
    expect(spec.matchConstraints).toEqual({
      resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['services'], operations: ['CREATE', 'UPDATE'] }],
      objectSelector: { matchLabels: MANAGED },
    });
    expect(bindings()['cdk8s-mqtt-services'].spec).not.toHaveProperty('matchResources');
  });

  test('looks at what was of a broker before a change, too', () => {
    const conditions = Object.fromEntries(Object.entries(policies()).map(([name, { spec }]) => [name, spec.matchConditions]));
    const concerns = (object: string) => `"cdk8s-mqtt/broker" in ${object}.metadata.?annotations.orValue({})`;
    expect(conditions['cdk8s-mqtt-statefulsets']).toEqual([
      { name: 'concerns-a-broker', expression: `(${concerns('object')}) || request.operation == 'UPDATE' && (${concerns('oldObject')})` },
    ]);
    for (const name of ['statefulsets', 'message-logs', 'services', 'poddisruptionbudgets', 'scaledobjects', 'statefulsets-warnings']) {
      // New objects have none before.
      expect(conditions[`cdk8s-mqtt-${name}`][0].expression).toMatch(/^\((?!.*oldObject.* \|\| request).+\) \|\| request\.operation == 'UPDATE' && \(.*\boldObject\..+\)$/);
    }
    // All of these are meant, whatever they are for.
    for (const name of ['configmaps', 'emqxes', 'hivemq-platforms']) expect(conditions[`cdk8s-mqtt-${name}`]).toBeUndefined();
  });

  test('looks at every version of the resources of operators, whose definitions need not be there', () => {
    expect(policies()['cdk8s-mqtt-emqxes'].spec.matchConstraints).toEqual({
      resourceRules: [{ apiGroups: ['apps.emqx.io'], apiVersions: ['*'], resources: ['emqxes'], operations: ['CREATE', 'UPDATE'] }],
      objectSelector: { matchLabels: MANAGED },
    });
    expect(policies()['cdk8s-mqtt-scaledobjects'].spec.matchConstraints.resourceRules).toEqual([
      { apiGroups: ['keda.sh'], apiVersions: ['*'], resources: ['scaledobjects'], operations: ['CREATE', 'UPDATE'] },
    ]);
    expect(policies()['cdk8s-mqtt-hivemq-platforms'].spec.matchConstraints.resourceRules).toEqual([
      { apiGroups: ['hivemq.com'], apiVersions: ['*'], resources: ['hivemq-platforms'], operations: ['CREATE', 'UPDATE'] },
    ]);
  });

  test('looks at objects with other labels, in some namespaces', () => {
    const props = { objectLabels: { team: 'iot' }, namespaces: ['mqtt', 'mqtt-test'] };
    expect(policies(props)['cdk8s-mqtt-statefulsets'].spec.matchConstraints.objectSelector).toEqual({ matchLabels: { team: 'iot' } });
    expect(bindings(props)['cdk8s-mqtt-statefulsets-scale'].spec.matchResources).toEqual({
      namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['mqtt', 'mqtt-test'] }] },
    });
  });

  test('says id, title, reason and remedy of each rule, within what the API server takes, and accepts an acknowledgement', () => {
    const validations = Object.values(policies()).filter(({ metadata }) => !/-scale(-warnings)?$/.test(metadata.name)).flatMap(({ spec }) => spec.validations);
    expect(validations).toHaveLength(admissionSubjects.flatMap(({ checks }) => checks).length);
    for (const { expression, message, messageExpression } of validations) {
      const rule = catalogue.find(({ id }) => message.startsWith(`${id}: `))!;
      expect(message).toBe(`${rule.id}: ${rule.title}`);
      for (const part of [rule.title, rule.why, rule.remedy]) expect(messageExpression).toContain(JSON.stringify(part).slice(1, -1));
      expect(messageExpression).not.toContain('\n');
      expect(Buffer.byteLength(messageExpression)).toBeLessThan(5 * 1024);
      expect(expression).toContain(`"acknowledge.cdk8s-mqtt/${rule.id}"`);
    }
  });

  describe('of scale requests', () => {
    const embedded = (change: (workload: any) => void = () => undefined) => {
      const { statefulSet } = productionManifests();
      statefulSet.metadata.annotations['cdk8s-mqtt/session-store'] = 'embedded';
      statefulSet.spec.replicas = 1;
      change(statefulSet);
      return statefulSet;
    };
    const expressions = (workload?: any, suffix = '') => policies({}, workload)[`cdk8s-mqtt-statefulsets-scale${suffix}`].spec.validations
      .map(({ message, expression }: { message: string; expression: string }) => [message.split(':')[0], expression]);

    test('know how far each workload of the app can go', () => {
      expect(expressions(embedded())).toEqual([
        ['MQTT-SESSION-001', '!((object.metadata.name == "broker" && object.metadata.namespace == "mqtt" && object.spec.?replicas.orValue(0) > 1))'],
        ['MQTT-PLACEMENT-001', '!((object.metadata.name == "broker" && object.metadata.namespace == "mqtt" && object.spec.?replicas.orValue(0) > 3))'],
      ]);
      expect(expressions(embedded((workload) => { workload.spec.podManagementPolicy = 'OrderedReady'; }), '-warnings').map(([id]: string[]) => id)).toEqual(['MQTT-WORKLOAD-004']);
    });

    test('know the numbers that a message log takes, which are not all above or below one', () => {
      const log = (change?: Parameters<typeof withLog>[0]) => withLog(change).find(({ metadata }: any) => metadata.name === 'broker-log');
      const place = 'object.metadata.name == "broker-log" && object.metadata.namespace == "mqtt"';
      const number = 'object.spec.?replicas.orValue(0)';
      expect(expressions(log())).toEqual([['MQTT-LOG-001', `!((${place} && (${number} <= 2 || ${number} == 4 || ${number} == 6 || ${number} == 8)))`]]);
      expect(expressions(log((manifests) => { delete manifests.log.spec.template.spec.affinity; }))[1]).toEqual([
        'MQTT-LOG-009', `!((${place} && (${number} == 0 || ${number} > 1)))`,
      ]);
    });

    test('know how many replicants EMQX may have', () => {
      const emqx = (spec: object) => ({ apiVersion: 'apps.emqx.io/v2beta1', kind: 'EMQX', metadata: { name: 'plant', namespace: 'mqtt' }, spec: { image: 'emqx/emqx:5.10.0', ...spec } });
      const scale = (spec: object) => policies({}, emqx(spec))['cdk8s-mqtt-emqxes-scale'].spec;
      expect(scale({}).validations.map(({ expression }: any) => expression)).toEqual([
        '!((object.metadata.name == "plant" && object.metadata.namespace == "mqtt" && object.spec.?replicas.orValue(0) > 0))',
      ]);
      expect(scale({}).matchConstraints.resourceRules).toEqual([
        { apiGroups: ['apps.emqx.io'], apiVersions: ['*'], resources: ['emqxes/scale'], operations: ['CREATE', 'UPDATE'] },
      ]);
      expect(scale({ config: { data: 'license.key = "file:///license"' } }).validations).toEqual([{ expression: 'true', message: 'No workload of the app has a limit' }]);
    });

    test('leave out what is acknowledged', () => {
      const workload = embedded(({ metadata }) => { metadata.annotations['acknowledge.cdk8s-mqtt/MQTT-SESSION-001'] = 'each broker serves one plant'; });
      expect(expressions(workload).map(([id]: string[]) => id)).toEqual(['MQTT-PLACEMENT-001']);
    });

    test('pass where the app has no such workload', () => {
      expect(expressions()).toEqual([['No workload of the app has a limit', 'true']]);
    });
  });

  test.each<[string, any, string]>([
    ['a Kubernetes version before the policies', { kubernetesVersion: KubernetesVersion.V1_29 }, 'MqttGuardRails needs ValidatingAdmissionPolicy, which is general since Kubernetes 1.30, but the target is 1.29: the API server refuses the policies. Leave it out, or raise kubernetesVersion'],
    ['a version that is none', { kubernetesVersion: '1.35' }, "kubernetesVersion is '1.35', but must be made like this: KubernetesVersion.V1_35"],
    ['an action that is none', { action: 'refuse' }, "action is 'refuse', but must be one of WARN, DENY"],
    ['a name that is none', { name: 'My_Rails' }, "name is 'My_Rails', but must be lower-case letters"],
    ['a name that is too long', { name: 'a'.repeat(31) }, 'with 31 characters, but may have 30'],
    ['no labels', { objectLabels: {} }, 'objectLabels is empty, so that every StatefulSet and Service of the Kubernetes cluster would be looked at: leave it out, or name labels'],
    ['labels that are none', { objectLabels: { 'a b': 'c' } }, "objectLabels has the key 'a b', which is not a label key"],
    ['no namespaces', { namespaces: [] }, 'namespaces is empty: leave it out to look at all namespaces'],
    ['a namespace that is none', { namespaces: ['mqtt', 'A'] }, "namespaces[1] is 'A', but must be lower-case letters"],
  ])('refuses %s', (_, props, message) => {
    expect(() => synth(props)).toThrow('[chart/GuardRails] MqttGuardRails: an argument cannot work:\n  - ');
    expect(() => synth(props)).toThrow(message);
  });

  test('says everything that is wrong at once', () => {
    expect(() => synth({ name: 'A', namespaces: [], kubernetesVersion: KubernetesVersion.V1_27 })).toThrow('3 arguments cannot work');
  });
});

describe('the checks of the API server', () => {
  const checks = admissionSubjects.flatMap((subject) => subject.checks.map((check) => ({ ...check, subject })));
  const severityOf = (rule: string) => catalogue.find(({ id }) => id === rule)!.severity;
  const casesOf = (rules: string[]) => ruleCases.filter(({ rule }) => rules.includes(rule)).flatMap(({ rule, breaks }) => breaks.map((broken) => ({ ...broken, rule })));
  /** What a rule finds in objects without the others. */
  const foundAlone = (rule: string, manifests: readonly object[]) =>
    manifests.flatMap((manifest) => evaluate([{ manifest, origin: 'a.yaml:1' }])).filter((finding) => finding.rule.id === rule);

  test('are of rules that exist, each once for a subject', () => {
    expect(checks.filter(({ rule }) => !catalogue.some(({ id }) => id === rule))).toEqual([]);
    const names = checks.map(({ rule, subject }) => `${subject.name} ${rule}`);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(checks.map(({ rule }) => severityOf(rule)))).toEqual(new Set(Object.values(Severity)));
  });

  test('are those that docs/guard-rails.md lists', () => {
    const listed = rulesOfTable('Which rules').flatMap(({ cells: [subject, severity], rules }) => rules.map((rule) => `${subject.replaceAll('`', '')} ${severity} ${rule}`));
    expect(listed.sort()).toEqual([
      ...checks.map(({ rule, subject }) => `${subject.name} ${severityOf(rule)} ${rule}`),
      ...checks.filter(({ countsReplicas }) => countsReplicas).map(({ rule, subject }) => `${subject.resource}/scale ${severityOf(rule)} ${rule}`),
    ].sort());
  });

  test('are of every rule for which docs/guard-rails.md gives no reason why not', () => {
    const checked = checks.map(({ rule }) => rule);
    expect(rulesWithout.flatMap(({ rules }) => rules).sort()).toEqual(catalogue.map(({ id }) => id).filter((id) => !checked.includes(id)).sort());
  });

  test('are missing for rules about several objects because no object of their cases shows them alone', () => {
    const cases = casesOf(rulesWithoutBecause(/^Several objects/));
    expect(cases.length).toBeGreaterThan(60);
    for (const { rule, manifests, beyondAdmission } of cases) {
      if (beyondAdmission === undefined) expect(foundAlone(rule, manifests)).toEqual([]);
    }
  });

  test('are missing for rules that demand another object because every good workload alone would break them', () => {
    const rules = rulesWithoutBecause(/^Another object/);
    expect(rules.length).toBeGreaterThan(3);
    for (const rule of rules) {
      const good = ruleCases.find((cases) => cases.rule === rule)!.satisfies;
      expect(good.filter(({ manifests }) => foundAlone(rule, manifests).length > 0)).not.toEqual([]);
    }
  });

  test('need no other object, except in cases that say so', () => {
    const beyond = ruleCases.flatMap(({ rule, breaks }) => breaks.filter(({ needsOtherObjects }) => needsOtherObjects !== undefined).map((broken) => ({ rule, ...broken })));
    expect(beyond).not.toHaveLength(0);
    for (const { rule, manifests } of beyond) expect(foundAlone(rule, manifests)).toEqual([]);
  });
});
