import { Duration } from 'cdk8s';
import { checkOptions } from '../manifest/options';

/** The three numbers of TCP keepalive, see `man 7 tcp`. */
export interface MqttTcpKeepaliveOptions {
  /**
   * How long a connection is idle before the first probe (`net.ipv4.tcp_keepalive_time`), in whole seconds.
   * @default Duration.seconds(120)
   */
  readonly time?: Duration;

  /**
   * Time between probes that are not answered (`net.ipv4.tcp_keepalive_intvl`), in whole seconds.
   * @default Duration.seconds(30)
   */
  readonly interval?: Duration;

  /**
   * Probes without an answer after which the connection is dropped (`net.ipv4.tcp_keepalive_probes`).
   * @default 4
   */
  readonly probes?: number;
}

/**
 * TCP keepalive of the pods' network namespace. The kernel's own defaults find a dead peer after more than two hours, and values set on the node do not
 * reach the pods: a new network namespace begins with the kernel's constants.
 */
export class MqttTcpKeepalive {
  /**
   * Pod-level sysctls. They are safe (need no permission of the kubelet) since Kubernetes 1.29
   * (https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/#safe-and-unsafe-sysctls), and an error for an older target.
   *
   * With the defaults a dead peer is found after 120 + 30 × 4 = 240 seconds, and a probe passes every known passthrough load balancer before its idle timeout.
   */
  public static of(options: MqttTcpKeepaliveOptions = {}): MqttTcpKeepalive {
    checkOptions('MqttTcpKeepalive.of', options);
    return new MqttTcpKeepalive(options.time ?? Duration.seconds(120), options.interval ?? Duration.seconds(30), options.probes ?? 4);
  }

  /** The kernel's constants: 7200 s, 75 s, 9 probes. */
  public static kernelDefaults(): MqttTcpKeepalive {
    return new MqttTcpKeepalive();
  }

  private constructor(
    /** Idle time before the first probe; not set for the kernel's constants. */
    public readonly time?: Duration,
    /** Time between probes; not set for the kernel's constants. */
    public readonly interval?: Duration,
    /** Number of probes; not set for the kernel's constants. */
    public readonly probes?: number,
  ) {}
}
