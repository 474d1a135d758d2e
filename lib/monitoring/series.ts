import { LOG_METRICS, type LogMetric } from './metrics/message-log';
import { BROKER_VOCABULARY, PLATFORM_VOCABULARY } from './vocabulary';
import type { BrokerMetric, BrokerMetrics, PlatformMetric, SeriesSubject } from './vocabulary';

/** PromQL label matchers that select what belongs to one cluster, without the braces. */
export interface ClusterMatchers {
  readonly pods: string;
  readonly workload: string;
  /** @default - the pods have no claims, so nothing is known about their volumes */
  readonly claims?: string;
  /** What says nothing of the cluster, such as metrics of nodes. @default - all of it */
  readonly everything?: string;
}

/** The same for the nodes of the message log that the brokers share their sessions by. */
export type LogMatchers = ClusterMatchers;

/**
 * What a query cannot do without: metrics of the broker, `claims`, volumes that the kubelet measures, `messageLog`, nodes of a message log that serve metrics, and
 * `messageLogClaims`, their volumes.
 */
export type Need = BrokerMetric | 'claims' | 'messageLog' | 'messageLogClaims';

/** Series with marks in the place of matchers. */
export interface MarkedSeries {
  readonly series: Series;
  /** The matchers that the marks stand for. */
  readonly matchers: Map<string, string>;
  /** The same for all series that differ in nothing but that. */
  readonly shape: string;
}

/** The series of one cluster, as PromQL selectors. */
export class Series {
  constructor(
    private readonly metrics: BrokerMetrics,
    private readonly matchers: ClusterMatchers,
    private readonly logMatchers?: LogMatchers,
  ) {}

  /** Whether all that a query needs is there. */
  public satisfies(needs: readonly Need[]): boolean {
    return needs.every((need) => {
      switch (need) {
        case 'claims': return this.matchers.claims !== undefined;
        case 'messageLog': return this.logMatchers !== undefined;
        case 'messageLogClaims': return this.logMatchers?.claims !== undefined;
        default: return this.metrics[need] !== undefined;
      }
    });
  }

  /** A gauge or counter of the brokers. */
  public broker(metric: BrokerMetric): string {
    return this.exported(metric, '');
  }

  /** The buckets of a histogram of the brokers. */
  public buckets(metric: BrokerMetric): string {
    return this.exported(metric, '_bucket');
  }

  /** How often a histogram of the brokers was observed. */
  public observations(metric: BrokerMetric): string {
    return this.exported(metric, '_count');
  }

  /** What Kubernetes or an exporter tells. */
  public platform(metric: PlatformMetric): string {
    return selector(metric, matchersOf(PLATFORM_VOCABULARY[metric].subject, this.matchers));
  }

  /** In which node each pod runs, those of others too. */
  public nodesOfPods(): string {
    return selector('kube_pod_info', this.matchers.everything, 'node!=""');
  }

  /** A gauge or counter of the nodes of the message log. */
  public log(metric: LogMetric): string {
    return selector(LOG_METRICS[metric].name, this.matchersOfLog.pods);
  }

  /** What Kubernetes or an exporter tells about the nodes of the message log. */
  public platformOfLog(metric: PlatformMetric): string {
    return selector(metric, matchersOf(PLATFORM_VOCABULARY[metric].subject, this.matchersOfLog));
  }

  /** With a mark for each matcher: a text that is made of it is that of any other cluster of the same shape, once its own matchers are put in. */
  public marked(mark: (matcher: string) => string): MarkedSeries {
    const matchers = new Map<string, string>();
    const marks = (subject: string, given: ClusterMatchers): ClusterMatchers => {
      const entries = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined);
      return Object.fromEntries(entries.map(([name, matcher]) => {
        matchers.set(`${subject}.${name}`, matcher);
        return [name, mark(`${subject}.${name}`)];
      })) as unknown as ClusterMatchers;
    };
    const series = new Series(this.metrics, marks('brokers', this.matchers), this.logMatchers && marks('log', this.logMatchers));
    return { series, matchers, shape: JSON.stringify([this.metrics, [...matchers.keys()]]) };
  }

  private get matchersOfLog(): LogMatchers {
    if (this.logMatchers === undefined) throw new Error('there is no message log that serves metrics');
    return this.logMatchers;
  }

  private exported(metric: BrokerMetric, suffix: '' | '_bucket' | '_count'): string {
    const isHistogram = BROKER_VOCABULARY[metric].type === 'histogram';
    const exported = this.metrics[metric];
    if (!exported || isHistogram !== (suffix !== '')) {
      throw new Error(`'${metric}' is used as a ${suffix === '' ? 'gauge or counter' : 'histogram'}, but ${exported ? 'is none' : 'the broker does not export it'}`);
    }
    return selector(`${exported.name}${suffix}`, this.matchers.pods, exported.matchers);
  }
}

function matchersOf(subject: SeriesSubject, matchers: ClusterMatchers): string | undefined {
  switch (subject) {
    case 'pods': return matchers.pods;
    // cAdvisor also counts the pod as a whole and its sandbox, under no container name.
    case 'containers': return `${matchers.pods},container!=""`;
    case 'workload': return matchers.workload;
    case 'claims':
      if (matchers.claims === undefined) throw new Error('the pods have no claims');
      return matchers.claims;
    case 'everything': return matchers.everything;
  }
}

function selector(name: string, ...matchers: (string | undefined)[]): string {
  const given = matchers.filter((matcher) => matcher !== undefined);
  return given.length > 0 ? `${name}{${given.join(',')}}` : name;
}
