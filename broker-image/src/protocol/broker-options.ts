import type { Duplex } from 'node:stream';
import type { PeerCertificate } from 'node:tls';
import type { SharedLimits } from './limits/connection-limits.js';
import type { PublishLimits } from './limits/publish-rate.js';
import type { AccessControl } from '../access/access-control.js';
import type { BrokerObserver } from '../operations/observer.js';
import type { Journal, Store } from '../store/index.js';

export interface BrokerOptions {
  readonly name: string;
  /** The broker closes it with itself. */
  readonly store: Store;
  /** The way of operations into the store; the broker ends it with itself. @default - straight */
  readonly journal?: Journal;
  readonly access: AccessControl;
  readonly observer: BrokerObserver;
  /** Longest keepalive accepted; a longer one, or 0 (off), is refused with CONNACK 5. @default - no limit */
  readonly maxKeepaliveSeconds?: number;
  readonly limits: SharedLimits & PublishLimits & {
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
