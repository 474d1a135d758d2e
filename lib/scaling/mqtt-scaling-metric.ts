/** What an autoscaler looks at. */
export class MqttScalingMetric {
  /**
   * Clients that are connected, as the brokers count them. The number that is full first in a fleet of quiet clients.
   *
   * With a HorizontalPodAutoscaler it needs an adapter that serves the brokers' metric in the API `custom.metrics.k8s.io`; KEDA asks Prometheus itself.
   * See docs/scaling.md for both.
   *
   * @param perPod average of all pods above which one more is started.
   * Default: four fifths of the connections that each pod is planned for, so that the new one is ready before the others are full.
   */
  public static connections(perPod?: number): MqttScalingMetric {
    return new MqttScalingMetric('connections', perPod);
  }

  /**
   * CPU of the broker. A broker is one process with one event loop: more than one core does not help it, more pods do.
   *
   * @param utilization average of all pods, in percent of the CPU request, above which one more is started: from 1 to 100. Default: 70, which leaves
   * room for the clients of a pod that stops.
   */
  public static cpu(utilization?: number): MqttScalingMetric {
    return new MqttScalingMetric('cpu', utilization);
  }

  private constructor(
    /** `connections` or `cpu`. */
    public readonly name: string,
    /** Connections of each pod, or percent of the CPU request; the default where it is not set. */
    public readonly target?: number,
  ) {}
}
