import type { Duration } from 'cdk8s';
import type { MqttAlert } from './mqtt-alert';
import { checkOptions } from '../manifest/options';

/** Options of the alerts. The thresholds without a source are this library's judgement: change them to what your fleet shows. */
export interface MqttAlertsOptions {
  /**
   * Labels of the PrometheusRule itself. Prometheus selects rules by them: kube-prometheus-stack looks for `release: <name of its Helm release>`.
   * @default - only the labels of the monitoring
   */
  readonly labels?: { [key: string]: string };

  /**
   * Labels of every alert, for example to route it in Alertmanager.
   * @default - only `severity` (`critical`, `warning` or `info`) and `mqtt_cluster`, the name of the cluster
   */
  readonly alertLabels?: { [key: string]: string };

  /**
   * Alerts to leave out.
   * @default - none
   */
  readonly without?: MqttAlert[];

  /**
   * Page that explains what to do; the name of the alert in lower case is added as the fragment (`#mqttclusterdown`).
   * @default - docs/monitoring.md in the repository of this library, as of its version
   */
  readonly runbookUrl?: string;

  /**
   * Part of its maximum size that the store may use.
   * @default 0.8
   */
  readonly storeUsedRatio?: number;

  /**
   * Part of its capacity that a broker's volume may use.
   * @default 0.85
   */
  readonly volumeUsedRatio?: number;

  /**
   * 99th percentile of the duration of a commit to disk; clients wait at least as long for their PUBACK. Whole milliseconds,
   * below the 2.5 s at which the broker's histogram ends.
   * @default Duration.millis(100)
   */
  readonly commitDuration?: Duration;

  /**
   * Part of the messages for subscribers that a broker may drop because a subscriber reads too slowly: QoS 0 only, which may be lost. Where a queue is full, one is enough for an alert.
   * @default 0.01
   */
  readonly droppedRatio?: number;

  /**
   * Messages that may wait on one broker while their number grows.
   * @default 100000
   */
  readonly queuedMessages?: number;

  /**
   * Connections per second, on all brokers together, that may fail to authenticate.
   * @default 1
   */
  readonly authenticationFailuresPerSecond?: number;

  /**
   * Connections per second, on all brokers together, that may be refused for one and the same other reason.
   * @default 1
   */
  readonly refusedPerSecond?: number;

  /**
   * PUBLISH packets per second, on all brokers together, that the access rules may refuse.
   * @default 1
   */
  readonly deniedPerSecond?: number;

  /**
   * Clients, on all brokers together, that may be held back at the same time because they publish more than `limits` of the broker allows, on average over five minutes.
   * @default 0.5 - one client for half of the time
   */
  readonly throttledClients?: number;

  /**
   * Part of its size (`maxLogSize`) that the replicated log may have. Brokers trim it harder from a half on (`CROWDED_SHARE` of broker-image/src/cluster/snapshot-keeper.ts).
   * @default 0.8
   */
  readonly logUsedRatio?: number;

  /**
   * How long before a certificate expires `MqttCertificateExpiring` fires: of a listener, an authority of client certificates, or of the connection to the message log. Longer than `certificateCritical`, and shorter
   * than what is left when it is renewed: cert-manager renews after two thirds of its life (https://cert-manager.io/docs/usage/certificate/#reissuance-triggered-by-expiry-renewal). Whole hours.
   * @default Duration.days(14)
   */
  readonly certificateWarning?: Duration;

  /**
   * How long before it expires `MqttCertificateNearlyExpired` fires. Whole hours.
   * @default Duration.days(3)
   */
  readonly certificateCritical?: Duration;

  /**
   * How long before a revocation list is over (its `nextUpdate`) `MqttRevocationListExpiring` fires. Shorter than what is left when the authority publishes the next one, which for many is
   * hours. Whole hours.
   * @default Duration.hours(6)
   */
  readonly revocationListCritical?: Duration;

  /**
   * Entries of the replicated log that a broker of a cluster may be behind. From 1,000 on it says that it is not ready (`MAX_LAG` of broker-image/src/cluster/broker-cluster.ts).
   * @default 500
   */
  readonly logLagEntries?: number;

  /**
   * 99th percentile of the duration of an append to the replicated log; clients of a cluster wait at least as long for their PUBACK. Whole milliseconds,
   * below the 10 s at which the broker's histogram ends.
   * @default Duration.millis(250)
   */
  readonly appendDuration?: Duration;

  /**
   * Part of the clients that may lose their connections within ten minutes. Clusters with fewer than 50 clients are left alone.
   * @default 0.2
   */
  readonly disconnectedRatio?: number;

  /**
   * How many times the average number of connections one broker may have. Clusters with fewer than 100 connections a broker are left alone.
   * @default 1.5
   */
  readonly unbalancedRatio?: number;

  /**
   * 99th percentile of the delay of a broker's event loop. Whole milliseconds.
   * @default Duration.millis(200)
   */
  readonly eventLoopLag?: Duration;

  /**
   * Part of its file descriptors that a broker may use.
   * @default 0.8
   */
  readonly fileDescriptorsRatio?: number;

  /**
   * Part of the connection tracking table of a node with a broker that may be used.
   * @default 0.75 - as NodeHighNumberConntrackEntriesUsed in https://github.com/prometheus/node_exporter/blob/master/docs/node-mixin/alerts/alerts.libsonnet
   */
  readonly conntrackRatio?: number;
}

/** Whether and how a cluster raises alerts. */
export class MqttAlerts {
  /** A PrometheusRule (`monitoring.coreos.com/v1`) with one group, `mqtt-<cluster>`. Needs the Prometheus Operator. */
  public static prometheusRule(options: MqttAlertsOptions = {}): MqttAlerts {
    checkOptions('MqttAlerts.prometheusRule', options);
    return new MqttAlerts(options);
  }

  /** No alerts. */
  public static none(): MqttAlerts {
    return new MqttAlerts();
  }

  private constructor(
    /** @internal */
    public readonly _options?: MqttAlertsOptions,
  ) {}
}
