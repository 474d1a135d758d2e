import { ApiObject, JsonPatch, Lazy } from 'cdk8s';
import type { Construct } from 'constructs';
import { ArgumentErrors } from './arguments';
import { MANAGED_BY, Labels } from './labels';
import { literalSecrets } from './literal-secrets';
import { patchProblem } from './patches';
import { renderAgain, rendered } from './rendering';

/** What an object is, besides the fields that are computed when it is synthesized. */
export interface RenderOptions {
  /** Group, version and kind, for example `k8s.KubeService.GVK`. */
  readonly gvk: { readonly apiVersion: string; readonly kind: string };
  /** @default - the chart generates a name from the construct path */
  readonly name?: string;
  /** Added to the labels that every object gets. */
  readonly labels?: { [key: string]: string };
  readonly annotations?: { [key: string]: string };
  /**
   * The top-level fields besides `apiVersion`, `kind` and `metadata` (`spec`, `data`, …), each computed when the object is synthesized.
   * Plain JSON with the names that the manifest has: what `k8s.KubeX.manifest(props)` returns, not its props.
   */
  readonly fields?: { [field: string]: () => unknown };
}

/**
 * The one place that makes Kubernetes objects. The result is a plain ApiObject over the final JSON, so that
 * `addJsonPatch` works on the names of the manifest, and nothing that a typed class does not know is dropped.
 */
export function renderManifest(scope: Construct, id: string, options: RenderOptions): ApiObject {
  return new RenderedObject(scope, id, options);
}

class RenderedObject extends ApiObject {
  private readonly overrides: JsonPatch[] = [];

  constructor(scope: Construct, id: string, options: RenderOptions) {
    super(scope, id, {
      ...options.gvk,
      metadata: {
        // A key that is present but undefined would hide the name that the chart generates.
        ...(options.name === undefined ? {} : { name: options.name }),
        labels: { [Labels.MANAGED_BY]: MANAGED_BY, ...options.labels },
        annotations: options.annotations,
      },
      ...Object.fromEntries(Object.entries(options.fields ?? {}).map(([field, produce]) => [field, Lazy.any({ produce })])),
    });
    // cdk8s does not clean `_` and `.` out of the ids that it makes names of: the API server would be the first to complain.
    const errors = new ArgumentErrors(this, this.kind);
    errors.dnsLabel('metadata.name', this.name, 63, 'set a name, or change the ids of the chart and the construct that it is made of');
    errors.throwIfAny();
  }

  public addJsonPatch(...patches: JsonPatch[]): void {
    this.overrides.push(...patches);
    renderAgain(this);
  }

  public toJson(): any {
    return rendered(this, () => this.render());
  }

  private render(): object {
    const overridden = this.overrides.reduce((manifest, patch) => {
      const problem = patchProblem(manifest, patch);
      if (problem) throw new Error(`[${this.node.path}] the override of ${this.kind} '${this.name}' ${problem}`);
      return JsonPatch.apply(manifest, patch);
    }, super.toJson());
    this.refuseSecrets(overridden);
    return overridden;
  }

  /** The constructs themselves take references only, so that an override is the one way for a credential to get here. */
  private refuseSecrets(manifest: object): void {
    const found = this.overrides.length > 0 ? literalSecrets(manifest) : [];
    if (found.length === 0) return;
    throw new Error(`[${this.node.path}] the override of ${this.kind} '${this.name}' writes a credential into the manifest: ${found.join('; ')}. `
      + 'Manifests are committed, reviewed and copied: everybody who can read them would know it. Put it into a Secret that is made in the cluster, '
      + 'mount that, and write the path of the file instead');
  }
}
