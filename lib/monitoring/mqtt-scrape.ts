import type { Duration } from 'cdk8s';
import { checkOptions } from '../manifest/options';

/** Options of scraping. */
export interface MqttScrapeOptions {
  /**
   * How often Prometheus reads the metrics: whole seconds, 75 at most, since rates over five minutes need four samples to be worth anything.
   * @default - the interval of the Prometheus server (30 s unless its `scrapeInterval` says otherwise)
   */
  readonly interval?: Duration;

  /**
   * Labels of the monitor itself. Prometheus selects monitors by them: kube-prometheus-stack looks for `release: <name of its Helm release>`.
   * @default - only the labels of the monitoring
   */
  readonly labels?: { [key: string]: string };
}

/** How Prometheus finds the brokers. */
export class MqttScrape {
  /**
   * A PodMonitor (`monitoring.coreos.com/v1`). The pods are the truth about brokers: it does not matter which Services select them, which ports those have, and
   * whether they publish pods that are not ready or drain, the very ones to look at. A pod behind several Services is scraped once.
   */
  public static podMonitor(options: MqttScrapeOptions = {}): MqttScrape {
    checkOptions('MqttScrape.podMonitor', options);
    return new MqttScrape('PodMonitor', options);
  }

  /**
   * A ServiceMonitor (`monitoring.coreos.com/v1`), for a Prometheus that selects no PodMonitors. It needs a Service of the cluster with the metrics port: the headless one has it.
   */
  public static serviceMonitor(options: MqttScrapeOptions = {}): MqttScrape {
    checkOptions('MqttScrape.serviceMonitor', options);
    return new MqttScrape('ServiceMonitor', options);
  }

  /** Nothing: Prometheus finds the brokers in another way. Alerts and dashboard need the labels `namespace` and `pod` on every series. */
  public static none(): MqttScrape {
    return new MqttScrape();
  }

  private constructor(
    /** @internal */
    public readonly _kind?: 'PodMonitor' | 'ServiceMonitor',
    /** @internal */
    public readonly _options: MqttScrapeOptions = {},
  ) {}
}
