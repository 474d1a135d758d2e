import { createHash } from 'crypto';
import { library } from './library';
import type { Finding } from '../acknowledgement';
import { nameOf } from '../model/manifest-reference';
import type { RuleDescription } from '../rule';

/** A line of a file that a reviewer can be shown. */
export interface SourceLine {
  /** Path from the top of the repository, with slashes; or an absolute `file:` address. */
  readonly uri: string;
  readonly line: number;
}

/**
 * The findings as a SARIF 2.1.0 log, which code review and editors show. Acknowledged ones are there too, as suppressed with their reason.
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html
 *
 * @param sourceOf where a reviewer sees what a finding is about; `undefined` if no file shows it
 */
export function sarifReport(findings: readonly Finding[], sourceOf: (finding: Finding) => SourceLine | undefined): string {
  const { name, version, url } = library();
  const rules = [...new Map(findings.map(({ rule }) => [rule.id, rule])).values()];
  return `${JSON.stringify({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{
      tool: { driver: { name, version, informationUri: url, rules: rules.map((rule) => reportingDescriptor(rule, url)) } },
      // Lines and columns of this log count characters as editors do.
      columnKind: 'utf16CodeUnits',
      results: findings.map((finding) => result(finding, rules.indexOf(finding.rule), sourceOf(finding))),
    }],
  }, null, 2)}\n`;
}

function reportingDescriptor({ id, severity, title, why, remedy, source }: RuleDescription, url: string): object {
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: { text: `${remedy}\n\nSource: ${source}` },
    helpUri: `${url}/blob/main/docs/rules.md#${id.toLowerCase()}`,
    defaultConfiguration: { level: severity },
  };
}

function result({ rule, violation, acknowledged }: Finding, ruleIndex: number, source: SourceLine | undefined): object {
  const object = nameOf(violation.object);
  return {
    ruleId: rule.id,
    ruleIndex,
    level: rule.severity,
    message: { text: `${object}: ${violation.found}. ${violation.breaks} ${violation.remedy ?? rule.remedy}` },
    locations: [{
      ...source && { physicalLocation: { artifactLocation: { uri: source.uri }, region: { startLine: source.line } } },
      logicalLocations: [{ name: violation.object.name, fullyQualifiedName: source ? object : violation.object.origin, kind: 'resource' }],
    }],
    // Recognises a finding after lines have moved; the value found is not part of it, so that a finding that gets worse is the same finding.
    partialFingerprints: { 'ruleAndObject/v1': createHash('sha256').update(JSON.stringify([rule.id, object])).digest('hex') },
    ...acknowledged !== undefined && { suppressions: [{ kind: 'inSource', justification: acknowledged }] },
  };
}
