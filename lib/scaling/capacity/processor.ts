import { type Load, storedShare } from './load';
import { entriesPerSecond, operationsPerSecond } from './replicated-log';
import { commitsPerSecond } from './store';

/*
 * CPU time of the companion broker. Measured by `bench/broker/run --only capacity` on 2026-11-22, on a machine with nothing else on it: Node.js 24, one broker process, 200 publishers and 200
 * subscribers on the loopback interface, 4,000 messages of 64 bytes a second, CPU time of the process from /proc; what was found is in bench/broker/costs.json. The plan has a quarter more than
 * that: a test holds it between 15 and 60 %.
 *
 * These are the figures of a fleet of many quiet clients. Where few clients send much, packets share system calls and cost a fraction: 0.5 µs at QoS 0 and 1.3 µs at QoS 1, received and delivered (docs/benchmarks.md).
 * A plan by those would fail the quiet fleet; a plan by these is merely roomy for the other. At 1,000 messages a second each takes twice as much, as the event loop is woken for
 * it alone; but then it is idle for most of the time.
 */
const MICROSECOND = 1e-6;

interface Cost {
  /** Seconds for each packet. */
  readonly packet: number;
  /** Seconds for each KiB of topic and payload. */
  readonly kibibyte: number;
}

/** A PUBLISH that is received, QoS 1 with its PUBACK, by nobody subscribed to. 16 KiB instead of 64 bytes give the cost of a KiB. */
const RECEIVE = {
  tcp: { qos0: 32, qos1: 44, kibibyte: 1.1 },
  tls: { qos0: 54, qos1: 86, kibibyte: 2.4 },
};

/** A PUBLISH that is delivered, QoS 1 with its PUBACK: the difference of receiving alone and receiving with delivery. */
const DELIVER = {
  tcp: { qos0: 35, qos1: 27, kibibyte: 1.5 },
  tls: { qos0: 56, qos1: 68, kibibyte: 1.8 },
};

/** Four packets instead of two. `bench/broker/run` finds 1.1 to 1.3 times the CPU time of QoS 1 where few clients send much (docs/benchmarks.md); quiet ones share no system call. */
const QOS2_FACTOR = 2;

/**
 * A group commit of the store and its messages: 177 to 301 µs in the event loop and 166 to 241 µs in other threads, at 4,000 to 250 stored messages a second (`commits` in bench/broker/costs.json). More
 * commits than those of the dearest rate are planned, so that the most of them cost a quarter more than was measured.
 */
const COMMIT = { loop: 230 * MICROSECOND, otherThreads: 250 * MICROSECOND };

/** From the TCP handshake to DISCONNECT, without a password: 88 µs over TCP, 804 µs with a TLS handshake (version 1.3, ECDSA P-256, no session resumed), measured by the same command. */
const CONNECT = { tcp: 120 * MICROSECOND, tls: 1000 * MICROSECOND };

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
