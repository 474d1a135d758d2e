import type { Fields } from './fields';
import type { ManifestObject } from './manifest-object';

/** https://keda.sh/docs/latest/reference/scaledobject-spec/ */
const KEDA_DEFAULT_MAXIMUM = 100;
const KEDA_DEFAULT_MINIMUM = 0;

/** A HorizontalPodAutoscaler or a ScaledObject of KEDA. */
export class Autoscaler {
  /** Whether the object is one. */
  public static is(object: ManifestObject): boolean {
    return object.is('autoscaling', 'HorizontalPodAutoscaler') || object.is('keda.sh', 'ScaledObject');
  }

  constructor(public readonly object: ManifestObject) {}

  public get isKeda(): boolean {
    return this.object.is('keda.sh', 'ScaledObject');
  }

  public scales(workload: ManifestObject): boolean {
    const target = this.object.spec.at('scaleTargetRef');
    // KEDA means a Deployment when no kind is written.
    const kind = target.at('kind').text ?? (this.isKeda ? 'Deployment' : '');
    return this.object.namespace === workload.namespace && target.at('name').text === workload.name && kind === workload.kind;
  }

  public get maximum(): number {
    return this.isKeda ? this.object.spec.at('maxReplicaCount').number ?? KEDA_DEFAULT_MAXIMUM : this.object.spec.at('maxReplicas').number ?? 1;
  }

  public get minimum(): number {
    return this.object.spec.at(this.minimumField).number ?? (this.isKeda ? KEDA_DEFAULT_MINIMUM : 1);
  }

  /** The minimum as it is written, for messages: `spec.minReplicas: 3`. */
  public get minimumFound(): string {
    return `spec.${this.minimumField}: ${this.object.spec.at(this.minimumField)}`;
  }

  /** How it scales down, in the form of `autoscaling/v2`. */
  public get scaleDown(): Fields {
    return this.isKeda
      ? this.object.spec.at('advanced', 'horizontalPodAutoscalerConfig', 'behavior', 'scaleDown')
      : this.object.spec.at('behavior', 'scaleDown');
  }

  private get minimumField(): string {
    if (!this.isKeda) return 'minReplicas';
    // What KEDA scales to while no trigger is active, instead of the minimum.
    return this.object.spec.at('idleReplicaCount').exists ? 'idleReplicaCount' : 'minReplicaCount';
  }
}
