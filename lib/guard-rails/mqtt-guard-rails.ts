import { type ApiObject, Chart, JsonPatch } from 'cdk8s';
import { Construct } from 'constructs';
import { MqttGuardRailsAction, type MqttGuardRailsProps } from './mqtt-guard-rails-props';
import { type Validation, validationsOf } from './policy';
import { scaleValidations } from './scale-limits';
import { ArgumentErrors } from '../manifest/arguments';
import { KubernetesVersion } from '../manifest/kubernetes-version';
import { Labels, MANAGED_BY, PART_OF } from '../manifest/labels';
import { checkProps } from '../manifest/options';
import { renderManifest } from '../manifest/render-manifest';
import { VersionGates } from '../manifest/version-gates';
import { admissionSubjects, type AdmissionSubject } from '../rules/admission';
import { Severity } from '../rules/finding';

const API_VERSION = 'admissionregistration.k8s.io/v1';
/** A name has 63 characters at most (renderManifest), of which the longest resource and severity take 33. */
const LONGEST_NAME = 30;

/**
 * The rules in the API server: a ValidatingAdmissionPolicy and its binding for each kind of object, so that a `kubectl patch`, `kubectl scale` or `kubectl edit` that would
 * break clients is answered with the rule's id and explanation. For every rule that one object shows; docs/guard-rails.md lists them.
 *
 * One is enough for a Kubernetes cluster. Whoever applies it needs the right to make policies for the whole cluster.
 */
export class MqttGuardRails extends Construct {
  /** The policies, two for most resources: the rules that are errors, and those that are warnings. */
  public readonly policies: ApiObject[];

  /** The bindings, in the order of the policies. */
  public readonly bindings: ApiObject[];

  /** @throws one error with everything in the props that cannot work. */
  constructor(scope: Construct, id: string, props: MqttGuardRailsProps = {}) {
    super(scope, id);
    checkProps(this, 'MqttGuardRails', props);
    checkArguments(this, props);

    const { name = MANAGED_BY, objectLabels = { [Labels.MANAGED_BY]: MANAGED_BY }, action = MqttGuardRailsAction.WARN, namespaces } = props;
    const policies = policiesOf(this, objectLabels);
    const render = (kind: string, suffix: string, spec: (policy: Policy) => object) => policies.map((policy) => renderManifest(this, `${policy.name}-${suffix}`, {
      gvk: { apiVersion: API_VERSION, kind },
      name: `${name}-${policy.name}`,
      labels: { ...props.labels, [Labels.PART_OF]: PART_OF },
      fields: { spec: () => spec(policy) },
    }));
    this.policies = render('ValidatingAdmissionPolicy', 'policy', policySpec);
    this.bindings = render('ValidatingAdmissionPolicyBinding', 'binding', (policy) => ({
      policyName: `${name}-${policy.name}`,
      validationActions: action === MqttGuardRailsAction.DENY && policy.severity === Severity.ERROR ? ['Deny', 'Audit'] : ['Warn', 'Audit'],
      ...namespaces && { matchResources: { namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: namespaces }] } } },
    }));
    // The namespace of a chart is stamped on everything in it, and these belong to none.
    if (Chart.of(this).namespace !== undefined) {
      [...this.policies, ...this.bindings].forEach((object) => object.addJsonPatch(JsonPatch.remove('/metadata/namespace')));
    }
  }
}

/** What a policy says; its validations are known when everything of the app is. */
interface Policy {
  readonly name: string;
  readonly severity: Severity;
  readonly resource: Pick<AdmissionSubject, 'apiGroup' | 'apiVersion' | 'resource'>;
  readonly objectLabels?: Record<string, string>;
  readonly concerns?: string;
  readonly variables?: AdmissionSubject['variables'];
  readonly validations: () => Validation[];
}

function policiesOf(scope: Construct, objectLabels: Record<string, string>): Policy[] {
  return [Severity.ERROR, Severity.WARNING].flatMap((severity) => {
    const suffix = severity === Severity.WARNING ? '-warnings' : '';
    const ofObjects = admissionSubjects.map((subject) => ({ subject, validations: validationsOf(subject, severity) }))
      .filter(({ validations }) => validations.length > 0)
      .map(({ subject, validations }): Policy => ({
        name: `${subject.resource}${suffix}`,
        severity,
        resource: subject,
        objectLabels,
        concerns: subject.concerns,
        variables: subject.variables,
        validations: () => validations,
      }));
    const ofScale: Policy = {
      name: `statefulsets-scale${suffix}`,
      severity,
      resource: { apiGroup: 'apps', apiVersion: 'v1', resource: 'statefulsets/scale' },
      validations: () => scaleValidations(scope, objectLabels, severity),
    };
    return [...ofObjects, ofScale];
  });
}

function policySpec({ concerns, objectLabels, resource: { apiGroup, apiVersion, resource }, validations, variables }: Policy): object {
  const checks = validations();
  return {
    failurePolicy: 'Fail',
    matchConstraints: {
      resourceRules: [{ apiGroups: [apiGroup], apiVersions: [apiVersion], resources: [resource], operations: ['CREATE', 'UPDATE'] }],
      ...objectLabels && { objectSelector: { matchLabels: objectLabels } },
    },
    ...concerns !== undefined && { matchConditions: [{ name: 'concerns-a-broker', expression: concerns }] },
    ...variables && { variables },
    // A policy must have a validation, also where no workload of the app has a limit.
    validations: checks.length > 0 ? checks : [{ expression: 'true', message: 'No workload of the app has a limit' }],
  };
}

function checkArguments(scope: Construct, props: MqttGuardRailsProps): void {
  const errors = new ArgumentErrors(scope, 'MqttGuardRails');
  const { kubernetesVersion = KubernetesVersion.V1_35 } = props;
  errors.member('action', props.action, MqttGuardRailsAction);
  errors.dnsLabel('name', props.name, LONGEST_NAME, 'the policies are named by it');
  errors.labels('objectLabels', props.objectLabels);
  errors.labels('labels', props.labels);
  if (props.objectLabels !== undefined && Object.keys(props.objectLabels ?? {}).length === 0) {
    errors.add('objectLabels is empty, so that every StatefulSet and Service of the Kubernetes cluster would be looked at: leave it out, or name labels');
  }
  if (errors.filledArray('namespaces', props.namespaces, 'leave it out to look at all namespaces')) {
    props.namespaces?.forEach((namespace, index) => errors.dnsLabel(`namespaces[${index}]`, namespace));
  }
  if (errors.like('kubernetesVersion', kubernetesVersion, ['isAtLeast'], 'KubernetesVersion.V1_35')) {
    errors.needs('MqttGuardRails', VersionGates.VALIDATING_ADMISSION_POLICY, kubernetesVersion, 'the API server refuses the policies', 'Leave it out');
  }
  errors.throwIfAny();
}
