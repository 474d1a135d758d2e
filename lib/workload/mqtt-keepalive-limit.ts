import type { Duration } from 'cdk8s';

/** The longest MQTT keepalive that clients may ask for. */
export class MqttKeepaliveLimit {
  /**
   * Clients that ask for more, or for none at all (0), are refused at CONNECT: a load balancer would cut them silently while they think they are connected.
   * MQTT 3.1.1 has no way to tell them the limit; the broker's log does.
   *
   * @param limit whole seconds, from 1 to 65,535 (MQTT 3.1.1 §3.1.2.10)
   */
  public static of(limit: Duration): MqttKeepaliveLimit {
    return new MqttKeepaliveLimit(limit);
  }

  /** Clients may ask for any keepalive, or for none. Behind a load balancer with an idle timeout this is an error (MQTT-KEEPALIVE-001) unless TCP keepalive helps. */
  public static none(): MqttKeepaliveLimit {
    return new MqttKeepaliveLimit();
  }

  private constructor(
    /** The limit; not set where there is none. */
    public readonly limit?: Duration,
  ) {}
}
