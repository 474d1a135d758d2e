import type { Message } from './message.js';
import type { Qos } from '../operations/observer.js';

/**
 * Everything that can happen to the durable state, and all that is needed to apply it: the same operations in the same order give the
 * same state, byte for byte. So no clock and no random number is read while one is applied; `time` is milliseconds since the epoch, decided by who submits it.
 */
export type Operation =
  | OpenSession
  | CloseSession
  | Subscribe
  | QueueRetained
  | Unsubscribe
  | Publish
  | Acknowledge
  | Receive
  | Release
  | Recover
  | Expel
  | Adopt
  | Expire;

/** One connection of a client. No two have the same, in the whole cluster and for ever. */
export interface ConnectionId {
  /** Name of the broker that holds it; empty for a broker that stands alone. */
  readonly broker: string;
  /** Tells the runs of a broker apart; above 0. */
  readonly incarnation: number;
  readonly number: number;
}

/** What a session may hold, and how long it outlives its connection. */
export interface SessionLimits {
  /** 0 keeps it for ever. */
  readonly expirySeconds: number;
  readonly maxQueuedMessages: number;
  readonly maxQueuedBytes: number;
}

/**
 * A client connected: from now on the client id belongs to this connection, and what comes from an earlier one is ignored, as far as it could do harm. If that one still had
 * it, its will is published. Clean: what was stored under the id is gone. Not clean: its session goes on, or begins.
 */
export interface OpenSession {
  readonly kind: 'open';
  readonly time: number;
  readonly clientId: string;
  readonly connection: ConnectionId;
  readonly clean: boolean;
  readonly limits: SessionLimits;
  readonly will?: Message;
}

/** A connection ended, and with it its will: published, or after DISCONNECT discarded. */
export interface CloseSession {
  readonly kind: 'close';
  readonly time: number;
  readonly clientId: string;
  readonly connection: ConnectionId;
  readonly discardWill: boolean;
  /** Queue position up to which PUBLISH packets were sent, so that the next ones of these carry DUP. */
  readonly sentUpTo: number;
}

export interface GrantedSubscription {
  readonly filter: string;
  readonly qos: Qos;
  /** The retained messages come with operations of their own: there are more than one operation, or the queue, should take at once. */
  readonly retainedLater?: true;
}

/**
 * Grants subscriptions, replacing those with the same filter, and queues the retained messages that they match (QoS above 0). With a filter `$share/{ShareName}/{filter}` the session becomes
 * a member of a shared subscription. Of a clean session, only those are here.
 */
export interface Subscribe {
  readonly kind: 'subscribe';
  readonly time: number;
  readonly clientId: string;
  readonly connection: ConnectionId;
  readonly subscriptions: readonly GrantedSubscription[];
}

/**
 * Queues retained messages for a subscription that they were left out of, those of these topics. Until the last of them are queued the subscription remembers that it is not complete, so that it
 * is begun again after a crash.
 */
export interface QueueRetained {
  readonly kind: 'queue-retained';
  readonly time: number;
  readonly clientId: string;
  readonly connection: ConnectionId;
  readonly filter: string;
  readonly topics: readonly string[];
  /** There are no more. */
  readonly last: boolean;
}

export interface Unsubscribe {
  readonly kind: 'unsubscribe';
  readonly time: number;
  readonly clientId: string;
  readonly connection: ConnectionId;
  readonly filters: readonly string[];
}

/**
 * An application message with all its effects at once: into the queue of every persistent session that it matches (QoS above 0), to one member of every shared subscription,
 * into the retained messages, and the mark that a QoS 2 packet was received. One that was received before is not published again.
 */
export interface Publish {
  readonly kind: 'publish';
  readonly time: number;
  readonly message: Message;
  /** QoS 2 from a persistent session: its packet is now known, so that a repetition is not published again. */
  readonly received?: ReceivedPacket;
}

export interface ReceivedPacket {
  readonly clientId: string;
  readonly connection: ConnectionId;
  readonly packetId: number;
}

/** The client has the message: PUBACK (QoS 1) or PUBCOMP (QoS 2). */
export interface Acknowledge {
  readonly kind: 'acknowledge';
  readonly time: number;
  readonly clientId: string;
  /** Of a clean session: positions in its queue begin anew with each connection. */
  readonly connection?: ConnectionId;
  readonly sequence: number;
}

/** The client answered a QoS 2 PUBLISH with PUBREC: from now on PUBREL is what is repeated. */
export interface Receive {
  readonly kind: 'receive';
  readonly time: number;
  readonly clientId: string;
  readonly connection: ConnectionId;
  readonly sequence: number;
}

/** PUBREL arrived: the packet id of an incoming QoS 2 message is free again. */
export interface Release {
  readonly kind: 'release';
  readonly time: number;
  readonly clientId: string;
  readonly connection: ConnectionId;
  readonly packetId: number;
}

/** A broker started: whoever was connected to an earlier run of it no longer is, and their wills are published. What those runs still submit is ignored like what comes from connections that ended. */
export interface Recover {
  readonly kind: 'recover';
  readonly time: number;
  readonly broker: string;
  readonly incarnation: number;
}

/** A run of a broker is gone, as another broker found: the same as its recovery, without a new run. */
export interface Expel {
  readonly kind: 'expel';
  readonly time: number;
  readonly broker: string;
  readonly incarnation: number;
}

/** First in a replicated log: the state begins with that of a store from before the log, which has this id. Who does not have it needs a snapshot. */
export interface Adopt {
  readonly kind: 'adopt';
  readonly time: number;
  readonly content: string;
}

/** Sessions that have been disconnected for longer than their limit end. */
export interface Expire {
  readonly kind: 'expire';
  readonly time: number;
}
