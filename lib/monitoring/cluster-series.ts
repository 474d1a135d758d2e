import type { ApiObject } from 'cdk8s';
import { metricsOf } from './metrics/broker-metrics';
import { type ClusterMatchers, Series } from './series';
import { Annotations } from '../manifest/annotations';
import type { IMqttCluster } from '../network/mqtt-cluster-reference';

/** A cluster, and where its series are. */
export interface WatchedCluster {
  readonly cluster: IMqttCluster;
  /** Label that tells Kubernetes clusters apart. @default - there is one */
  readonly clusterLabel?: string;
}

/** What can be asked about a cluster. */
export interface ClusterSeries {
  /** @default - not known when the app is synthesized */
  readonly namespace?: string;
  /** PromQL regular expression for the names of the pods. */
  readonly podNames: string;
  /** For alerts: the matchers are literal. */
  readonly fixed: Series;
  /** For dashboards: the matchers use the variables `$namespace` and `$pod`, and `$cluster` where there are several Kubernetes clusters. */
  readonly variable: Series;
}

/** The claims are read from the workloads as they will be applied, overrides included. */
export function seriesOf({ cluster, clusterLabel }: WatchedCluster): ClusterSeries {
  const { namespace } = cluster.workload.metadata;
  const metrics = metricsOf(cluster.brokerName, sharesSessions(cluster.workload)) ?? {};
  const brokers = workloadMatchers(cluster.workload);
  const log = cluster.messageLogTarget && workloadMatchers(cluster.messageLogTarget.workload);
  const logNamespace = cluster.messageLogTarget?.workload.metadata.namespace;
  return {
    namespace,
    podNames: brokers.podNames,
    fixed: new Series(metrics, brokers.in(literal(namespace)), log?.in(literal(logNamespace))),
    // The variables choose among brokers; a log in their namespace follows the one for the namespace.
    variable: new Series(
      metrics,
      chosen(brokers.in('namespace="$namespace",', '$pod'), clusterLabel),
      log && chosen(log.in(logNamespace === namespace ? 'namespace="$namespace",' : literal(logNamespace)), clusterLabel),
    ),
  };
}

/** In the Kubernetes cluster that the reader of a dashboard chose. */
function chosen(matchers: ClusterMatchers, clusterLabel: string | undefined): ClusterMatchers {
  if (clusterLabel === undefined) return matchers;
  const matcher = `${clusterLabel}="$cluster"`;
  return { ...Object.fromEntries(Object.entries(matchers).map(([subject, matching]) => [subject, matching && `${matcher},${matching}`])) as unknown as ClusterMatchers, everything: matcher };
}

function sharesSessions(workload: ApiObject): boolean {
  const { annotations } = workload.toJson().metadata as { annotations?: { [key: string]: string } };
  return annotations?.[Annotations.SESSION_STORE] === 'replicated';
}

function literal(namespace: string | undefined): string {
  return namespace === undefined ? '' : `namespace="${namespace}",`;
}

/** What selects the series of a StatefulSet. */
function workloadMatchers(workload: ApiObject): { podNames: string; in(namespace: string, pods?: string): ClusterMatchers } {
  const { volumeClaimTemplates = [] } = workload.toJson().spec as WorkloadSpec;
  const templates = volumeClaimTemplates.map((template) => template.metadata.name);
  const podNames = `${workload.name}-[0-9]+`;
  return {
    podNames,
    in: (namespace, pods = podNames) => ({
      pods: `${namespace}pod=~"${pods}"`,
      workload: `${namespace}statefulset="${workload.name}"`,
      // A claim's name is made of its template's and its pod's: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-storage
      claims: templates.length > 0 ? `${namespace}persistentvolumeclaim=~"(${templates.join('|')})-(${pods})"` : undefined,
    }),
  };
}

interface WorkloadSpec {
  readonly volumeClaimTemplates?: { readonly metadata: { readonly name: string } }[];
}
