/** What the API server checks of a rule, in CEL: https://kubernetes.io/docs/reference/using-api/cel/ */
export interface AdmissionCheck {
  /** Id of the rule. */
  readonly rule: string;
  /** Whether the object breaks the rule. */
  readonly breaks: string;
  /** The value found, as a text; evaluated when the object breaks the rule. */
  readonly found: string;
  /** Whether the number of replicas is part of it, which `kubectl scale` and autoscalers change without the rest of the object. @default false */
  readonly countsReplicas?: boolean;
}

/** A variable that later variables and the checks use as `variables.<name>`. */
export interface AdmissionVariable {
  readonly name: string;
  readonly expression: string;
}

/** Objects that the API server checks. */
export interface AdmissionSubject {
  /** What the policies about it are named by; several subjects may be of one resource. */
  readonly name: string;
  /** Group, version and resource as they stand in the path of a request. `*` is every version, for resources of others: a new version of theirs is no way around a rule. */
  readonly apiGroup: string;
  readonly apiVersion: string;
  readonly resource: string;
  /**
   * Whether an object with the label is meant; the same label stands on objects that are no part of a broker. It is asked of the object as it would be, and as it is.
   * @default - all of them
   */
  readonly concerns?: (object: string) => string;
  readonly variables: readonly AdmissionVariable[];
  readonly checks: readonly AdmissionCheck[];
}
