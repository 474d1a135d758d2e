import type { ClientIdentity } from '../access/access-control.js';

export type Qos = 0 | 1 | 2;

/** Why a client was turned away before it was connected. */
export const refusalReasons = [
  'anonymous', 'bad-credentials', 'token-expired', 'too-many-failures', 'unavailable', 'protocol-version', 'client-id', 'keepalive', 'connection-limit', 'address-limit', 'user-limit', 'connection-rate', 'connect-timeout', 'malformed', 'draining',
  'tls', 'websocket', 'proxy-protocol',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** Why a connected client is no longer connected. */
export const closeReasons = ['client', 'keepalive', 'takeover', 'protocol-error', 'slow-consumer', 'network', 'drain', 'rebalance', 'store-failure', 'admin', 'token-expired'] as const;
export type CloseReason = (typeof closeReasons)[number];

/** Why a message did not reach a client that subscribed to it. */
export const dropReasons = ['queue-full', 'slow-consumer', 'not-authorized', 'expired-session'] as const;
export type DropReason = (typeof dropReasons)[number];

/** Why a subscription was not granted: the access rules, too many, or a filter that begins like a shared subscription and is none. */
export const subscribeDenialReasons = ['access', 'limit', 'filter'] as const;
export type SubscribeDenialReason = (typeof subscribeDenialReasons)[number];

/** Of what a client published more than it may. */
export const throttleReasons = ['messages', 'bytes'] as const;
export type ThrottleReason = (typeof throttleReasons)[number];

/** What happens in the broker, told to metrics and logs. Called on the hot path: implementations must be cheap and must not throw. */
export interface BrokerObserver {
  connectionOpened(client: ClientIdentity, details: { sessionPresent: boolean; clean: boolean; keepaliveSeconds: number; protocolVersion: number }): void;
  connectionClosed(client: ClientIdentity, reason: CloseReason, error?: Error): void;
  connectionRefused(details: Partial<ClientIdentity> & { remoteAddress: string; listener: string }, reason: RefusalReason, error?: Error): void;
  messageReceived(qos: Qos, bytes: number): void;
  messageSent(qos: Qos, bytes: number): void;
  messageDropped(reason: DropReason, count: number, clientId: string): void;
  publishDenied(client: ClientIdentity, topic: string): void;
  /** `filter`: the first of them, if there are several at once; undefined if nobody looked at them. */
  subscribeDenied(client: ClientIdentity, filter: string | undefined, reason: SubscribeDenialReason, count: number): void;
  /** There is no room for one more retained message, so it is delivered only. */
  retainRefused(client: ClientIdentity, topic: string): void;
  /** A client publishes too fast and is not read for a while: told once a second at most for each client. */
  publishThrottled(client: ClientIdentity, reason: ThrottleReason): void;
  /** A group commit of the store, synced to disk: how many operations it carried and how long it took. */
  storeCommitted(operations: number, seconds: number): void;
  /** The store refused or lost a write: until `storeRecovered`, no QoS 1 or 2 message is acknowledged. */
  storeFailed(error: Error): void;
  storeRecovered(): void;
}
