/** A question about the labels of a node. See https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#operators */
export class MqttNodeQuery {
  /** The label has this value. */
  public static is(key: string, value: string): MqttNodeQuery {
    return new MqttNodeQuery(key, 'In', [value]);
  }

  /** The label has one of these values. */
  public static isOneOf(key: string, labelValues: string[]): MqttNodeQuery {
    return new MqttNodeQuery(key, 'In', labelValues);
  }

  /** The label has none of these values, or is not there. */
  public static isNoneOf(key: string, labelValues: string[]): MqttNodeQuery {
    return new MqttNodeQuery(key, 'NotIn', labelValues);
  }

  /** The label is there. */
  public static exists(key: string): MqttNodeQuery {
    return new MqttNodeQuery(key, 'Exists');
  }

  /** The label is not there. */
  public static doesNotExist(key: string): MqttNodeQuery {
    return new MqttNodeQuery(key, 'DoesNotExist');
  }

  private constructor(
    /** Key of the label. */
    public readonly key: string,
    /** Operator as Kubernetes names it. */
    public readonly operator: string,
    /** Values that the operator compares with. */
    public readonly values?: string[],
  ) {}
}

/** Nodes that are liked better than others. */
export interface MqttNodePreference {
  /** What the nodes are like: all of it. */
  readonly queries: MqttNodeQuery[];

  /**
   * How much better, from 1 to 100. To keep away from the cluster's own pods weighs 100, from those of other MQTT clusters 20.
   * @default 50
   */
  readonly weight?: number;
}

/** Nodes that may take the pods, and those that are liked better. */
export interface MqttNodeAffinity {
  /**
   * What a node must be like: all of it, besides `nodeSelector`.
   * @default - any node
   */
  readonly required?: MqttNodeQuery[];

  /**
   * What a node should be like.
   * @default - no preference
   */
  readonly preferred?: MqttNodePreference[];
}
