import type { Finding } from '../rules/acknowledgement';
import { evaluateModel } from '../rules/evaluate';
import { Severity } from '../rules/finding';
import { anyBroker } from '../rules/model/broker-evidence';
import { ManifestModel } from '../rules/model/manifest-model';
import { nameOf } from '../rules/model/manifest-reference';

/** What `cdk8s synth` hands to a validation: the part of its context that is used here. The package cdk8s-cli is no dependency. */
interface ValidationContext {
  /** Paths of the files that the app wrote. */
  readonly manifests: readonly string[];
  readonly report: {
    addViolation(violation: {
      ruleName: string;
      recommendation: string;
      fix: string;
      violatingResources: { resourceName: string; manifestPath: string; locations: string[] }[];
    }): void;
    submit(status: 'success' | 'failure', metadata?: Record<string, string>): void;
  };
  parseManifest(file: string): unknown[];
}

/**
 * The rules as a validation of `cdk8s synth`, named in cdk8s.yaml (docs/check.md). It looks at all manifests that the app wrote, whatever made them.
 * cdk8s-cli loads it by its name from the main module. It is made for that alone, and no part of the API for other languages.
 *
 * @internal
 */
export class MqttValidation {
  private readonly failOnWarnings: boolean;

  /** @throws if the properties in cdk8s.yaml are not `failOnWarnings: true` or `false`. */
  constructor(properties: Record<string, unknown> = {}) {
    const problems = Object.entries(properties).flatMap(([name, value]) => {
      if (name !== 'failOnWarnings') return [`'${name}' is no property of MqttValidation; it has failOnWarnings`];
      return typeof value === 'boolean' ? [] : [`failOnWarnings is ${JSON.stringify(value)}, but must be true or false`];
    });
    if (problems.length > 0) throw new Error(`validations in cdk8s.yaml, properties of MqttValidation: ${problems.join('; ')}`);
    this.failOnWarnings = properties.failOnWarnings === true;
  }

  public async validate(context: ValidationContext): Promise<void> {
    const { manifests, report } = context;
    const objects = manifests.flatMap((file) => context.parseManifest(file).map((manifest) => ({ manifest, origin: file })));
    const findings = evaluateModel(ManifestModel.of(objects, anyBroker));
    const open = findings.filter(({ acknowledged }) => acknowledged === undefined);
    const errors = open.filter(({ rule }) => rule.severity === Severity.ERROR);
    [...errors, ...open.filter((finding) => !errors.includes(finding))].forEach((finding) => report.addViolation(violationOf(finding)));
    report.submit(errors.length > 0 || (this.failOnWarnings && open.length > 0) ? 'failure' : 'success', {
      Errors: String(errors.length),
      Warnings: String(open.length - errors.length),
      Acknowledged: String(findings.length - open.length),
    });
  }
}

function violationOf({ rule, violation }: Finding) {
  return {
    ruleName: `${rule.id}: ${rule.title} (${rule.severity})`,
    recommendation: `${violation.breaks} ${rule.why} Source: ${rule.source}`,
    fix: `${violation.remedy ?? rule.remedy} Or accept it: docs/rules.md#acknowledging-a-rule`,
    // cdk8s finds the construct path by the bare name.
    violatingResources: [{
      resourceName: violation.object.name,
      manifestPath: violation.object.origin,
      locations: [`${nameOf(violation.object)}: ${violation.found}`],
    }],
  };
}
