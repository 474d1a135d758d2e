import { type Load, storedShare } from './load';
import { entriesPerSecond, operationsPerSecond } from './replicated-log';
import { commitsPerSecond } from './store';

/*
 * CPU time of the companion broker. Measured on 2026-11-21: Node.js 20.20, one broker process, 200 publishers and 200 subscribers on the loopback interface,
 * 64 bytes, at fixed rates of 1,000 to 4,000 messages a second, CPU time of the process from /proc. Other work ran on the machine: count on ±50 %.
 *
 * These are the figures of a fleet of many quiet clients. Where few clients send much, packets share system calls and cost a fraction: 3.8 µs for QoS 0 and
 * 7.4 µs for QoS 1, received and delivered, was measured for a saturated prototype (1.5 times the deliveries of mosquitto 2.0.11 on the same core). A plan by
 * those would fail the quiet fleet; a plan by these is merely roomy for the other.
 */
const MICROSECOND = 1e-6;

interface Cost {
  /** Seconds for each packet. */
  readonly packet: number;
  /** Seconds for each KiB of topic and payload. */
  readonly kibibyte: number;
}

/** A PUBLISH that is received, QoS 1 with its PUBACK: 23 and 35 µs over TCP, 30 µs for QoS 0 over TLS. 16 KiB instead of 64 bytes: 3.4 and 9.7 µs a KiB more. */
const RECEIVE = {
  tcp: { qos0: 23, qos1: 35, kibibyte: 3.4 },
  tls: { qos0: 30, qos1: 42, kibibyte: 9.7 },
};

/** A PUBLISH that is delivered, QoS 1 with its PUBACK: the difference of receiving alone and receiving with delivery. */
const DELIVER = {
  tcp: { qos0: 10, qos1: 19, kibibyte: 0.8 },
  tls: { qos0: 51, qos1: 85, kibibyte: 1.3 },
};

/** Four packets instead of two. An engine that stored both made half as many messages of QoS 2 a second as of QoS 1 (24 to 47.5 thousand). */
const QOS2_FACTOR = 2;

/** A group commit of the store, whatever is in it: 0.44 to 0.68 ms at 250 to 4,000 stored messages a second, three fifths of it in the event loop. */
const COMMIT = { loop: 360 * MICROSECOND, otherThreads: 240 * MICROSECOND };

/** From the TCP handshake to CONNACK: 0.61 ms over TCP, 1.6 to 2.2 ms with a TLS handshake (ECDSA P-256, no session resumed). */
const CONNECT = { tcp: 650 * MICROSECOND, tls: 2000 * MICROSECOND };

/**
 * To apply what is in the replicated log, for each operation and for each entry, whatever is in it. Measured by `bench/cluster/run brokers` on 2026-11-21, at a broker that has
 * neither the publisher nor the subscriber: 4.4 µs for a message to one session, which is two operations, and 151 µs for an entry (`logged.other` and `entry.pod` in
 * bench/cluster/costs.json; docs/benchmarks.md). It is the time of all threads, counted for the event loop.
 */
const APPLY = { operation: 2.2 * MICROSECOND, entry: 151 * MICROSECOND };

/**
 * Share of the event loop that the load may take while one pod is out. The rest is for reconnecting clients, garbage collection and bursts: latency
 * rises without bound as a loop fills up.
 */
export const LOOP_SHARE = 0.5;

/** CPU time that the event loop spends on this share of the messages, in seconds a second: 1 is all that it has. */
export function loopCores(load: Load, share: number): number {
  const publishes = load.publishesPerSecond * share;
  return publishes * secondsOf(RECEIVE, load) + publishes * load.fanOut * secondsOf(DELIVER, load)
    + commitsPerSecond(load, storedShare(load, share)) * COMMIT.loop + applyCores(load);
}

/** CPU time that the event loop spends on the replicated log. Every pod applies all of it, wherever the clients are. */
function applyCores(load: Load): number {
  return load.replicated ? operationsPerSecond(load) * APPLY.operation + entriesPerSecond(load) * APPLY.entry : 0;
}

/** CPU time that the threads of the store spend on this share of the messages, in seconds a second. */
export function storeCores(load: Load, share: number): number {
  return commitsPerSecond(load, storedShare(load, share)) * COMMIT.otherThreads;
}

/** CPU time that the event loop spends on clients that connect at this rate, in seconds a second. */
export function connectCores(load: Load, connectionsPerSecond: number): number {
  return connectionsPerSecond * (load.tlsShare * CONNECT.tls + (1 - load.tlsShare) * CONNECT.tcp);
}

function secondsOf(costs: typeof RECEIVE, load: Load): number {
  const tls = average(costs.tls, load);
  const tcp = average(costs.tcp, load);
  const kibibytes = load.messageBytes / 1024;
  const seconds = ({ packet, kibibyte }: Cost) => packet + kibibyte * kibibytes;
  return load.tlsShare * seconds(tls) + (1 - load.tlsShare) * seconds(tcp);
}

function average(cost: { qos0: number; qos1: number; kibibyte: number }, { qos0Share, qos1Share, qos2Share }: Load): Cost {
  const packet = qos0Share * cost.qos0 + qos1Share * cost.qos1 + qos2Share * cost.qos1 * QOS2_FACTOR;
  return { packet: packet * MICROSECOND, kibibyte: cost.kibibyte * MICROSECOND };
}
