import { KERNEL_TCP_KEEPALIVE, MQTT_KEEPALIVE, TCP_KEEPALIVE_SYSCTLS } from './facts';
import type { BrokerWorkload } from '../../rules/model/broker-workload';

/** What the broker and the kernel of its pods do about silent clients. Seconds; infinite where nothing happens. */
export interface BrokerTimers {
  /** The longest keepalive that the broker accepts. */
  readonly keepalive: number;
  /** When the broker disconnects a client with that keepalive. */
  readonly disconnects: number;
  /** TCP keepalive of the pods. */
  readonly probing: TcpProbing;
}

export interface TcpProbing {
  readonly time: number;
  readonly interval: number;
  readonly probes: number;
  /** Whether the broker asks for it on its sockets, as far as that is known. */
  readonly active: boolean;
  /** What answers the probes in the pod itself, so that they reach no client. */
  readonly answeredBy?: string;
  /** Who chose the numbers. */
  readonly chosenBy: string;
}

const HOST_NETWORK = "the kernel, as far as the manifests show: with hostNetwork the node's own sysctls count";

export function brokerTimers(broker: BrokerWorkload): BrokerTimers {
  // A maximum that nobody knows may be any.
  const keepalive = broker.keepaliveMaximum;
  return { keepalive, disconnects: keepalive * MQTT_KEEPALIVE.factor, probing: tcpProbing(broker) };
}

/** When a peer that does not answer is given up. */
export function detectionSeconds({ active, time, interval, probes }: TcpProbing): number {
  return active ? time + interval * probes : Infinity;
}

function tcpProbing(broker: BrokerWorkload): TcpProbing {
  const set = (name: keyof typeof TCP_KEEPALIVE_SYSCTLS) => broker.pods.networkSysctl(TCP_KEEPALIVE_SYSCTLS[name]);
  const isSet = (Object.keys(TCP_KEEPALIVE_SYSCTLS) as (keyof typeof TCP_KEEPALIVE_SYSCTLS)[]).some((name) => set(name) !== undefined);
  return {
    time: set('time') ?? KERNEL_TCP_KEEPALIVE.time,
    interval: set('interval') ?? KERNEL_TCP_KEEPALIVE.interval,
    probes: set('probes') ?? KERNEL_TCP_KEEPALIVE.probes,
    active: broker.probesIdleConnections,
    answeredBy: broker.meshProxy && `sidecar of ${broker.meshProxy.mesh}`,
    chosenBy: broker.pods.hostNetwork ? HOST_NETWORK : isSet ? "the pod's sysctls" : 'the kernel',
  };
}
