import { Fields } from './fields';
import type { ManifestReference } from './manifest-reference';

/** An object of the input, as it will be applied. */
export interface Manifest {
  /** Plain JSON. */
  readonly manifest: unknown;
  /** The construct path in an app, or `file:line` of a manifest that was read. */
  readonly origin: string;
}

/** A manifest with the fields that every Kubernetes object has. */
export class ManifestObject {
  public readonly fields: Fields;
  public readonly reference: ManifestReference;
  public readonly labels: Record<string, string>;
  public readonly annotations: Record<string, string>;
  public readonly spec: Fields;
  /** The API group; empty for the core group. */
  public readonly group: string;

  constructor({ manifest, origin }: Manifest) {
    this.fields = new Fields(manifest);
    const metadata = this.fields.at('metadata');
    this.labels = metadata.at('labels').textMap;
    this.annotations = metadata.at('annotations').textMap;
    this.reference = {
      apiVersion: this.fields.at('apiVersion').text ?? '',
      kind: this.fields.at('kind').text ?? '',
      name: metadata.at('name').text ?? '',
      namespace: metadata.at('namespace').text,
      origin,
    };
    this.spec = this.fields.at('spec');
    const [group, version] = this.reference.apiVersion.split('/');
    this.group = version === undefined ? '' : group;
  }

  /** Whether this is such an object, in whatever version of the API group (`''` is the core group). */
  public is(group: string, kind: string): boolean {
    return this.kind === kind && this.group === group;
  }

  public get kind(): string {
    return this.reference.kind;
  }

  public get name(): string {
    return this.reference.name;
  }

  /** The namespace as written; objects without one all go where the manifests are applied to. */
  public get namespace(): string {
    return this.reference.namespace ?? '';
  }
}
