import { type ApiObject, Chart, JsonPatch } from 'cdk8s';
import { Construct } from 'constructs';
import { MqttGuardRailsAction, type MqttGuardRailsProps } from './mqtt-guard-rails-props';
import type { Policy } from './policies';
import { ArgumentErrors } from '../manifest/arguments';
import { KubernetesVersion } from '../manifest/kubernetes-version';
import { Labels, MANAGED_BY, PART_OF } from '../manifest/labels';
import { checkProps } from '../manifest/options';
import { renderManifest } from '../manifest/render-manifest';
import { VersionGates } from '../manifest/version-gates';
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
  /** The policies, two for most kinds of objects: the rules that are errors, and those that are warnings. */
  public readonly policies: ApiObject[];

  /** The bindings, in the order of the policies. */
  public readonly bindings: ApiObject[];

  /** @throws one error with everything in the props that cannot work. */
  constructor(scope: Construct, id: string, props: MqttGuardRailsProps = {}) {
    super(scope, id);
    checkProps(this, 'MqttGuardRails', props);
    checkArguments(this, props);

    const { name = MANAGED_BY, objectLabels = { [Labels.MANAGED_BY]: MANAGED_BY }, action = MqttGuardRailsAction.WARN, namespaces } = props;
    // The expressions of all rules: apps without guard rails need not load them.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { policiesOf, policySpec } = require('./policies') as typeof import('./policies');
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
