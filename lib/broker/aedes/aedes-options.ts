import type { Size } from 'cdk8s';
import type { ISecret } from 'cdk8s-plus-27';
import type { MqttImagePullPolicy } from '../../workload/mqtt-image-pull-policy';

/** Least severity that the broker logs. */
export enum MqttLogLevel {
  /** Everything. */
  DEBUG = 'debug',
  /** Starts, stops, connections. */
  INFO = 'info',
  /** What somebody should look at. */
  WARN = 'warn',
  /** What is broken. */
  ERROR = 'error',
}

export { MqttImagePullPolicy } from '../../workload/mqtt-image-pull-policy';

/** Options of the companion broker. */
export interface MqttAedesOptions {
  /**
   * Image of the broker, built from `broker-image/` of this library's repository. Name it by digest to pin it.
   * @default - `cdk8s-mqtt/broker` in the version of this library
   */
  readonly image?: string;

  /**
   * When the kubelet pulls the image.
   * @default MqttImagePullPolicy.IF_NOT_PRESENT
   */
  readonly imagePullPolicy?: MqttImagePullPolicy;

  /**
   * Secrets with the credentials of the image's registry.
   * @default - none
   */
  readonly imagePullSecrets?: ISecret[];

  /**
   * Least severity that is logged.
   * @default MqttLogLevel.INFO
   */
  readonly logLevel?: MqttLogLevel;

  /**
   * Largest MQTT packet that is accepted. The protocol's own limit is 268,435,460 bytes (MQTT 3.1.1 §2.2.3).
   * @default - 1 MiB
   */
  readonly maxPacketSize?: Size;

  /**
   * Messages that one session may have waiting; beyond it new ones are dropped, counted and logged.
   * @default 100000
   */
  readonly maxQueuedMessages?: number;

  /**
   * Topics and payloads that one session may have waiting.
   * @default - 100 MiB
   */
  readonly maxQueuedSize?: Size;
}
