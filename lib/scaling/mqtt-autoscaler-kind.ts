import type { Duration } from 'cdk8s';

/** Options of a ScaledObject. */
export interface MqttKedaOptions {
  /** URL of the Prometheus server that scrapes the brokers, as KEDA reaches it, for example `http://prometheus-operated.monitoring.svc:9090`. */
  readonly prometheusUrl: string;

  /**
   * How often KEDA looks, in whole seconds.
   * @default Duration.seconds(30), KEDA's own (https://keda.sh/docs/latest/reference/scaledobject-spec/#pollinginterval)
   */
  readonly pollingInterval?: Duration;

  /**
   * Name of a TriggerAuthentication in the namespace of the cluster, for a Prometheus server that asks who is there.
   * @default - none
   */
  readonly triggerAuthentication?: string;
}

/** Which controller scales the brokers. */
export class MqttAutoscalerKind {
  /** A HorizontalPodAutoscaler (`autoscaling/v2`), which Kubernetes itself runs. */
  public static horizontalPodAutoscaler(): MqttAutoscalerKind {
    return new MqttAutoscalerKind();
  }

  /** A ScaledObject (`keda.sh/v1alpha1`) of KEDA, which asks Prometheus for the connections and needs no adapter. */
  public static keda(options: MqttKedaOptions): MqttAutoscalerKind {
    return new MqttAutoscalerKind(options);
  }

  private constructor(
    /** Options of a ScaledObject; not set for a HorizontalPodAutoscaler. */
    public readonly kedaOptions?: MqttKedaOptions,
  ) {}
}
