import { type Load, resolveLoad } from '../../../lib/scaling/capacity/load';
import type { MqttCapacityOptions } from '../../../lib/scaling/mqtt-capacity-options';

/** A load with numbers that are easy to reckon with: 1 KiB, QoS 0, TCP, no sessions, unless a test says otherwise. */
export function load(options: Partial<MqttCapacityOptions> = {}): Load {
  return resolveLoad({ clients: 1000, publishesPerSecond: 1000, qos1Share: 0, persistentShare: 0, tlsShare: 0, ...options });
}
