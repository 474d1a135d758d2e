import * as fs from 'fs';
import * as path from 'path';

/** What one Kubernetes minor knows: the type of each kind, and the fields of each type. */
export interface KubernetesApi {
  /** By apiVersion and kind, for example `apps/v1/StatefulSet`. */
  readonly kinds: { readonly [kind: string]: string };
  /** Fields by their names in manifests, with a `?` behind those that may be left out. Their types: `number`, `ServicePort`, `[ServicePort]` (an array), `{string}` (a map). */
  readonly types: { readonly [type: string]: { readonly [field: string]: string } };
}

/** What a minor has other than the one before, as a JSON merge patch: `null` is gone. https://www.rfc-editor.org/rfc/rfc7386 */
export type ApiChanges = { readonly [key: string]: ApiChanges | string | null };

interface TypeReference {
  readonly primitive?: string;
  readonly collection?: { readonly kind: string; readonly elementtype: TypeReference };
  readonly fqn?: string;
}

interface JsiiType {
  readonly kind: string;
  readonly properties?: { readonly name: string; readonly optional?: boolean; readonly type: TypeReference; readonly docs?: { readonly custom?: { readonly schema?: string } } }[];
}

/** The API as a package of cdk8s-plus has it: the type model that it ships for jsii is made of the OpenAPI schema of Kubernetes, and has the real field names in its docs. */
export function apiOfPackage(folder: string): KubernetesApi {
  const { name, types } = JSON.parse(fs.readFileSync(path.join(folder, '.jsii'), 'utf8')) as { name: string; types: { [fqn: string]: JsiiType } };
  const prefix = `${name}.k8s.`;
  const textOf = ({ primitive, collection, fqn }: TypeReference): string => {
    if (collection) return collection.kind === 'array' ? `[${textOf(collection.elementtype)}]` : `{${textOf(collection.elementtype)}}`;
    if (fqn) return types[fqn].kind === 'enum' ? 'any' : fqn.slice(prefix.length);
    return primitive === 'date' ? 'string' : primitive!;
  };
  const fieldsOf = ({ properties = [] }: JsiiType) => Object.fromEntries(properties.map((property) => [
    `${property.docs?.custom?.schema?.split('#')[1] ?? property.name}${property.optional ? '?' : ''}`, textOf(property.type),
  ]));
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const classes = Object.entries<any>(require(path.resolve(folder)).k8s).filter(([, type]) => type?.GVK);
  return {
    kinds: Object.fromEntries(classes.map(([kind, { GVK }]) => [`${GVK.apiVersion}/${GVK.kind}`, `${kind}Props`])),
    types: Object.fromEntries(Object.entries(types).filter(([fqn, { kind }]) => fqn.startsWith(prefix) && kind === 'interface').map(([fqn, type]) => [fqn.slice(prefix.length), fieldsOf(type)])),
  };
}

/** What makes the newer of the older. */
export function changesBetween(older: object, newer: object): ApiChanges {
  const [before, after] = [older, newer] as [Record<string, any>, Record<string, any>];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return Object.fromEntries(keys.flatMap((key): [string, ApiChanges | string | null][] => {
    if (!(key in after)) return [[key, null]];
    if (typeof before[key] !== 'object' || typeof after[key] !== 'object') return before[key] === after[key] ? [] : [[key, after[key]]];
    const changes = changesBetween(before[key], after[key]);
    return Object.keys(changes).length === 0 ? [] : [[key, changes]];
  }));
}

export function withChanges<T extends object>(older: T, changes: ApiChanges): T {
  const merged: Record<string, any> = { ...older };
  for (const [key, change] of Object.entries(changes)) {
    if (change === null) delete merged[key];
    else merged[key] = typeof change === 'string' ? change : withChanges(merged[key] ?? {}, change);
  }
  return merged as T;
}
