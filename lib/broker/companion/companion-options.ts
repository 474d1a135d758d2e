import type { Duration, Size } from 'cdk8s';
import type { ISecret } from 'cdk8s-plus-27';
import type { MqttFile } from '../../security/mqtt-file';
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
export interface MqttCompanionOptions {
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

  /**
   * Connections of each pod, all listeners together.
   * @default - no limit but the open files of the process
   */
  readonly maxConnections?: number;

  /**
   * Connections of each pod from one address (IPv6: its /64 network). Behind a load balancer that hides the clients' addresses, all of them come from a few: leave it out there.
   * @default - no limit
   */
  readonly maxConnectionsPerAddress?: number;

  /**
   * Connections of each pod with one user name.
   * @default - no limit
   */
  readonly maxConnectionsPerUser?: number;

  /**
   * Messages that one client may publish in a second, and as many at once. A client that sends more is not read for a while: nothing is dropped.
   * @default - no limit
   */
  readonly messagesPerSecond?: number;

  /**
   * Size of the PUBLISH packets that one client may send in a second. A client that sends more is not read for a while: nothing is dropped, but it cannot ping meanwhile, so leave
   * room for the largest packet.
   * @default - no limit
   */
  readonly sizePerSecond?: Size;

  /**
   * Messages with QoS 1 or 2 that one client is sent before it answers; the others wait in its queue.
   * @default 1024
   */
  readonly maxInFlight?: number;

  /**
   * How long a client for which more than half of `maxOutboundSize` waits may take to read any of it before it is disconnected, in whole seconds, at most a day.
   * @default Duration.seconds(60)
   */
  readonly slowConsumerTimeout?: Duration;

  /**
   * What may wait in memory for one client that reads too slowly. Above half of it, messages with QoS 0 for it are dropped, the others stay in its queue, and the client is not read;
   * above all of it, it is disconnected. At least twice `maxPacketSize`.
   * @default - 2 MiB, or twice `maxPacketSize` where that is more
   */
  readonly maxOutboundSize?: Size;

  /**
   * What may be in memory for one client of messages with QoS 1 or 2: sent and not acknowledged, or next. With a persistent session the others wait on the volume (`maxQueuedSize`); with a clean session
   * there is no other place, so new ones are dropped, counted and logged.
   * @default - 4 MiB, or twice `maxPacketSize` where that is more
   */
  readonly maxBufferedSize?: Size;

  /**
   * What the retained messages of all clients together may take in memory; each counts with topic and payload in whole 512 bytes, and 512 more. A message beyond it is delivered, but not retained.
   * @default - a quarter of the container's memory limit, and at most half of the JavaScript heap
   */
  readonly maxRetainedSize?: Size;

  /**
   * Levels of a topic or filter, from 1 to 100.
   * @default 32
   */
  readonly maxTopicLevels?: number;

  /**
   * Subscriptions that one client may hold.
   * @default 1000
   */
  readonly maxSubscriptionsPerClient?: number;

  /**
   * How long a connection may take to send CONNECT, in whole seconds from 1 to 300.
   * @default Duration.seconds(10)
   */
  readonly connectTimeout?: Duration;

  /**
   * An HTTP server in each pod that lists, inspects and disconnects clients and reads retained messages. It listens on the loopback address alone: the way to it
   * is `kubectl port-forward`.
   * @default - off
   */
  readonly admin?: MqttCompanionAdminOptions;
}

/** Options of the administration server. */
export interface MqttCompanionAdminOptions {
  /** The token that every request carries (`Authorization: Bearer …`), in a Secret: 32 characters or more, as `openssl rand -hex 32` makes them. */
  readonly token: MqttFile;

  /**
   * Its port.
   * @default 8081
   */
  readonly port?: number;
}
