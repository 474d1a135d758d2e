import { isIP } from 'node:net';
import { Chart, Duration, Size, SizeRoundingBehavior } from 'cdk8s';
import type { IConstruct } from 'constructs';
import type { KubernetesVersion } from './kubernetes-version';
import { quantity } from './quantity';
import { credentialForm } from './secret-text';
import type { VersionGate } from './version-gates';

const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/**
 * Collects what is wrong with the arguments of a construct, so that its author sees all of it at once.
 * Types are checked too: JavaScript users have no compiler.
 */
export class ArgumentErrors {
  private readonly messages: string[] = [];

  constructor(
    private readonly scope: IConstruct,
    private readonly construct: string,
  ) {}

  /** Something that no check below says. */
  public add(message: string): void {
    this.messages.push(message);
  }

  /** Collects into the same list, with a word in front of each message that says whose arguments these are. */
  public under(name: string): ArgumentErrors {
    const errors = new ArgumentErrors(this.scope, this.construct);
    errors.add = (message) => this.add(`${name} ${message}`);
    return errors;
  }

  /** The construct stands in a chart: nothing else is synthesized. */
  public insideChart(): void {
    const { scope } = this.scope.node;
    if (this.scope.node.scopes.some((construct) => Chart.isChart(construct))) return;
    this.add(`scope is ${show(scope)}, but must be a Chart or a construct inside of one: only charts are synthesized`);
  }

  /** A promise that the target must be new enough for. */
  public needs(name: string, gate: VersionGate, target: KubernetesVersion, breaks: string, instead: string): void {
    if (target.isAtLeast(gate.since)) return;
    this.add(`${name} needs ${gate.what} since Kubernetes 1.${gate.since}, but the target is ${target}: ${breaks}. ${instead}, or raise kubernetesVersion`);
  }

  /** A whole number within bounds; `undefined` passes. */
  public wholeNumber(name: string, value: unknown, bounds: { min: number; max?: number }, why: string): void {
    if (value === undefined) return;
    const fits = Number.isInteger(value) && (value as number) >= bounds.min && (value as number) <= (bounds.max ?? Number.MAX_SAFE_INTEGER);
    if (fits) return;
    const range = bounds.max === undefined ? `of at least ${bounds.min}` : `from ${bounds.min} to ${bounds.max}`;
    this.add(`${name} is ${show(value)}, but must be a whole number ${range}: ${why}`);
  }

  /** A boolean; `undefined` passes. */
  public boolean(name: string, value: unknown): void {
    if (value === undefined || typeof value === 'boolean') return;
    this.add(`${name} is ${show(value)}, but must be true or false`);
  }

  /** One of an enum's members; `undefined` passes. */
  public member(name: string, value: unknown, members: Record<string, string>): void {
    if (value === undefined || Object.values(members).includes(value as string)) return;
    this.add(`${name} is ${show(value)}, but must be one of ${Object.keys(members).join(', ')}`);
  }

  /** A Duration of whole seconds within bounds; `undefined` passes. */
  public duration(name: string, value: unknown, bounds: { min: Duration; max?: Duration }, why: string): void {
    if (value === undefined) return;
    if (!isDuration(value)) {
      this.add(`${name} is ${show(value)}, but must be a Duration, for example Duration.seconds(${bounds.min.toSeconds()})`);
      return;
    }
    const seconds = value.toMilliseconds() / 1000;
    if (!Number.isInteger(seconds)) {
      this.add(`${name} is ${seconds} s, but can only be expressed in whole seconds: ${why}`);
    } else if (seconds < bounds.min.toSeconds() || (bounds.max && seconds > bounds.max.toSeconds())) {
      const range = bounds.max ? `from ${bounds.min.toSeconds()} s to ${bounds.max.toSeconds()} s` : `at least ${bounds.min.toSeconds()} s`;
      this.add(`${name} is ${seconds} s, but must be ${range}: ${why}`);
    }
  }

  /** A Size of whole KiB within bounds; `undefined` passes. */
  public size(name: string, value: unknown, bounds: { min: Size; max?: Size }, why: string): void {
    if (value === undefined) return;
    if (!isSize(value)) {
      this.add(`${name} is ${show(value)}, but must be a Size, for example Size.mebibytes(64)`);
      return;
    }
    const kibibytes = value.toKibibytes({ rounding: SizeRoundingBehavior.NONE });
    if (!Number.isInteger(kibibytes)) {
      this.add(`${name} is ${kibibytes} KiB, but can only be expressed in whole KiB`);
    } else if (kibibytes < bounds.min.toKibibytes() || (bounds.max && kibibytes > bounds.max.toKibibytes())) {
      const range = bounds.max ? `from ${quantity(bounds.min)} to ${quantity(bounds.max)}` : `at least ${quantity(bounds.min)}`;
      this.add(`${name} is ${quantity(value)}, but must be ${range}: ${why}`);
    }
  }

  /** A DNS-1123 label, as most names in Kubernetes are; `undefined` passes. */
  public dnsLabel(name: string, value: unknown, maxLength = 63, why = 'Kubernetes refuses the object otherwise'): void {
    if (value === undefined) return;
    const rule = 'lower-case letters, digits and dashes, beginning and ending with a letter or digit (a DNS-1123 label)';
    if (typeof value !== 'string' || !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(value)) {
      this.add(`${name} is ${show(value)}, but must be ${rule}: ${why}`);
    } else if (value.length > maxLength) {
      this.add(`${name} is '${value}' with ${value.length} characters, but may have ${maxLength}: ${why}`);
    }
  }

  /** A DNS-1123 subdomain: labels with dots between them; `undefined` passes. */
  public dnsSubdomain(name: string, value: unknown): void {
    if (value === undefined) return;
    if (typeof value === 'string' && value.length <= 253 && DNS_SUBDOMAIN.test(value)) return;
    this.add(`${name} is ${show(value)}, but must be lower-case letters, digits, dashes and dots, at most 253 (a DNS-1123 subdomain): Kubernetes refuses the object otherwise`);
  }

  /**
   * A DNS name as clients look it up: labels of RFC 1123 with dots between them, with a domain, without a dot at the end; `undefined` passes.
   * The first label may be `*` where a wildcard makes sense.
   */
  public hostname(name: string, value: unknown, wildcard: 'wildcard' | 'no wildcard', why: string): void {
    if (value === undefined) return;
    const problem = hostnameProblem(value, wildcard === 'wildcard');
    if (problem !== undefined) this.add(`${name} is ${show(value)}, ${problem}: ${why}`);
  }

  /** The name of an object that is referred to, which must be given. Its content in the place of its name is not repeated: it may be a secret. */
  public reference(name: string, value: unknown, kind: string, example: string): void {
    if (typeof value === 'string' && (credentialForm(value) !== undefined || /-----BEGIN |\n/.test(value))) {
      this.add(`${name} holds what looks like the content of a ${kind} (not shown here), but must be the name of one: write ${example}, and have the ${kind} made in the cluster`);
    } else if (typeof value !== 'string' || value === '') {
      this.add(`${name} is ${show(value)}, but must name the ${kind}: write ${example}`);
    } else {
      this.dnsSubdomain(name, value);
    }
  }

  /** The key of a Secret or ConfigMap; `undefined` passes. https://kubernetes.io/docs/concepts/configuration/secret/#restriction-names-data */
  public dataKey(name: string, value: unknown): void {
    if (value === undefined) return;
    if (typeof value === 'string' && credentialForm(value) === undefined && /^[-._a-zA-Z0-9]{1,253}$/.test(value) && !/^\.\.?$/.test(value)) return;
    this.add(`${name} is ${show(value)}, but must be a key: letters, digits, '-', '_' and '.', at most 253`);
  }

  /** A value that has these members, as the objects of a class do; `undefined` passes. Answers whether it can be looked at. */
  public like<T>(name: string, value: T | undefined, members: (keyof T)[], example: string): value is T {
    if (value === undefined) return false;
    const fits = typeof value === 'object' && value !== null && !Array.isArray(value) && members.every((member) => member in (value as object));
    if (!fits) this.add(`${name} is ${show(value)}, but must be made like this: ${example}`);
    return fits;
  }

  /** The key and value of labels; `undefined` passes. */
  public labels(name: string, value: unknown): void {
    this.stringMap(name, value, (key, text) => {
      if (!isQualifiedName(key)) this.add(`${name} has the key '${key}', which is not a label key: [prefix/]name, name of at most 63 letters, digits, '-', '_', '.'`);
      if (text.length > 63 || !/^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/.test(text)) {
        this.add(`${name}['${key}'] is ${show(text)}, which is not a label value: at most 63 letters, digits, '-', '_', '.', beginning and ending with a letter or digit`);
      }
    });
  }

  /** One label, whose key is an argument too. */
  public label(name: string, key: unknown, value: unknown): void {
    if (typeof key === 'string') this.labels(name, { [key]: value });
    else this.add(`${name} has the key ${show(key)}, but must have the key of a label, a string`);
  }

  /** The keys of annotations; `undefined` passes. */
  public annotations(name: string, value: unknown): void {
    this.stringMap(name, value, (key) => {
      if (!isQualifiedName(key)) this.add(`${name} has the key '${key}', which is not an annotation key: [prefix/]name, name of at most 63 letters, digits, '-', '_', '.'`);
    });
  }

  /** An array with at least one entry; `undefined` passes. Answers whether its entries can be looked at. */
  public filledArray(name: string, value: unknown, instead: string): value is unknown[] {
    if (value === undefined) return false;
    if (!Array.isArray(value)) {
      this.add(`${name} is ${show(value)}, but must be an array`);
      return false;
    }
    if (value.length === 0) this.add(`${name} is empty: ${instead}`);
    return true;
  }

  /**
   * Ends the constructor if anything was found.
   *
   * @throws one error with the construct path and everything that was found.
   */
  public throwIfAny(): void {
    if (this.messages.length === 0) return;
    const heading = this.messages.length === 1 ? 'an argument cannot work' : `${this.messages.length} arguments cannot work`;
    throw new Error(`[${this.scope.node.path}] ${this.construct}: ${heading}:\n${this.messages.map((message) => `  - ${message}`).join('\n')}`);
  }

  private stringMap(name: string, value: unknown, check: (key: string, text: string) => void): void {
    if (value === undefined) return;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.add(`${name} is ${show(value)}, but must be an object of strings`);
      return;
    }
    for (const [key, text] of Object.entries(value)) {
      if (typeof text !== 'string') this.add(`${name}['${key}'] is ${show(text)}, but must be a string`);
      else if (credentialForm(text) !== undefined) this.add(`${name}['${key}'] is ${show(text)}, which everybody who reads the manifest would know: put it into a Secret`);
      else check(key, text);
    }
  }
}

function hostnameProblem(value: unknown, mayBeWildcard: boolean): string | undefined {
  if (typeof value !== 'string') return "but must be a DNS name, for example 'mqtt.example.com'";
  if (isIP(value) !== 0) return 'but must be a DNS name, not an IP address';
  if (value.length > 253) return `but may have 253 characters, and has ${value.length}`;
  if (value.endsWith('.')) return 'but must be written without the dot at the end';
  if (value.startsWith('*.') && !mayBeWildcard) return 'but cannot be a wildcard';

  const labels = (value.startsWith('*.') ? value.slice(2) : value).split('.');
  const wrong = labels.find((label) => !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(label));
  if (wrong !== undefined) {
    return `but '${wrong}' is no label of RFC 1123: 1 to 63 lower-case letters, digits and dashes, beginning and ending with a letter or digit`;
  }
  return labels.length < 2 ? "but must have a domain, for example 'mqtt.example.com'" : undefined;
}

/** A value as an error message shows it. Builds keep their logs: what looks like a credential is not repeated. */
export function show(value: unknown): string {
  if (typeof value === 'string') {
    const form = credentialForm(value);
    return form === undefined ? `'${value}'` : `${form} (not shown here)`;
  }
  if (typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'function') return 'a function';
  const type = (value as object).constructor?.name;
  return type === undefined || type === 'Object' ? 'an object' : `${/^[AEIO]/.test(type) ? 'an' : 'a'} ${type}`;
}

// By what they can do rather than by `instanceof`: two copies of cdk8s in one app have different classes.
export function isDuration(value: unknown): value is Duration {
  return typeof (value as Duration | null)?.toMilliseconds === 'function';
}

export function isSize(value: unknown): value is Size {
  return typeof (value as Size | null)?.toKibibytes === 'function';
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
function isQualifiedName(key: string): boolean {
  const match = /^(?:([^/]*)\/)?([^/]*)$/.exec(key);
  if (!match) return false;
  const [, prefix, name] = match;
  const prefixFits = prefix === undefined || (prefix.length <= 253 && DNS_SUBDOMAIN.test(prefix));
  return prefixFits && name.length <= 63 && /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(name);
}
