import * as fs from 'fs';
import * as path from 'path';

interface TypeReference {
  readonly primitive?: string;
  readonly collection?: { readonly kind: string; readonly elementtype: TypeReference };
  readonly fqn?: string;
}

interface Property {
  readonly name: string;
  readonly optional?: boolean;
  readonly type: TypeReference;
  readonly docs?: { readonly custom?: { readonly schema?: string } };
}

interface Assembly {
  readonly types: { readonly [fqn: string]: { readonly kind: string; readonly properties?: Property[] } };
}

/** Kubernetes minors whose API is known here, each from its own cdk8s-plus package. */
export const KNOWN_MINORS = [27, 28, 29, 30, 31, 32, 33, 34];

/**
 * Kubernetes' own schema of one minor, strictly: an unknown field is an error, as with `kubectl --validate=strict`. The type model that
 * cdk8s-plus-<minor> ships for jsii is that schema, with the real field names in its docs.
 */
export class StrictSchema {
  public static of(minor: number): StrictSchema {
    const schema = loaded.get(minor) ?? new StrictSchema(minor);
    loaded.set(minor, schema);
    return schema;
  }

  private readonly assembly: Assembly;
  private readonly propsOfKind = new Map<string, string>();

  private constructor(private readonly minor: number) {
    const folder = path.dirname(require.resolve(`cdk8s-plus-${minor}/package.json`));
    this.assembly = JSON.parse(fs.readFileSync(path.join(folder, '.jsii'), 'utf8'));
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    for (const [name, type] of Object.entries<any>(require(folder).k8s)) {
      if (type?.GVK) this.propsOfKind.set(`${type.GVK.apiVersion}/${type.GVK.kind}`, `cdk8s-plus-${minor}.k8s.${name}Props`);
    }
  }

  /** Whether the object is of a kind that Kubernetes itself has, in any version. */
  public isBuiltIn(object: { apiVersion: string }): boolean {
    const group = object.apiVersion.includes('/') ? object.apiVersion.split('/')[0] : '';
    return !group.includes('.') || (group.endsWith('.k8s.io') && group !== 'gateway.networking.k8s.io');
  }

  /** Everything about the object that this minor does not know. */
  public problems(object: any): string[] {
    const fqn = this.propsOfKind.get(`${object.apiVersion}/${object.kind}`);
    if (!fqn) return [`${object.apiVersion} ${object.kind}: not in Kubernetes 1.${this.minor}`];
    const problems: string[] = [];
    const { apiVersion, kind, ...fields } = object;
    this.check({ fqn }, fields, `${kind} ${object.metadata?.name}: `, problems);
    return problems;
  }

  private check(type: TypeReference, value: any, at: string, problems: string[]): void {
    const expect = (what: string, fits: boolean) => {
      if (!fits) problems.push(`${at} is ${JSON.stringify(value)}, not ${what}`);
      return fits;
    };
    if (type.primitive) {
      if (type.primitive === 'any' || type.primitive === 'json') return;
      expect(type.primitive, typeof value === (type.primitive === 'date' ? 'string' : type.primitive));
    } else if (type.collection) {
      const { kind, elementtype } = type.collection;
      if (kind === 'array') {
        if (expect('an array', Array.isArray(value))) value.forEach((item: unknown, index: number) => this.check(elementtype, item, `${at}[${index}]`, problems));
      } else if (expect('a map', isObject(value))) {
        Object.entries(value).forEach(([key, item]) => this.check(elementtype, item, `${at}.${key}`, problems));
      }
    } else if (type.fqn) {
      this.checkNamedType(type.fqn, value, at, problems, expect);
    }
  }

  private checkNamedType(fqn: string, value: any, at: string, problems: string[], expect: (what: string, fits: boolean) => boolean): void {
    const type = this.assembly.types[fqn];
    if (!type || type.kind === 'enum') return;
    if (type.kind === 'class') {
      // Quantity and IntOrString
      expect('a string or number', ['string', 'number'].includes(typeof value));
      return;
    }
    if (!expect('an object', isObject(value))) return;
    const properties = new Map((type.properties ?? []).map((property) => [property.docs?.custom?.schema?.split('#')[1] ?? property.name, property]));
    for (const [key, item] of Object.entries(value)) {
      const property = properties.get(key);
      if (property) this.check(property.type, item, `${at}.${key}`, problems);
      else problems.push(`${at}.${key} is unknown to Kubernetes 1.${this.minor}`);
    }
    for (const [key, property] of properties) {
      if (!property.optional && !(key in value)) problems.push(`${at}.${key} is missing`);
    }
  }
}

const loaded = new Map<number, StrictSchema>();

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
