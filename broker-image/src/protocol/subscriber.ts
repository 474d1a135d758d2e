import type { Message } from '../store/index.js';
import type { Qos } from '../operations/observer.js';

/** Who messages go to. */
export interface Subscriber {
  /** A QoS 0 PUBLISH that is complete already. */
  forward(bytes: Buffer, start: number, end: number): void;
  /** A message from a subscription with this QoS. */
  deliver(message: Message, granted: Qos): void;
}
