import type { Duration } from 'cdk8s';

/** What a taint does to pods that do not tolerate it. */
export enum MqttTaintEffect {
  /** They are not scheduled to the node. */
  NO_SCHEDULE = 'NoSchedule',
  /** They are scheduled elsewhere if possible. */
  PREFER_NO_SCHEDULE = 'PreferNoSchedule',
  /** They are not scheduled to the node, and those that run there are evicted. */
  NO_EXECUTE = 'NoExecute',
}

/** A taint of nodes that the pods put up with. A toleration lets pods in; what brings them there is a label (`nodeSelector`, `dedicatedNodes`). */
export interface MqttToleration {
  /**
   * Key of the taint.
   * @default - every taint
   */
  readonly key?: string;

  /**
   * Value of the taint.
   * @default - every value
   */
  readonly value?: string;

  /**
   * Effect of the taint.
   * @default - every effect
   */
  readonly effect?: MqttTaintEffect;

  /**
   * How long a pod stays on a node that gets the taint, in whole seconds; with the effect `NO_EXECUTE` only. For `node.kubernetes.io/unreachable` and `not-ready`
   * Kubernetes adds 300 seconds by itself.
   * @default - for ever
   */
  readonly tolerateFor?: Duration;
}

/** Nodes that take brokers and nothing else: they have a taint that keeps others out, and a label that brings the brokers there, with the same key and value. */
export interface MqttDedicatedNodes {
  /**
   * Key of the taint and the label.
   * @default dedicated
   */
  readonly key?: string;

  /** Value of the taint and the label. */
  readonly value: string;
}
