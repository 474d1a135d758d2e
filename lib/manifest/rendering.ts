import type { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';

/** What was rendered since `renderingOnce` began, by the root of the app. */
const renderings = new WeakMap<IConstruct, Map<ApiObject, object>>();

/**
 * Renders each object of an app at most once during this work: an object is asked for by the rules, by the file, and by objects that are made of it (a checksum,
 * alerts about its claims). Only for work during which the app stays as it is, such as its synthesis.
 */
export function renderingOnce<T>(root: IConstruct, work: () => T): T {
  if (renderings.has(root)) return work();
  renderings.set(root, new Map());
  try {
    return work();
  } finally {
    renderings.delete(root);
  }
}

/** Objects that are being rendered, each for the one before it. */
const underWay: ApiObject[] = [];

/**
 * The object's manifest: that of before while it need not be rendered again.
 *
 * @throws if an object is needed to render itself.
 */
export function rendered(object: ApiObject, render: () => object): object {
  const manifests = renderings.get(object.node.root);
  const known = manifests?.get(object);
  if (known) return known;
  refuseCircle(object);
  underWay.push(object);
  try {
    const manifest = render();
    manifests?.set(object, manifest);
    return manifest;
  } finally {
    underWay.pop();
  }
}

function refuseCircle(object: ApiObject): void {
  const first = underWay.indexOf(object);
  if (first < 0) return;
  const circle = [...underWay.slice(first), object].map(({ node }) => node.path).join(' → ');
  throw new Error(`[${object.node.path}] ${object.kind} '${object.name}' is made of itself: ${circle}. A value that is computed when the app is synthesized must not ask for an object that needs it`);
}

/** An object of this app changes after all: whatever was rendered may be made of it. */
export function renderAgain(object: ApiObject): void {
  renderings.get(object.node.root)?.clear();
}
