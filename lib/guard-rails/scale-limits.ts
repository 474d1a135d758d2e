import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { ruleOf, type Validation, validation } from './policy';
import { admissionSubjects, type AdmissionSubject } from '../rules/admission';
import { text } from '../rules/admission/cel';
import { evaluate } from '../rules/evaluate';
import type { Severity } from '../rules/finding';
import { declared, Declared } from '../rules/model/declared';
import { ManifestObject } from '../rules/model/manifest-object';

/** A resource with the subresource `scale`. */
export interface ScaledResource extends Pick<AdmissionSubject, 'apiGroup' | 'apiVersion' | 'resource'> {
  readonly kind: string;
  /** Where an object has the number that its subresource changes. */
  readonly replicas: readonly string[];
}

/** Numbers of replicas, both included. @default - to: all above */
interface Range { readonly from: number; readonly to?: number }

/** Numbers of replicas with which a rule finds something about a workload. */
interface ScaleLimit {
  readonly rule: string;
  readonly workload: ManifestObject;
  readonly broken: Range[];
}

const SCALED: readonly ScaledResource[] = [
  { apiGroup: 'apps', apiVersion: 'v1', resource: 'statefulsets', kind: 'StatefulSet', replicas: ['spec', 'replicas'] },
  // https://github.com/emqx/emqx-operator, config/crd/bases: `subresources.scale.specReplicasPath`
  { apiGroup: 'apps.emqx.io', apiVersion: '*', resource: 'emqxes', kind: 'EMQX', replicas: ['spec', 'replicantTemplate', 'spec', 'replicas'] },
];
/** Asked of each workload one by one; more is like the last of them. It is odd: a message log takes odd numbers, and has five nodes at most. */
const MOST_ASKED = 9;

/** The resources whose `scale` may break a rule of this severity. */
export function scaledResources(severity: Severity): ScaledResource[] {
  return SCALED.filter((scaled) => countingRules(scaled).some((rule) => ruleOf(rule).severity === severity));
}

/**
 * What the API server checks when `kubectl scale` or an autoscaler changes the number of pods. Such a request holds nothing but that number, and a policy cannot
 * read the workload that it is about. (As its parameter it could: https://github.com/kubernetes/kubernetes/issues/130887 keeps that from working reliably.) So the rules are asked
 * here how far each workload of the app can go.
 */
export function scaleValidations(scope: IConstruct, scaled: ScaledResource, objectLabels: Record<string, string>, severity: Severity): Validation[] {
  const limits = workloadsOf(scope, scaled, objectLabels).flatMap((workload) => limitsOf(workload, scaled));
  return countingRules(scaled).map(ruleOf).filter((rule) => rule.severity === severity).flatMap((rule) => {
    const breaks = limits.filter((limit) => limit.rule === rule.id).map(isBroken);
    return breaks.length === 0 ? [] : [validation(rule, `!(${breaks.join(' || ')})`, `'spec.replicas: ' + string(object.spec.replicas) + ' of ${scaled.kind} ' + object.metadata.name`)];
  });
}

/** The rules to which the number of replicas matters. */
function countingRules({ apiGroup, resource }: ScaledResource): string[] {
  return admissionSubjects.filter((subject) => subject.apiGroup === apiGroup && subject.resource === resource)
    .flatMap(({ checks }) => checks.filter(({ countsReplicas }) => countsReplicas).map(({ rule }) => rule));
}

function workloadsOf(scope: IConstruct, { apiGroup, kind }: ScaledResource, objectLabels: Record<string, string>): ManifestObject[] {
  return scope.node.root.node.findAll()
    .filter((construct): construct is ApiObject => ApiObject.isApiObject(construct) && construct.kind === kind && construct.apiGroup === apiGroup)
    .map((object) => new ManifestObject({ manifest: object.toJson(), origin: object.node.path }))
    .filter((object) => Object.entries(objectLabels).every(([key, value]) => object.labels[key] === value));
}

function limitsOf(workload: ManifestObject, scaled: ScaledResource): ScaleLimit[] {
  const nodeCounts = [declared(workload, Declared.nodeCount) ?? []].flat();
  const steps = [...new Set([...Array(MOST_ASKED + 1).keys(), ...nodeCounts, ...nodeCounts.map((nodes) => nodes + 1)])].sort((a, b) => a - b);
  const asked = steps.map((from, index) => ({ from, to: steps[index + 1] - 1, rules: brokenWith(workload, scaled, from) }));
  return countingRules(scaled).flatMap((rule) => {
    const broken = joined(asked.filter(({ rules }) => rules.includes(rule)).map(({ from, to }) => Number.isNaN(to) ? { from } : { from, to }));
    return broken.length === 0 ? [] : [{ rule, workload, broken }];
  });
}

/** Ranges that follow each other as one. */
function joined(ranges: Range[]): Range[] {
  return ranges.reduce<Range[]>((all, range) => {
    const last = all.at(-1);
    return last?.to === range.from - 1 ? [...all.slice(0, -1), { ...range, from: last.from }] : [...all, range];
  }, []);
}

function brokenWith({ fields, reference }: ManifestObject, scaled: ScaledResource, replicas: number): string[] {
  const manifest = withValue(fields.value, scaled.replicas, replicas);
  return evaluate([{ manifest, origin: reference.origin }]).filter(({ acknowledged }) => acknowledged === undefined).map(({ rule }) => rule.id);
}

function withValue(object: any, [key, ...rest]: readonly string[], value: number): object {
  return { ...object, [key]: rest.length === 0 ? value : withValue(object?.[key], rest, value) };
}

function isBroken({ workload, broken }: ScaleLimit): string {
  const { name, namespace } = workload.reference;
  const place = namespace === undefined ? '' : ` && object.metadata.namespace == ${text(namespace)}`;
  const numbers = broken.map((range) => isWithin('object.spec.?replicas.orValue(0)', range)).join(' || ');
  return `(object.metadata.name == ${text(name)}${place} && ${broken.length > 1 ? `(${numbers})` : numbers})`;
}

function isWithin(number: string, { from, to }: Range): string {
  if (from === to) return `${number} == ${from}`;
  if (to === undefined) return `${number} > ${from - 1}`;
  return from === 0 ? `${number} <= ${to}` : `${number} >= ${from} && ${number} <= ${to}`;
}
