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
  | Unsubscribe
  | Publish
  | Acknowledge
  | Receive
  | Release
  | Recover
  | Expire;

/** What a session may hold, and how long it outlives its connection. */
export interface SessionLimits {
  /** 0 keeps it for ever. */
  readonly expirySeconds: number;
  readonly maxQueuedMessages: number;
  readonly maxQueuedBytes: number;
}

/** A client connected. Clean: what was stored under its id is gone. Not clean: its session goes on, or begins. */
export interface OpenSession {
  readonly kind: 'open';
  readonly time: number;
  readonly clientId: string;
  readonly clean: boolean;
  readonly limits: SessionLimits;
  readonly will?: Message;
}

/** A connection ended. */
export interface CloseSession {
  readonly kind: 'close';
  readonly time: number;
  readonly clientId: string;
  /** After DISCONNECT the will is deleted; a will that is published is deleted by its `publish`. */
  readonly discardWill: boolean;
  /** Queue position up to which PUBLISH packets were sent, so that the next ones of these carry DUP. */
  readonly sentUpTo: number;
}

/** Grants subscriptions, replacing those with the same filter, and queues the retained messages that they match (QoS above 0). */
export interface Subscribe {
  readonly kind: 'subscribe';
  readonly time: number;
  readonly clientId: string;
  readonly subscriptions: ReadonlyArray<{ readonly filter: string; readonly qos: Qos }>;
}

export interface Unsubscribe {
  readonly kind: 'unsubscribe';
  readonly time: number;
  readonly clientId: string;
  readonly filters: readonly string[];
}

/**
 * An application message with all its effects at once: into the queue of every persistent session that it matches (QoS above 0),
 * into the retained messages, the mark that a QoS 2 packet was received, and the end of the will that it was.
 */
export interface Publish {
  readonly kind: 'publish';
  readonly time: number;
  readonly message: Message;
  /** QoS 2 from a persistent session: its packet is now known, so that a repetition is not published again. */
  readonly received?: { readonly clientId: string; readonly packetId: number };
  /** The message is the will of this client. */
  readonly willOf?: string;
}

/** The client has the message: PUBACK (QoS 1) or PUBCOMP (QoS 2). */
export interface Acknowledge {
  readonly kind: 'acknowledge';
  readonly time: number;
  readonly clientId: string;
  readonly sequence: number;
}

/** The client answered a QoS 2 PUBLISH with PUBREC: from now on PUBREL is what is repeated. */
export interface Receive {
  readonly kind: 'receive';
  readonly time: number;
  readonly clientId: string;
  readonly sequence: number;
}

/** PUBREL arrived: the packet id of an incoming QoS 2 message is free again. */
export interface Release {
  readonly kind: 'release';
  readonly time: number;
  readonly clientId: string;
  readonly packetId: number;
}

/** The broker started: whoever was connected to it no longer is. */
export interface Recover {
  readonly kind: 'recover';
  readonly time: number;
}

/** Sessions that have been disconnected for longer than their limit end. */
export interface Expire {
  readonly kind: 'expire';
  readonly time: number;
}
