import type { Duration, Size } from 'cdk8s';
import type { MqttProfile } from '../cluster/mqtt-profile';
import type { ExternalTrafficPolicy } from '../network/external-traffic-policy';

/** The load that a cluster is planned for, at its peak. Shares are numbers from 0 to 1. */
export interface MqttCapacityOptions {
  /** Clients of the whole cluster that are connected at the same time. */
  readonly clients: number;

  /** PUBLISH packets that all clients together send, per second. */
  readonly publishesPerSecond: number;

  /**
   * Clients and absent sessions that get each message, on average.
   * @default 1
   */
  readonly fanOut?: number;

  /**
   * Topic and payload of a message, on average. A quarter of a kibibyte is `Size.kibibytes(0.25)`.
   * @default Size.kibibytes(1)
   */
  readonly messageSize?: Size;

  /**
   * Share of the messages with QoS 1.
   * @default - all that are not QoS 2
   */
  readonly qos1Share?: number;

  /**
   * Share of the messages with QoS 2. What is neither QoS 1 nor QoS 2 is QoS 0.
   * @default 0
   */
  readonly qos2Share?: number;

  /**
   * Share of the clients with a persistent session (`clean session` off), which gets its part of the messages while the client is away.
   * @default 1
   */
  readonly persistentShare?: number;

  /**
   * Share of the persistent sessions that is away at the same time, in the worst outage to survive without a loss.
   * @default 1
   */
  readonly absentShare?: number;

  /**
   * How long that outage lasts: messages of QoS 1 and 2 wait for their sessions meanwhile. Whole seconds.
   * @default Duration.hours(1)
   */
  readonly retention?: Duration;

  /**
   * Retained messages: topics that have one.
   * @default 0
   */
  readonly retainedMessages?: number;

  /**
   * Share of the connections that carry TLS, ended by the broker.
   * @default 1
   */
  readonly tlsShare?: number;

  /**
   * What the Service in front of the brokers does with traffic. Decides how many conntrack entries and source ports a connection takes.
   * @default ExternalTrafficPolicy.LOCAL
   */
  readonly trafficPolicy?: ExternalTrafficPolicy;

  /**
   * CPU cores of the nodes, from which kube-proxy computes the size of their conntrack tables.
   * @default - not known: the plan says how many would do
   */
  readonly nodeCores?: number;

  /**
   * Number of brokers, where it is fixed.
   * @default - as few as carry the load while one of them is out, but never fewer than the profile has
   */
  readonly replicas?: number;

  /**
   * Profile of the cluster: the plan never goes below its defaults and settings, and takes the drain rate and the shutdown delay from it.
   * @default MqttProfile.production()
   */
  readonly profile?: MqttProfile;
}
