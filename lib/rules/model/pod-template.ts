import { Container } from './container';
import type { Fields } from './fields';
import { selects } from './label-selector';

export const HOSTNAME = 'kubernetes.io/hostname';
export const ZONE = 'topology.kubernetes.io/zone';
/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#lifecycle */
const DEFAULT_GRACE_SECONDS = 30;

/** The template that the pods of a workload are made of. */
export class PodTemplate {
  public readonly labels: Record<string, string>;
  public readonly annotations: Record<string, string>;
  public readonly spec: Fields;
  public readonly containers: Container[];
  public readonly initContainers: Container[];

  constructor(fields: Fields, private readonly namespace: string) {
    this.labels = fields.at('metadata', 'labels').textMap;
    this.annotations = fields.at('metadata', 'annotations').textMap;
    this.spec = fields.at('spec');
    this.containers = this.spec.at('containers').items.map((container) => new Container(container));
    this.initContainers = this.spec.at('initContainers').items.map((container) => new Container(container));
  }

  public get hostNetwork(): boolean {
    return this.spec.at('hostNetwork').boolean ?? false;
  }

  public get graceSeconds(): number {
    return this.spec.at('terminationGracePeriodSeconds').number ?? DEFAULT_GRACE_SECONDS;
  }

  /** The pod's sysctls as written. */
  public get sysctls(): { readonly name: string; readonly value: string }[] {
    return this.spec.at('securityContext', 'sysctls').items.map((sysctl) => ({ name: sysctl.at('name').text ?? '', value: sysctl.at('value').toString() }));
  }

  /** A sysctl with a whole number; `undefined` when it is not set, or has no effect because the pods use the network of their node. */
  public networkSysctl(name: string): number | undefined {
    const value = Number(this.sysctls.find((sysctl) => sysctl.name === name)?.value);
    return !this.hostNetwork && Number.isInteger(value) ? value : undefined;
  }

  /** Whether the scheduler keeps the pods of this workload on different nodes: the term must really select them. */
  public get hasRequiredAntiAffinityOnHostname(): boolean {
    return this.spec.at('affinity', 'podAntiAffinity', 'requiredDuringSchedulingIgnoredDuringExecution').items
      .some((term) => term.at('topologyKey').text === HOSTNAME && this.isSelectedByTerm(term));
  }

  /** Whether the pods spread over nodes with a difference of one at most: as many nodes as pods take one pod each. */
  public get hasRequiredSpreadOnHostname(): boolean {
    return this.spreadConstraints.some((constraint) => constraint.at('topologyKey').text === HOSTNAME
      && constraint.at('whenUnsatisfiable').text === 'DoNotSchedule'
      && constraint.at('maxSkew').number === 1
      && this.isSelectedBySpread(constraint));
  }

  public get hasZoneSpread(): boolean {
    return this.spreadConstraints.some((constraint) => constraint.at('topologyKey').text === ZONE && this.isSelectedBySpread(constraint));
  }

  public get spreadConstraints(): Fields[] {
    return this.spec.at('topologySpreadConstraints').items;
  }

  /** Whether a spread constraint counts the pods of this workload; `matchLabelKeys` adds values of the pods' own, which they always match. */
  public isSelectedBySpread(constraint: Fields): boolean {
    return selects(constraint.at('labelSelector'), this.labels);
  }

  /** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#scheduling */
  private isSelectedByTerm(term: Fields): boolean {
    const namespaces = term.at('namespaces').texts;
    const namespaceSelector = term.at('namespaceSelector');
    const inNamespace = namespaces.length === 0 && !namespaceSelector.exists
      || namespaces.includes(this.namespace)
      || selects(namespaceSelector, { 'kubernetes.io/metadata.name': this.namespace });
    return inNamespace && term.at('mismatchLabelKeys').items.length === 0 && selects(term.at('labelSelector'), this.labels);
  }
}
