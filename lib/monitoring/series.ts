import { BROKER_VOCABULARY, PLATFORM_VOCABULARY } from './vocabulary';
import type { BrokerMetric, BrokerMetrics, PlatformMetric, SeriesSubject } from './vocabulary';

/** PromQL label matchers that select what belongs to one cluster, without the braces. */
export interface ClusterMatchers {
  readonly pods: string;
  readonly workload: string;
  /** @default - the pods have no claims, so nothing is known about their volumes */
  readonly claims?: string;
}

/** What a query cannot do without: metrics of the broker, or `claims`, volumes that the kubelet measures. */
export type Need = BrokerMetric | 'claims';

/** The series of one cluster, as PromQL selectors. */
export class Series {
  constructor(
    private readonly metrics: BrokerMetrics,
    private readonly matchers: ClusterMatchers,
  ) {}

  /** Whether all that a query needs is there. */
  public satisfies(needs: readonly Need[]): boolean {
    return needs.every((need) => (need === 'claims' ? this.matchers.claims !== undefined : this.metrics[need] !== undefined));
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
    return selector(metric, this.matchersOf(PLATFORM_VOCABULARY[metric].subject));
  }

  private exported(metric: BrokerMetric, suffix: '' | '_bucket' | '_count'): string {
    const isHistogram = BROKER_VOCABULARY[metric].type === 'histogram';
    const exported = this.metrics[metric];
    if (!exported || isHistogram !== (suffix !== '')) {
      throw new Error(`'${metric}' is used as a ${suffix === '' ? 'gauge or counter' : 'histogram'}, but ${exported ? 'is none' : 'the broker does not export it'}`);
    }
    return selector(`${exported.name}${suffix}`, this.matchers.pods, exported.matchers);
  }

  private matchersOf(subject: SeriesSubject): string | undefined {
    switch (subject) {
      case 'pods': return this.matchers.pods;
      // cAdvisor also counts the pod as a whole and its sandbox, under no container name.
      case 'containers': return `${this.matchers.pods},container!=""`;
      case 'workload': return this.matchers.workload;
      case 'claims':
        if (this.matchers.claims === undefined) throw new Error('the pods have no claims');
        return this.matchers.claims;
      case 'everything': return undefined;
    }
  }
}

function selector(name: string, ...matchers: (string | undefined)[]): string {
  const given = matchers.filter((matcher) => matcher !== undefined);
  return given.length > 0 ? `${name}{${given.join(',')}}` : name;
}
