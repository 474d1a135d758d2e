import { scaledWorkload, type ScaledWorkload } from './scaled-workload';
import { scalingBehavior } from './scaling-behavior';
import type { IMqttCluster } from '../../network/mqtt-cluster-reference';
import type { MqttAutoscalerKind } from '../mqtt-autoscaler-kind';
import type { MqttAutoscalerProps, MqttScaleDown } from '../mqtt-autoscaler-props';
import { MqttScalingMetric } from '../mqtt-scaling-metric';

/** Share of the planned connections at which one more broker is started. */
const CONNECTIONS_SHARE = 0.8;
const CPU_UTILIZATION = 70;

/** What was asked for, with every default resolved. */
export interface Scaling {
  readonly cluster: IMqttCluster;
  readonly kind: MqttAutoscalerKind;
  readonly metrics: MqttScalingMetric[];
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly scaleDown: MqttScaleDown;
}

/** The default of `MqttAutoscalerProps.metrics`. */
export function metricsOf({ metrics }: MqttAutoscalerProps): MqttScalingMetric[] {
  return metrics ?? [MqttScalingMetric.connections(), MqttScalingMetric.cpu()];
}

/** The numbers of an autoscaler, from the workload as it will be applied. */
export class ScalingTargets {
  private readonly workload: ScaledWorkload;

  constructor(private readonly scaling: Scaling) {
    this.workload = scaledWorkload(scaling.cluster);
  }

  public get behavior() {
    return scalingBehavior(this.scaling.scaleDown, this.workload);
  }

  /** Connections of each pod; not set where they do not matter. */
  public get connections(): number | undefined {
    const metric = this.metric('connections');
    return metric && (metric.target ?? Math.ceil(this.workload.connectionsPerPod! * CONNECTIONS_SHARE));
  }

  /** Percent of the CPU request; not set where it does not matter. */
  public get cpuUtilization(): number | undefined {
    const metric = this.metric('cpu');
    return metric && (metric.target ?? CPU_UTILIZATION);
  }

  /** The container whose CPU counts: a sidecar's would blur it. Not set where the workload has none that is known. */
  public get cpuContainer(): string | undefined {
    return this.workload.containerName;
  }

  private metric(name: string): MqttScalingMetric | undefined {
    return this.scaling.metrics.find((metric) => metric.name === name);
  }
}
