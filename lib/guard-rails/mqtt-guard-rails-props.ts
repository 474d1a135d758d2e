import type { KubernetesVersion } from '../manifest/kubernetes-version';

/** What the API server does with a request that breaks a rule. */
export enum MqttGuardRailsAction {
  /** It accepts the request, warns whoever sent it, and notes it in its audit log. */
  WARN = 'warn',
  /** It refuses the request if the rule is an error, with the explanation. Rules that are warnings only warn. */
  DENY = 'deny',
}

/** Which objects the API server looks at, and what it does. */
export interface MqttGuardRailsProps {
  /**
   * What happens to a request that breaks a rule of the severity error.
   * Begin with WARN: the objects that are there already are judged again at their next change, whoever makes it.
   * @default MqttGuardRailsAction.WARN
   */
  readonly action?: MqttGuardRailsAction;

  /**
   * Labels that an object must have to be looked at. On a change, those before it count too: whoever takes a label away cannot break a rule in the same step.
   * @default - `app.kubernetes.io/managed-by: cdk8s-mqtt`, which everything of this library has
   */
  readonly objectLabels?: { [key: string]: string };

  /**
   * Namespaces in which objects are looked at.
   * @default - all
   */
  readonly namespaces?: string[];

  /**
   * Name of the policies, which belong to the whole Kubernetes cluster: each adds the resource that it is about. At most 30 characters.
   * @default 'cdk8s-mqtt'
   */
  readonly name?: string;

  /**
   * Labels to add to the policies.
   * @default - none
   */
  readonly labels?: { [key: string]: string };

  /**
   * Kubernetes version of the API server. ValidatingAdmissionPolicy is there since 1.30.
   * @default KubernetesVersion.V1_35
   */
  readonly kubernetesVersion?: KubernetesVersion;
}
