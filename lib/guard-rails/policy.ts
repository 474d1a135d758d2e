import { ACKNOWLEDGE_PREFIX } from '../manifest/annotations';
import { acknowledged, type AdmissionSubject } from '../rules/admission';
import { text } from '../rules/admission/cel';
import { catalogue } from '../rules/catalogue';
import type { Severity } from '../rules/finding';
import type { RuleDescription } from '../rules/rule';

/** Part of `spec` of a ValidatingAdmissionPolicy. */
export interface Validation {
  readonly expression: string;
  readonly message: string;
  readonly messageExpression: string;
}

/** The validations of a subject for the rules of one severity. */
export function validationsOf({ checks }: AdmissionSubject, severity: Severity): Validation[] {
  return checks.filter(({ rule }) => ruleOf(rule).severity === severity)
    .map(({ rule, breaks, found }) => validation(ruleOf(rule), `!(${breaks}) || ${acknowledged(rule)}`, found));
}

/** https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#validation-expression */
export function validation({ id, title, why, remedy }: RuleDescription, expression: string, found: string): Validation {
  return {
    expression,
    // Stands in for the other if that cannot be evaluated.
    message: `${id}: ${title}`,
    messageExpression: `${text(`${id}: ${title}. Found: `)} + ${found} + ${text(`. ${why} Instead: ${remedy} Or accept it with the annotation ${ACKNOWLEDGE_PREFIX}${id}: <reason>.`)}`,
  };
}

/** The rule with this id. */
export function ruleOf(id: string): RuleDescription {
  const rule = catalogue.find((candidate) => candidate.id === id);
  if (!rule) throw new Error(`no rule is called ${id}`);
  return rule;
}
