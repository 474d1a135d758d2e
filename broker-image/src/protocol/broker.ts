import type { Duplex } from 'node:stream';
import type { PeerCertificate } from 'node:tls';
import type { AccessControl } from '../access/access-control.js';
import type { BrokerObserver } from '../operations/observer.js';
import type { Store } from '../store/index.js';

export interface BrokerOptions {
  readonly name: string;
  readonly store: Store;
  readonly access: AccessControl;
  readonly observer: BrokerObserver;
  /** Longest keepalive accepted; a longer one, or 0 (off), is refused. @default - no limit */
  readonly maxKeepaliveSeconds?: number;
  readonly limits: {
    readonly maxConnections?: number;
    readonly maxPacketBytes: number;
    readonly maxTopicLevels: number;
    readonly maxSubscriptionsPerClient: number;
    readonly connectTimeoutSeconds: number;
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

export interface BrokerStatistics {
  readonly connections: number;
  readonly sessions: { readonly connected: number; readonly disconnected: number };
  readonly subscriptions: number;
  readonly retainedMessages: number;
  readonly queuedMessages: number;
  readonly queuedBytes: number;
  readonly storeBytes: number;
}

export class Broker {
  static async start(_options: BrokerOptions): Promise<Broker> {
    throw new Error('the broker is not built yet');
  }

  accept(_connection: Connection): void {}

  get connectedClients(): number {
    return 0;
  }

  statistics(): BrokerStatistics {
    throw new Error('the broker is not built yet');
  }

  async drain(_options: { readonly connectionsPerSecond: number }): Promise<void> {}

  async close(): Promise<void> {}

  publishSystem(_topic: string, _payload: string): void {}
}
