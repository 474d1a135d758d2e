/** Names an object of the input, and where it comes from. */
export interface ManifestReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  /** The construct path in an app, or `file:line` of a manifest that was read. */
  readonly origin: string;
}

/** The object as people write it: `StatefulSet mqtt/broker`. */
export function nameOf(reference: ManifestReference): string {
  return `${reference.kind} ${reference.namespace === undefined ? '' : `${reference.namespace}/`}${reference.name}`;
}
