import type { Duplex } from 'node:stream';
import type { PeerCertificate } from 'node:tls';
import type { SharedLimits } from './limits/connection-limits.js';
import type { PublishLimits } from './limits/publish-rate.js';
import type { RetentionLimits } from './limits/retention-limit.js';
import type { AccessControl } from '../access/access-control.js';
import type { BrokerObserver, Qos } from '../operations/observer.js';
import type { Journal, Store } from '../store/index.js';

/** The other brokers of a cluster: who of them wants what, and messages to them that have no part in the log. */
export interface OtherBrokers {
  /** A client of this broker subscribed; a persistent session with QoS above 0 counts as stored. Resolves when the others send what matches. */
  announce(filter: string, kind: 'live' | 'stored'): Promise<void>;
  /** Takes one announcement back. */
  withdraw(filter: string, kind: 'live' | 'stored'): void;
  /** Whether another broker has a client for the topic. */
  interested(topic: string): boolean;
  /** Whether one of these has a persistent session, of which this broker may not have learned from the log yet. */
  storedInterest(topic: string): boolean;
  /** Above QoS 0 the answer resolves when they have it, or are gone; undefined: there was nothing to wait for. */
  publish(topic: string, packet: Uint8Array, qos: Qos): Promise<void> | undefined;
  /** So much waits for a broker that has clients for the topic that nothing should be added to it. */
  crowded(topic: string): boolean;
  /** Whether all that have clients for the topic have applied the log up to this position, as far as they told. */
  haveApplied(position: number, topic: string): boolean;
  /** Whether one of these is so far behind the log that waiting for it is no use. */
  isLate(topic: string): boolean;
  /** Whether this broker does what one of them has to do. */
  readonly first: boolean;
}

export interface BrokerOptions {
  readonly name: string;
  /** The broker closes it with itself. */
  readonly store: Store;
  /** The way of operations into the store; the broker ends it with itself. @default - straight */
  readonly journal?: Journal;
  /** @default - this broker stands alone */
  readonly others?: OtherBrokers;
  readonly access: AccessControl;
  readonly observer: BrokerObserver;
  /** Longest keepalive accepted; a longer one, or 0 (off), is refused with CONNACK 5. @default - no limit */
  readonly maxKeepaliveSeconds?: number;
  readonly limits: SharedLimits & PublishLimits & RetentionLimits & {
    /** @default - no limit */
    readonly maxConnections?: number;
    readonly maxPacketBytes: number;
    readonly maxTopicLevels: number;
    readonly maxSubscriptionsPerClient: number;
    readonly connectTimeoutSeconds: number;
    /** How long a client that more than half of `maxOutboundBytes` waits for may take to read any of it, before it is disconnected. @default 60 */
    readonly slowConsumerSeconds?: number;
    /** Bytes that wait in memory for one client at most: above half of it QoS 0 is dropped and queues wait, above all of it the client is disconnected. @default - twice maxPacketBytes, at least 2 MiB */
    readonly maxOutboundBytes?: number;
    /** PUBLISH packets with QoS above 0 that one client may have unanswered. @default 1024 */
    readonly maxInFlight?: number;
    /**
     * Bytes of the messages with QoS above 0 that are in memory for one client: sent and unanswered, or next. Of a persistent session the others wait on disk, of a clean one they are dropped.
     * @default - twice maxPacketBytes, at least 4 MiB
     */
    readonly maxBufferedBytes?: number;
  };
  readonly session: {
    /** 0 keeps disconnected sessions for ever. */
    readonly expirySeconds: number;
    readonly maxQueuedMessages: number;
    readonly maxQueuedBytes: number;
  };
}

/** A stream that a listener accepted. */
export interface Connection {
  /** A net.Socket, a TLSSocket, or the stream of a WebSocket. */
  readonly stream: Duplex;
  readonly listener: string;
  readonly remoteAddress: string;
  readonly certificate?: PeerCertificate;
}
