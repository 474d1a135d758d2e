import { metricsOf } from './metrics/broker-metrics';
import { type ClusterMatchers, Series } from './series';
import type { IMqttCluster } from '../network/mqtt-cluster-reference';

/** What can be asked about a cluster. */
export interface ClusterSeries {
  /** @default - not known when the app is synthesized */
  readonly namespace?: string;
  /** PromQL regular expression for the names of the pods. */
  readonly podNames: string;
  /** For alerts: the matchers are literal. */
  readonly fixed: Series;
  /** For dashboards: the matchers use the variables `$namespace` and `$pod`. */
  readonly variable: Series;
}

/** The claims are read from the workload as it will be applied, overrides included. */
export function seriesOf(cluster: IMqttCluster): ClusterSeries {
  const { name, namespace } = cluster.workload.metadata;
  const { volumeClaimTemplates = [] } = cluster.workload.toJson().spec as WorkloadSpec;
  const templates = volumeClaimTemplates.map((template) => template.metadata.name);
  const metrics = metricsOf(cluster.brokerName) ?? {};
  const podNames = `${name}-[0-9]+`;

  // A claim's name is made of its template's and its pod's: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-storage
  const matchers = (inNamespace: string, pods: string): ClusterMatchers => ({
    pods: `${inNamespace}pod=~"${pods}"`,
    workload: `${inNamespace}statefulset="${name}"`,
    claims: templates.length > 0 ? `${inNamespace}persistentvolumeclaim=~"(${templates.join('|')})-(${pods})"` : undefined,
  });
  return {
    namespace,
    podNames,
    fixed: new Series(metrics, matchers(namespace === undefined ? '' : `namespace="${namespace}",`, podNames)),
    variable: new Series(metrics, matchers('namespace="$namespace",', '$pod')),
  };
}

interface WorkloadSpec {
  readonly volumeClaimTemplates?: { readonly metadata: { readonly name: string } }[];
}
