import type { Duplex } from 'node:stream';
import type { PeerCertificate } from 'node:tls';

/** A connection that is ready to speak MQTT. */
export interface Connection {
  readonly stream: Duplex;
  /** Name of the listener that accepted it. */
  readonly listener: string;
  readonly remoteAddress: string;
  /** The client's certificate, when it presented a valid one. */
  readonly certificate?: PeerCertificate;
}

/** Why a listener turned a connection away before it could speak MQTT. */
export type TurnAwayReason = 'connection-limit' | 'connection-rate' | 'connect-timeout' | 'tls' | 'websocket' | 'proxy-protocol';

/** Where a listener brings its connections. */
export interface ConnectionSink {
  accept(connection: Connection): void;
  turnedAway(details: { readonly listener: string; readonly remoteAddress: string }, reason: TurnAwayReason, error?: Error): void;
}
