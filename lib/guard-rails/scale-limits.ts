import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { ruleOf, type Validation, validation } from './policy';
import { admissionSubjects } from '../rules/admission';
import { text } from '../rules/admission/cel';
import { evaluate } from '../rules/evaluate';
import type { Severity } from '../rules/finding';
import { declaredBroker } from '../rules/model/broker-evidence';
import { declared, Declared } from '../rules/model/declared';
import { ManifestObject } from '../rules/model/manifest-object';

/** The most replicas with which a rule finds nothing about a workload. */
interface ScaleLimit {
  readonly rule: string;
  readonly workload: ManifestObject;
  readonly maximum: number;
}

/** The rules to which the number of replicas matters. */
const COUNTING_RULES = admissionSubjects.flatMap(({ checks }) => checks.filter(({ countsReplicas }) => countsReplicas).map(({ rule }) => rule));

/**
 * What the API server checks when `kubectl scale` or an autoscaler changes the number of pods. Such a request holds nothing but that number, and a policy cannot
 * read the workload that it is about. (As its parameter it could: https://github.com/kubernetes/kubernetes/issues/130887 keeps that from working reliably.) So the rules are asked
 * here how far each workload of the app can go.
 */
export function scaleValidations(scope: IConstruct, objectLabels: Record<string, string>, severity: Severity): Validation[] {
  const limits = workloadsOf(scope, objectLabels).flatMap(limitsOf);
  return COUNTING_RULES.map(ruleOf).filter((rule) => rule.severity === severity).flatMap((rule) => {
    const breaks = limits.filter((limit) => limit.rule === rule.id).map(isExceeded);
    return breaks.length === 0 ? [] : [validation(rule, `!(${breaks.join(' || ')})`, "'spec.replicas: ' + string(object.spec.replicas) + ' of StatefulSet ' + object.metadata.name")];
  });
}

function workloadsOf(scope: IConstruct, objectLabels: Record<string, string>): ManifestObject[] {
  return scope.node.root.node.findAll()
    .filter((construct): construct is ApiObject => ApiObject.isApiObject(construct) && construct.kind === 'StatefulSet')
    .map((object) => new ManifestObject({ manifest: object.toJson(), origin: object.node.path }))
    .filter((object) => declaredBroker(object) !== undefined && Object.entries(objectLabels).every(([key, value]) => object.labels[key] === value));
}

/** Each rule that counts breaks at some number and at all above: at a second replica, or at one for which there is no node. */
function limitsOf(workload: ManifestObject): ScaleLimit[] {
  const steps = [2, ...[declared(workload, Declared.nodeCount) ?? []].flat().map((nodes) => nodes + 1)].sort((a, b) => a - b);
  const broken = steps.map((replicas) => ({ replicas, rules: brokenWith(workload, replicas) }));
  return COUNTING_RULES.flatMap((rule) => {
    const first = broken.find(({ rules }) => rules.includes(rule));
    return first === undefined ? [] : [{ rule, workload, maximum: first.replicas - 1 }];
  });
}

function brokenWith({ fields, reference }: ManifestObject, replicas: number): string[] {
  const manifest = { ...fields.value as object, spec: { ...fields.at('spec').value as object, replicas } };
  return evaluate([{ manifest, origin: reference.origin }]).filter(({ acknowledged }) => acknowledged === undefined).map(({ rule }) => rule.id);
}

function isExceeded({ workload, maximum }: ScaleLimit): string {
  const { name, namespace } = workload.reference;
  const place = namespace === undefined ? '' : ` && object.metadata.namespace == ${text(namespace)}`;
  return `(object.metadata.name == ${text(name)}${place} && object.spec.?replicas.orValue(0) > ${maximum})`;
}
