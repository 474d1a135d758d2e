import type { Finding } from './acknowledgement';
import { acknowledgementRules } from './acknowledgement';
import { Severity } from './finding';
import { nameOf } from './model/manifest-reference';

/** The findings for people, errors first, in plain text. Acknowledged ones are left out: somebody has read and accepted them. */
export function formatFindings(findings: readonly Finding[]): string {
  const open = findings.filter((finding) => finding.acknowledged === undefined);
  const errors = open.filter((finding) => finding.rule.severity === Severity.ERROR);
  const warnings = open.filter((finding) => finding.rule.severity === Severity.WARNING);
  return [...errors, ...warnings].map((finding) => `[${finding.violation.object.origin}] ${formatFinding(finding)}\n`).join('\n');
}

/** One finding, without where it comes from. */
export function formatFinding({ rule, violation }: Finding): string {
  return [
    `${rule.severity} ${rule.id}: ${rule.title}`,
    line('object', nameOf(violation.object)),
    line('found', violation.found),
    line('breaks', violation.breaks),
    line('remedy', violation.remedy ?? rule.remedy),
    line('source', rule.source),
    ...acknowledgementRules.includes(rule) ? [] : [line('accept', `acknowledge('${rule.id}', '<reason>'), or docs/rules.md#acknowledging-a-rule`)],
  ].join('\n');
}

function line(name: string, text: string): string {
  return `    ${name.padEnd(7)} ${text}`;
}
