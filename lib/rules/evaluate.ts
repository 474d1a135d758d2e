import { acknowledge, type Finding } from './acknowledgement';
import { catalogue } from './catalogue';
import { ManifestModel } from './model/manifest-model';
import type { Manifest } from './model/manifest-object';
import { nameOf } from './model/manifest-reference';
import { type Rule, RuleFailure, type Violation } from './rule';

/**
 * What the rules find about these manifests, in the order of the rules. Acknowledged findings are among them, with their reason.
 *
 * @throws if a rule fails, whatever the manifests look like: that is a defect of the rule.
 */
export function evaluate(manifests: Manifest[], rules: readonly Rule[] = catalogue): Finding[] {
  return evaluateModel(ManifestModel.of(manifests), rules);
}

/** The same about a model that was made already. */
export function evaluateModel(model: ManifestModel, rules: readonly Rule[] = catalogue): Finding[] {
  const findings = rules.flatMap((rule) => distinct(check(rule, model))
    .map((violation) => ({ rule, violation, brokers: model.brokersOf(violation.object) })));
  return acknowledge(model, rules, findings);
}

function check(rule: Rule, model: ManifestModel): Violation[] {
  try {
    return rule.check(model);
  } catch (error) {
    const where = error instanceof RuleFailure ? `${nameOf(error.object)} (${error.object.origin})` : 'the manifests';
    const reason = error instanceof RuleFailure ? error.reason : error;
    throw new Error(
      `rule ${rule.id} failed on ${where}: ${reason instanceof Error ? reason.message : String(reason)}. This is a defect of the rule, not of the manifest: please report it`,
      { cause: error },
    );
  }
}

/** An object that belongs to several brokers is looked at for each: what is found word by word again is said once. */
function distinct(violations: Violation[]): Violation[] {
  return [...new Map(violations.map((violation) => [JSON.stringify(violation), violation])).values()];
}
