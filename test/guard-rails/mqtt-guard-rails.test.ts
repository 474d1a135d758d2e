import { readFileSync } from 'fs';
import { join } from 'path';
import { ApiObject, Chart, Testing } from 'cdk8s';
import { KubernetesVersion, MqttGuardRails, MqttGuardRailsAction, type MqttGuardRailsProps } from '../../lib';
import { admissionSubjects } from '../../lib/rules/admission';
import { catalogue } from '../../lib/rules/catalogue';
import { evaluate } from '../../lib/rules/evaluate';
import { Severity } from '../../lib/rules/finding';
import { ruleCases } from '../rules/cases';
import { productionManifests } from '../rules/cases/base';

const MANAGED = { 'app.kubernetes.io/managed-by': 'cdk8s-mqtt' };

function synth(props?: MqttGuardRailsProps, workload?: any): any[] {
  const chart = new Chart(Testing.app(), 'chart', { namespace: 'mqtt' });
  new MqttGuardRails(chart, 'GuardRails', props);
  if (workload) new ApiObject(chart, 'Workload', { ...workload, metadata: { ...workload.metadata, labels: { ...workload.metadata.labels, ...MANAGED } } });
  return Testing.synth(chart).filter(({ kind }) => kind !== 'StatefulSet');
}

const ofKind = (manifests: any[], kind: string): Record<string, any> => Object.fromEntries(
  manifests.filter((manifest) => manifest.kind === kind).map((manifest) => [manifest.metadata.name, manifest]));
const policies = (props?: MqttGuardRailsProps, workload?: any) => ofKind(synth(props, workload), 'ValidatingAdmissionPolicy');
const bindings = (props?: MqttGuardRailsProps) => ofKind(synth(props), 'ValidatingAdmissionPolicyBinding');

describe('MqttGuardRails', () => {
  test('makes a policy and a binding for each resource and severity', () => {
    const names = [
      'cdk8s-mqtt-statefulsets', 'cdk8s-mqtt-services', 'cdk8s-mqtt-configmaps', 'cdk8s-mqtt-statefulsets-scale',
      'cdk8s-mqtt-statefulsets-warnings', 'cdk8s-mqtt-services-warnings', 'cdk8s-mqtt-poddisruptionbudgets-warnings', 'cdk8s-mqtt-statefulsets-scale-warnings',
    ];
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

  test('looks at objects with other labels, in some namespaces', () => {
    const props = { objectLabels: { team: 'iot' }, namespaces: ['mqtt', 'mqtt-test'] };
    expect(policies(props)['cdk8s-mqtt-statefulsets'].spec.matchConstraints.objectSelector).toEqual({ matchLabels: { team: 'iot' } });
    expect(bindings(props)['cdk8s-mqtt-statefulsets-scale'].spec.matchResources).toEqual({
      namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['mqtt', 'mqtt-test'] }] },
    });
  });

  test('says id, title, reason and remedy of each rule, within what the API server takes, and accepts an acknowledgement', () => {
    const validations = Object.values(policies()).filter(({ metadata }) => !metadata.name.includes('-scale')).flatMap(({ spec }) => spec.validations);
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

  test('are of rules that exist, each once for a resource', () => {
    expect(checks.filter(({ rule }) => !catalogue.some(({ id }) => id === rule))).toEqual([]);
    const names = checks.map(({ rule, subject }) => `${subject.resource} ${rule}`);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(checks.map(({ rule }) => catalogue.find(({ id }) => id === rule)!.severity))).toEqual(new Set(Object.values(Severity)));
  });

  test('are those that docs/guard-rails.md lists', () => {
    const page = readFileSync(join(__dirname, '..', '..', 'docs', 'guard-rails.md'), 'utf8');
    const listed = [...page.matchAll(/^\| `([\w/]+)` \| (\w+) \| (.*) \|$/gm)]
      .flatMap(([, resource, severity, rules]) => [...rules.matchAll(/\(rules\.md#([\w-]+)\)/g)].map(([, anchor]) => `${resource} ${severity} ${anchor.toUpperCase()}`));
    const severityOf = (rule: string) => catalogue.find(({ id }) => id === rule)!.severity;
    expect(listed.sort()).toEqual([
      ...checks.map(({ rule, subject }) => `${subject.resource} ${severityOf(rule)} ${rule}`),
      ...checks.filter(({ countsReplicas }) => countsReplicas).map(({ rule }) => `statefulsets/scale ${severityOf(rule)} ${rule}`),
    ].sort());
  });

  test('need no other object, except in cases that say so', () => {
    const beyond = ruleCases.flatMap(({ rule, breaks }) => breaks.filter(({ needsOtherObjects }) => needsOtherObjects !== undefined).map((broken) => ({ rule, ...broken })));
    expect(beyond).not.toHaveLength(0);
    for (const { rule, manifests } of beyond) {
      const alone = manifests.flatMap((manifest) => evaluate([{ manifest, origin: 'a.yaml:1' }]));
      expect(alone.filter((finding) => finding.rule.id === rule)).toEqual([]);
    }
  });
});
