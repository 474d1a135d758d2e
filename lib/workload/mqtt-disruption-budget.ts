import { checkOptions } from '../manifest/options';

/** When a pod that is not ready may be evicted. */
export enum MqttUnhealthyPodEviction {
  /** Always: a broker that is broken anyway does not block the drain of its node. */
  ALWAYS_ALLOW = 'AlwaysAllow',
  /** Only while enough others are healthy. */
  IF_HEALTHY_BUDGET = 'IfHealthyBudget',
}

/** Options of a disruption budget. */
export interface MqttDisruptionBudgetOptions {
  /**
   * When a pod that is not ready may be evicted.
   * @default MqttUnhealthyPodEviction.ALWAYS_ALLOW
   */
  readonly unhealthyPodEviction?: MqttUnhealthyPodEviction;
}

/** How many pods may be evicted at the same time, by drains of nodes for example. It does not limit rolling updates of the StatefulSet: those stop one pod after the other. */
export class MqttDisruptionBudget {
  /** So many pods. */
  public static maxUnavailablePods(pods: number, options: MqttDisruptionBudgetOptions = {}): MqttDisruptionBudget {
    checkOptions('MqttDisruptionBudget.maxUnavailablePods', options);
    return new MqttDisruptionBudget(pods, undefined, options.unhealthyPodEviction);
  }

  /** So many percent of the pods, from 1 to 100, rounded up to whole pods: 20 percent of 3 are 1. */
  public static maxUnavailablePercent(percent: number, options: MqttDisruptionBudgetOptions = {}): MqttDisruptionBudget {
    checkOptions('MqttDisruptionBudget.maxUnavailablePercent', options);
    return new MqttDisruptionBudget(undefined, percent, options.unhealthyPodEviction);
  }

  /** No PodDisruptionBudget: all pods may be evicted at once. */
  public static none(): MqttDisruptionBudget {
    return new MqttDisruptionBudget();
  }

  private constructor(
    /** Number of pods; not set where percents count, or nothing. */
    public readonly pods?: number,
    /** Percents of the pods; not set where their number counts, or nothing. */
    public readonly percent?: number,
    /** When a pod that is not ready may be evicted. */
    public readonly unhealthyPodEviction: MqttUnhealthyPodEviction = MqttUnhealthyPodEviction.ALWAYS_ALLOW,
  ) {}
}
