import type { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';

interface Holder {
  readonly object: ApiObject;
  readonly setIdentifier?: string;
}

/** Who has which name, by the root of the app: looking through all objects for each name would take a fleet the square of its size. */
const names = new WeakMap<IConstruct, Map<string, Holder[]>>();

/** The object that has the name already, so that this one cannot; `undefined` where nothing is in the way. */
export function holderOf(name: string, object: ApiObject, setIdentifier: string | undefined): ApiObject | undefined {
  const isApart = (holder: Holder) => holder.object !== object
    && setIdentifier !== undefined && holder.setIdentifier !== undefined && holder.setIdentifier !== setIdentifier;
  return names.get(object.node.root)?.get(name)?.find((holder) => !isApart(holder))?.object;
}

/** Writes down that the object has the name. */
export function hold(name: string, object: ApiObject, setIdentifier: string | undefined): void {
  const { root } = object.node;
  const ofApp = names.get(root) ?? new Map<string, Holder[]>();
  names.set(root, ofApp.set(name, [...ofApp.get(name) ?? [], { object, setIdentifier }]));
}
