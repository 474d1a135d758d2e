import { Fields } from './fields';
import { selects } from './label-selector';
import type { ManifestObject } from './manifest-object';

/** Something that is selected by labels: a workload by those of its pods, a Service by its own. */
export interface Selectable {
  readonly object: ManifestObject;
  readonly pods: { readonly labels: Record<string, string> };
}

/** Finds the workloads that a selector selects without trying each: a fleet has as many Services as brokers, and must not take their product. */
export class PodIndex<W extends Selectable> {
  private readonly byLabel = new Map<string, W[]>();
  private readonly byNamespace = new Map<string, W[]>();

  constructor(workloads: W[]) {
    for (const workload of workloads) {
      const { namespace } = workload.object;
      append(this.byNamespace, namespace, workload);
      Object.entries(workload.pods.labels).forEach(([key, value]) => append(this.byLabel, labelKey(namespace, key, value), workload));
    }
  }

  public selectedBy(namespace: string, selector: Fields): W[] {
    return this.candidates(namespace, selector).filter((workload) => selects(selector, workload.pods.labels));
  }

  private candidates(namespace: string, selector: Fields): W[] {
    const lists = selector.at('matchLabels').entries.map(([key, value]) => this.byLabel.get(labelKey(namespace, key, value.text ?? '')) ?? []);
    return [...lists, this.byNamespace.get(namespace) ?? []].reduce((shortest, list) => list.length < shortest.length ? list : shortest);
  }
}

function append<V>(map: Map<string, V[]>, key: string, value: V): void {
  const list = map.get(key);
  if (list) list.push(value); else map.set(key, [value]);
}

function labelKey(namespace: string, key: string, value: string): string {
  return JSON.stringify([namespace, key, value]);
}
