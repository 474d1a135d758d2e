import * as fs from 'fs';
import * as path from 'path';
import { apiOfPackage, type KubernetesApi, withChanges } from './kubernetes-api';

/** Kubernetes minors with a cdk8s-plus package among the devDependencies. */
const PACKAGED_MINORS = [27, 28, 29, 30, 31, 32, 33, 34];

/** All minors that the library writes for. */
export const KNOWN_MINORS = [...PACKAGED_MINORS, 35, 36, 37];

/** Kubernetes' own schema of one minor, strictly: an unknown field is an error, as with `kubectl --validate=strict`. */
export class StrictSchema {
  public static of(minor: number): StrictSchema {
    const schema = loaded.get(minor) ?? new StrictSchema(minor, apiOf(minor));
    loaded.set(minor, schema);
    return schema;
  }

  private constructor(private readonly minor: number, public readonly api: KubernetesApi) {}

  /** Whether the object is of a kind that Kubernetes itself has, in any version. */
  public isBuiltIn(object: { apiVersion: string }): boolean {
    const group = object.apiVersion.includes('/') ? object.apiVersion.split('/')[0] : '';
    return !group.includes('.') || (group.endsWith('.k8s.io') && group !== 'gateway.networking.k8s.io');
  }

  /** Everything about the object that this minor does not know. */
  public problems(object: any): string[] {
    const type = this.api.kinds[`${object.apiVersion}/${object.kind}`];
    if (!type) return [`${object.apiVersion} ${object.kind}: not in Kubernetes 1.${this.minor}`];
    const problems: string[] = [];
    const { apiVersion, kind, ...fields } = object;
    this.check(type, fields, `${kind} ${object.metadata?.name}: `, problems);
    return problems;
  }

  private check(type: string, value: any, at: string, problems: string[]): void {
    const expect = (what: string, fits: boolean) => {
      if (!fits) problems.push(`${at} is ${JSON.stringify(value)}, not ${what}`);
      return fits;
    };
    const element = type.slice(1, -1);
    if (type.startsWith('[')) {
      if (expect('an array', Array.isArray(value))) value.forEach((item: unknown, index: number) => this.check(element, item, `${at}[${index}]`, problems));
    } else if (type.startsWith('{')) {
      if (expect('a map', isObject(value))) Object.entries(value).forEach(([key, item]) => this.check(element, item, `${at}.${key}`, problems));
    } else if (type in this.api.types) {
      if (expect('an object', isObject(value))) this.checkFields(this.api.types[type], value, at, problems);
    } else if (type === 'Quantity' || type === 'IntOrString') {
      expect('a string or number', ['string', 'number'].includes(typeof value));
    } else if (type !== 'any' && type !== 'json') {
      expect(type, typeof value === type);
    }
  }

  private checkFields(fields: { readonly [field: string]: string }, value: object, at: string, problems: string[]): void {
    for (const [key, item] of Object.entries(value)) {
      const type = fields[key] ?? fields[`${key}?`];
      if (type) this.check(type, item, `${at}.${key}`, problems);
      else problems.push(`${at}.${key} is unknown to Kubernetes 1.${this.minor}`);
    }
    for (const field of Object.keys(fields)) {
      if (!field.endsWith('?') && !(field in value)) problems.push(`${at}.${field} is missing`);
    }
  }
}

const loaded = new Map<number, StrictSchema>();

function apiOf(minor: number): KubernetesApi {
  if (PACKAGED_MINORS.includes(minor)) return apiOfPackage(path.dirname(require.resolve(`cdk8s-plus-${minor}/package.json`)));
  return withChanges(StrictSchema.of(minor - 1).api, JSON.parse(fs.readFileSync(path.join(__dirname, 'api-changes', `1.${minor}.json`), 'utf8')));
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
