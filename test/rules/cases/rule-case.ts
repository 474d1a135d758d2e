import { type ClusterManifests, developmentManifests, productionManifests } from './base';

/** Manifests, and what a rule says about them. One set of cases drives every place where the rules run. */
export interface RuleCase {
  readonly name: string;
  readonly manifests: readonly object[];
  /** Why a single object does not show it, or shows it without the other that takes it back, for places that see one object at a time. @default - one does, if the rule is about one */
  readonly needsOtherObjects?: string;
  /** What of the object an admission policy cannot read. @default - it reads what the rule does */
  readonly beyondAdmission?: string;
}

export interface BreakingCase extends RuleCase {
  /** The objects that are found, `Kind namespace/name`, each with the value found and, where it is not the rule's own, what to write instead. */
  readonly findings: readonly { readonly object: string; readonly found: string; readonly breaks: string; readonly remedy?: string }[];
}

export interface RuleCases {
  readonly rule: string;
  readonly breaks: readonly BreakingCase[];
  readonly satisfies: readonly RuleCase[];
}

type Change = (manifests: ClusterManifests) => void;

/** Production with one thing changed. An object that is deleted is left out. */
export function production(change: Change = () => undefined): object[] {
  return changed(productionManifests(), change);
}

/** Development with one thing changed. */
export function development(change: Change = () => undefined): object[] {
  return changed(developmentManifests(), change);
}

function changed(manifests: ClusterManifests, change: Change): object[] {
  change(manifests);
  return Object.values(manifests).filter((manifest) => manifest !== undefined);
}
