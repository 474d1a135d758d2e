import { createHash } from 'crypto';
import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import type { Finding } from './acknowledgement';
import { AppReport } from './app-report';
import { evaluate } from './evaluate';
import { type MqttFinding, Severity } from './finding';
import { formatFinding, formatFindings } from './format-findings';
import type { Manifest } from './model/manifest-object';
import { publicFinding } from './report/public-finding';
import { Synthesis } from './synthesis';
import { renderingOnce } from '../manifest/rendering';

/** Set to any text but the empty one, it keeps warnings off stderr. They stay readable as findings; errors are never silenced. */
export const QUIET_VARIABLE = 'CDK8S_MQTT_QUIET';

/** Apps that check themselves, by their root construct. */
const apps = new WeakMap<IConstruct, AppRules>();

/** Makes every synth of the app that this construct stands in check the rules. Once is enough, more does no harm. */
export function attachRules(scope: IConstruct): void {
  rulesOf(scope.node.root).attach(scope);
}

/** What the rules find about the objects under this construct, and about those elsewhere in the app that belong to its brokers, as the app stands now. */
export function findingsAbout(scope: IConstruct): MqttFinding[] {
  const { path } = scope.node;
  const isUnder = (origin: string) => path === '' || origin === path || origin.startsWith(`${path}/`);
  return rulesOf(scope.node.root).findings()
    .filter(({ violation, brokers }) => isUnder(violation.object.origin) || brokers.some((broker) => isUnder(broker.object.reference.origin)))
    .map(publicFinding);
}

function rulesOf(root: IConstruct): AppRules {
  const rules = apps.get(root) ?? new AppRules(root);
  apps.set(root, rules);
  return rules;
}

/** The rules of one app. cdk8s validates the whole app once for every chart that it synthesizes, and all of it in the order of the tree, the root first. */
class AppRules {
  private attached = false;
  private readonly report = new AppReport();
  /** Objects that something was found about, and that say so when they are validated. */
  private readonly validated = new WeakSet<IConstruct>();
  private contentHash?: string;
  private latest: Finding[] = [];
  private errors = new Map<string, string[]>();

  constructor(private readonly root: IConstruct) {}

  public attach(scope: IConstruct): void {
    this.report.remember(scope.node.path);
    if (this.attached) return;
    this.attached = true;
    const synthesis = new Synthesis(this.root);
    this.root.node.addValidation({
      validate: () => {
        // The synthesis of a whole app asks once; charts by themselves, and users, may ask again and again about an app that has not changed.
        const isWhole = synthesis.isUnderWay;
        return synthesis.goesOn() ? [] : this.validate(isWhole ? this.judged(this.manifests()) : this.findings());
      },
    });
  }

  public findings(): Finding[] {
    const manifests = this.manifests();
    const contentHash = hashOf(manifests);
    if (contentHash !== this.contentHash) this.judged(manifests, contentHash);
    return this.latest;
  }

  private judged(manifests: Manifest[], contentHash?: string): Finding[] {
    this.latest = evaluate(manifests);
    this.errors = errorsByOrigin(this.latest);
    this.contentHash = contentHash;
    return this.latest;
  }

  private manifests(): Manifest[] {
    return renderingOnce(this.root, () => this.objects().map((object) => ({ manifest: object.toJson(), origin: object.node.path })));
  }

  /** Errors are reported by the objects themselves, whose path cdk8s then prints before the message. */
  private validate(findings: readonly Finding[]): string[] {
    // Only those that have something to say: cdk8s asks each construct once for every chart of the app.
    for (const object of this.errors.size > 0 ? this.objects() : []) {
      const { path } = object.node;
      if (!this.errors.has(path) || this.validated.has(object)) continue;
      this.validated.add(object);
      object.node.addValidation({ validate: () => this.errors.get(path) ?? [] });
    }
    printWarnings(findings);
    return this.report.write(findings);
  }

  private objects(): ApiObject[] {
    return this.root.node.findAll().filter((construct): construct is ApiObject => ApiObject.isApiObject(construct));
  }
}

/** Piece by piece: as one text, a fleet would be hundreds of megabytes. */
function hashOf(manifests: readonly Manifest[]): string {
  const hash = createHash('sha256');
  manifests.forEach((manifest) => hash.update(JSON.stringify(manifest)));
  return hash.digest('hex');
}

function errorsByOrigin(findings: readonly Finding[]): Map<string, string[]> {
  const errors = new Map<string, string[]>();
  for (const finding of findings) {
    if (finding.rule.severity !== Severity.ERROR || finding.acknowledged !== undefined) continue;
    const { origin } = finding.violation.object;
    errors.set(origin, [...errors.get(origin) ?? [], formatFinding(finding)]);
  }
  return errors;
}

/** Printed warnings, so that a test file or a watcher that synthesizes often says each of them once. */
const printed = new Set<string>();

function printWarnings(findings: readonly Finding[]): void {
  if (process.env[QUIET_VARIABLE]) return;
  for (const finding of findings.filter(({ rule }) => rule.severity === Severity.WARNING)) {
    const text = formatFindings([finding]);
    if (text === '' || printed.has(text)) continue;
    printed.add(text);
    process.stderr.write(`${text}\n`);
  }
}
