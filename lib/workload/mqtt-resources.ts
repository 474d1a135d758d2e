import type { Size } from 'cdk8s';
import type { Cpu } from 'cdk8s-plus-27';

/** CPU, memory and node-local storage of each pod. A limit that is not set is not emitted. */
export interface MqttResources {
  /**
   * CPU that the scheduler sets aside.
   * @default - not emitted
   */
  readonly cpuRequest?: Cpu;

  /**
   * CPU at which the pod is throttled. A throttled broker misses keepalives: leave it out unless the nodes are shared with strangers.
   * @default - not emitted
   */
  readonly cpuLimit?: Cpu;

  /**
   * Memory that the scheduler sets aside.
   * @default - not emitted
   */
  readonly memoryRequest?: Size;

  /**
   * Memory at which the pod is killed.
   * @default - not emitted
   */
  readonly memoryLimit?: Size;

  /**
   * Storage of the node that the scheduler sets aside for the pod's logs and its writable layer. An ephemeral volume is added to it.
   * @default - not emitted
   */
  readonly ephemeralStorageRequest?: Size;

  /**
   * Logs and writable layer at which the pod is evicted. An ephemeral volume is added to it.
   * @default - not emitted
   */
  readonly ephemeralStorageLimit?: Size;
}
