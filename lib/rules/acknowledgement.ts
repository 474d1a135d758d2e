import { Severity } from './finding';
import type { BrokerWorkload } from './model/broker-workload';
import type { ManifestModel } from './model/manifest-model';
import type { ManifestObject } from './model/manifest-object';
import type { ManifestReference } from './model/manifest-reference';
import type { Rule, RuleDescription, Violation } from './rule';
import { ACKNOWLEDGE_PREFIX } from '../manifest/annotations';

/** What a rule found, and whether somebody accepted it. */
export interface Finding {
  readonly rule: RuleDescription;
  readonly violation: Violation;
  /** The brokers that the object belongs to. */
  readonly brokers: readonly BrokerWorkload[];
  /** The reason of whoever accepted it. @default - nobody did */
  readonly acknowledged?: string;
}

const HOW = "cluster.acknowledge('MQTT-SESSION-001', 'the three brokers are separate on purpose: each serves one plant');";
const SOURCE = 'docs/rules.md#acknowledging-a-rule';

const UNKNOWN: RuleDescription = {
  id: 'MQTT-ACK-001',
  severity: Severity.ERROR,
  title: 'An acknowledgement names a rule that exists',
  why: 'A misspelled id accepts nothing: the finding that it was meant for, or one of a later version, comes back as a surprise.',
  source: SOURCE,
  remedy: 'Write the id as the finding shows it. Findings about acknowledgements cannot be acknowledged.',
  example: HOW,
};

const NO_REASON: RuleDescription = {
  id: 'MQTT-ACK-002',
  severity: Severity.ERROR,
  title: 'An acknowledgement gives a reason',
  why: 'Whoever reads the manifest later cannot tell a decision from a rule that was switched off to get on.',
  source: SOURCE,
  remedy: 'Write down why the risk is accepted here.',
  example: HOW,
};

const STALE: RuleDescription = {
  id: 'MQTT-ACK-003',
  severity: Severity.WARNING,
  title: 'An acknowledgement is about something that is found',
  why: 'The rule finds nothing there any more. Left in place, the acknowledgement would silently accept the next violation, for a reason that was given for another.',
  source: SOURCE,
  remedy: 'Remove the acknowledgement.',
  example: HOW,
};

/** The rules about acknowledgements; they are decided after all others, by what those found. */
export const acknowledgementRules: readonly RuleDescription[] = [UNKNOWN, NO_REASON, STALE];

/**
 * Marks what is accepted by an annotation on the object itself or on a broker workload that it belongs to, and adds what is wrong with acknowledgements.
 */
export function acknowledge(model: ManifestModel, rules: readonly Rule[], findings: readonly Finding[]): Finding[] {
  const objects = new Map(model.objects.map((object) => [object.reference, object]));
  const used = new Set<string>();

  const marked = findings.map((finding) => {
    const object = objects.get(finding.violation.object);
    const accepting = [...object ? [object] : [], ...finding.brokers.map((broker) => broker.object)]
      .filter((candidate) => ACKNOWLEDGE_PREFIX + finding.rule.id in candidate.annotations);
    accepting.forEach((candidate) => used.add(useKey(candidate.reference, finding.rule.id)));
    const reason = accepting.map((candidate) => candidate.annotations[ACKNOWLEDGE_PREFIX + finding.rule.id].trim()).find((text) => text !== '');
    return reason === undefined ? finding : { ...finding, acknowledged: reason };
  });

  const ids = new Set(rules.map((rule) => rule.id));
  const wrong = model.objects.flatMap((object) => problems(object, ids, used)
    .map((finding) => ({ ...finding, brokers: model.brokersOf(object.reference) })));
  return [...marked, ...wrong];
}

function problems(object: ManifestObject, ids: Set<string>, used: Set<string>): Omit<Finding, 'brokers'>[] {
  return Object.entries(object.annotations).filter(([key]) => key.startsWith(ACKNOWLEDGE_PREFIX)).flatMap(([key, reason]) => {
    const id = key.slice(ACKNOWLEDGE_PREFIX.length);
    const finding = (rule: RuleDescription, breaks: string) => ({
      rule,
      violation: { object: object.reference, found: `metadata.annotations '${key}: ${reason}'`, breaks },
    });
    if (!ids.has(id)) return [finding(UNKNOWN, `No rule that can be acknowledged is called '${id}', so nothing is accepted.`)];
    if (reason.trim() === '') return [finding(NO_REASON, `${id} stays in force here: an acknowledgement without a reason is none.`)];
    return used.has(useKey(object.reference, id)) ? [] : [finding(STALE, `${id} finds nothing about this object or what belongs to it.`)];
  });
}

function useKey(reference: ManifestReference, id: string): string {
  return JSON.stringify([reference, id]);
}
