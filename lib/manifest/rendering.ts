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

/** The object's manifest: that of before while it need not be rendered again. */
export function rendered(object: ApiObject, render: () => object): object {
  const manifests = renderings.get(object.node.root);
  const known = manifests?.get(object);
  if (known) return known;
  const manifest = render();
  manifests?.set(object, manifest);
  return manifest;
}

/** An object of this app changes after all: whatever was rendered may be made of it. */
export function renderAgain(object: ApiObject): void {
  renderings.get(object.node.root)?.clear();
}
