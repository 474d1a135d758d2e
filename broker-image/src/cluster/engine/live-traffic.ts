import { MatchCache, SubscriptionTree } from '../../store/index.js';
import { decodeAcknowledgement, encodeAcknowledgement, FrameType, RecordKind } from './frames.js';
import { IncomingLink } from './incoming-link.js';
import { LocalInterest, type InterestKind } from './local-interest.js';
import { FULL_BYTES, OutgoingLink } from './outgoing-link.js';
import { GONE_MILLISECONDS, type Peer, type Peers } from './peers.js';
import type { EngineConnection } from './connection.js';
import type { Subscription } from '@nats-io/transport-node';
import type { Qos } from '../../operations/observer.js';

const MAX_TOPICS = 65_536;
/**
 * What may wait for all peers together, in bytes and in messages above QoS 0; each peer has an equal part of it, so that one that does not keep up takes nothing from the others. As much as may wait
 * for the log (`replicated-journal.ts`).
 */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
const MAX_WAITING_MESSAGES = 200_000;
/** Brokers that left and may come back, as when a network is mended. */
const MAX_ABSENT = 1000;

/** In the tree of filters it takes the place of a QoS: the highest of those that match counts. */
const live: Qos = 0;
const stored: Qos = 1;

export interface LiveTrafficStatistics {
  /** QoS 0 messages for peers that do not keep up. */
  readonly dropped: number;
  /** Messages handed to peers, one for each of them. */
  readonly sent: number;
  readonly sentBytes: number;
  readonly received: number;
  readonly receivedBytes: number;
  /** Sessions in which a peer may have lost messages: it was taken for gone, and came back. */
  readonly interrupted: number;
  /** Bytes that peers do not have yet. */
  readonly bufferedBytes: number;
  /** Of the peers, and of this broker. */
  readonly filters: { readonly remote: number; readonly local: number };
}

/** Whoever is told of the messages of the other brokers. The packet is a PUBLISH as its publisher's broker gave it, valid during the call only. */
export type MessageHandler = (packet: Buffer, from: string) => void;

class PeerTraffic {
  /** Its clients' filters. */
  readonly filters = new Map<string, Qos>();
  readonly incoming: IncomingLink;
  outgoing: OutgoingLink | undefined;
  present = false;
  /** Whether all its filters are known. */
  complete = false;
  /** Whether it has begun a session before. */
  known = false;

  constructor(
    readonly incarnation: string,
    makeIncoming: (peer: PeerTraffic) => IncomingLink,
  ) {
    this.incoming = makeIncoming(this);
  }
}

/**
 * Messages between brokers, past the log: each broker tells the others which filters its clients have, and gets what they match, once, however many clients it has for it.
 * All that is written in a turn of the event loop goes to a peer in one NATS message.
 */
export class LiveTraffic {
  readonly #connection: EngineConnection;
  readonly #cluster: string;
  readonly #incarnation: string;
  readonly #interest = new LocalInterest();
  readonly #remote = new SubscriptionTree<PeerTraffic>();
  readonly #targets = new MatchCache(this.#remote, MAX_TOPICS);
  readonly #peers = new Map<string, PeerTraffic>();
  readonly #subscription: Subscription;
  readonly #stopListening: () => void;
  #sessions = 0;
  /** Peers that are there. */
  #links = 0;
  #dropped = 0;
  #sent = 0;
  #sentBytes = 0;
  #received = 0;
  #receivedBytes = 0;
  #interrupted = 0;
  #completeWaiters: Array<() => void> = [];

  /** Told of what the clients of other brokers publish. */
  onMessage: MessageHandler = () => {};

  constructor(connection: EngineConnection, options: { readonly cluster: string; readonly incarnation: string }) {
    this.#connection = connection;
    this.#cluster = options.cluster;
    this.#incarnation = options.incarnation;
    const mine = `${this.#cluster}.live.${this.#incarnation}.`;
    this.#subscription = connection.nats.subscribe(`${mine}*`, {
      callback: (error, { subject, data }) => {
        if (error === null) this.#receive(subject.slice(mine.length), Buffer.from(data.buffer, data.byteOffset, data.byteLength));
      },
    });
    this.#stopListening = connection.onChange((connected) => {
      if (connected) for (const { outgoing } of this.#peers.values()) outgoing?.resend();
    });
  }

  /** Takes the brokers that are there, and follows them. */
  follow(peers: Peers): void {
    peers.onJoin = (peer) => this.join(peer);
    peers.onLeave = (peer) => this.leave(peer);
    for (const peer of peers.list()) this.join(peer);
  }

  join({ incarnation }: Peer): void {
    const peer = this.#peers.get(incarnation) ?? new PeerTraffic(incarnation, (owner) => this.#incomingLinkOf(owner));
    // Last in the order of those that may be forgotten.
    this.#peers.delete(incarnation);
    this.#peers.set(incarnation, peer);
    peer.present = true;
    if (peer.outgoing === undefined) this.#links++;
    for (const [filter, kind] of peer.filters) this.#remote.add(filter, peer, kind);
    const subject = `${this.#cluster}.live.${incarnation}.${this.#incarnation}`;
    peer.outgoing = new OutgoingLink(++this.#sessions, (frame) => {
      // Without a connection the frame is not lost: it is sent again once there is one.
      if (this.#connection.connected) this.#connection.nats.publish(subject, frame);
    });
    peer.outgoing.write(RecordKind.interestBegins, noBytes);
    for (const filter of this.#interest.filters()) this.#tell(peer.outgoing, filter);
    peer.outgoing.write(RecordKind.interestComplete, noBytes);
  }

  leave({ incarnation }: Peer): void {
    const peer = this.#peers.get(incarnation);
    if (peer === undefined) return;
    peer.present = false;
    if (peer.outgoing !== undefined) this.#links--;
    peer.outgoing?.close();
    peer.outgoing = undefined;
    for (const filter of peer.filters.keys()) this.#remote.remove(filter, peer);
    this.#wakeComplete();
    const absent = [...this.#peers.values()].filter((each) => !each.present);
    for (const each of absent.slice(0, -MAX_ABSENT)) this.#peers.delete(each.incarnation);
  }

  /** Resolves when the filters of all brokers that are there are known: before that, messages would miss some of them. */
  complete(): Promise<void> {
    if (this.#isComplete()) return Promise.resolve();
    return new Promise((resolve) => this.#completeWaiters.push(resolve));
  }

  /**
   * A client of this broker subscribed. Resolves when every broker that is there sends what matches, so that SUBACK can wait for it; at the latest when one that does
   * not answer would count as gone.
   */
  announce(filter: string, kind: InterestKind): Promise<void> {
    if (this.#interest.add(filter, kind)) this.#tellAll(filter);
    const links = [...this.#peers.values()].flatMap(({ outgoing }) => outgoing ?? []);
    if (links.length === 0) return Promise.resolve();
    const taken = Promise.all(links.map((link) => link.taken()));
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, GONE_MILLISECONDS).unref();
      void taken.then(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Takes one announcement back. */
  withdraw(filter: string, kind: InterestKind): void {
    if (this.#interest.remove(filter, kind)) this.#tellAll(filter);
  }

  /** Whether another broker has a client for the topic. */
  interested(topic: string): boolean {
    return this.#targets.of(topic).length > 0;
  }

  /** Whether one of these clients has a persistent session. */
  storedInterest(topic: string): boolean {
    return this.#targets.of(topic).some(([, kind]) => kind === stored);
  }

  /** Incarnations of the brokers that have clients for the topic. */
  interestedPeers(topic: string): string[] {
    return this.#targets.of(topic).map(([{ incarnation }]) => incarnation);
  }

  /** Whether one of these is so slow that nothing above QoS 0 should be added to what waits for it. */
  crowded(topic: string): boolean {
    const bytes = Math.max(FULL_BYTES, MAX_WAITING_BYTES / this.#links);
    const messages = MAX_WAITING_MESSAGES / this.#links;
    return this.#targets.of(topic).some(([{ outgoing }]) => outgoing !== undefined && (outgoing.bufferedBytes >= bytes || outgoing.waiting >= messages));
  }

  /**
   * Sends a message to the brokers that have clients for it. QoS 0 is dropped, and counted, for those that do not keep up. Above QoS 0 it is always taken, and arrives once if both
   * brokers live; the answer resolves when they have it, or are gone: it must not be acknowledged before. Whoever publishes asks `crowded` first.
   */
  publish(topic: string, packet: Uint8Array, qos: Qos): Promise<void> | undefined {
    let wait: Promise<void>[] | undefined;
    for (const [{ outgoing }] of this.#targets.of(topic)) {
      if (outgoing === undefined) continue;
      if (qos === 0 && outgoing.full) {
        this.#dropped++;
        continue;
      }
      outgoing.write(RecordKind.message, packet);
      this.#sent++;
      this.#sentBytes += packet.length;
      if (qos > 0) (wait ??= []).push(outgoing.taken());
    }
    return wait?.length === 1 ? wait[0] : wait && Promise.all(wait).then(() => undefined);
  }

  statistics(): LiveTrafficStatistics {
    let bufferedBytes = 0;
    for (const { outgoing } of this.#peers.values()) bufferedBytes += outgoing?.bufferedBytes ?? 0;
    return { dropped: this.#dropped, sent: this.#sent, sentBytes: this.#sentBytes, received: this.#received, receivedBytes: this.#receivedBytes, interrupted: this.#interrupted, bufferedBytes, filters: { remote: this.#remote.size, local: this.#interest.size } };
  }

  /** Resolves when every peer has what was sent so far, or is gone. */
  async flushed(): Promise<void> {
    await Promise.all([...this.#peers.values()].map(({ outgoing }) => outgoing?.taken()));
  }

  close(): void {
    this.#stopListening();
    if (!this.#connection.nats.isClosed()) this.#subscription.unsubscribe();
    for (const { outgoing } of this.#peers.values()) outgoing?.close();
    this.#peers.clear();
    this.#wakeComplete();
  }

  #receive(incarnation: string, frame: Buffer): void {
    const peer = this.#peers.get(incarnation);
    // It is heard of within a second, and sends again what was not acknowledged.
    if (peer === undefined || !peer.present) return;
    if (frame[0] === FrameType.data) peer.incoming.receive(frame);
    else if (frame[0] === FrameType.acknowledgement) peer.outgoing?.acknowledge(decodeAcknowledgement(frame));
  }

  #incomingLinkOf(peer: PeerTraffic): IncomingLink {
    const subject = `${this.#cluster}.live.${peer.incarnation}.${this.#incarnation}`;
    return new IncomingLink({
      sessionBegins: () => {
        peer.complete = false;
        if (peer.known) this.#interrupted++;
        peer.known = true;
      },
      record: (kind, bytes) => this.#record(peer, kind, bytes),
      acknowledge: (acknowledgement) => {
        if (this.#connection.connected) this.#connection.nats.publish(subject, encodeAcknowledgement(acknowledgement));
      },
    });
  }

  #record(peer: PeerTraffic, kind: number, bytes: Buffer): void {
    switch (kind) {
      case RecordKind.message:
        this.#received++;
        this.#receivedBytes += bytes.length;
        this.onMessage(bytes, peer.incarnation);
        return;
      case RecordKind.interest:
      case RecordKind.storedInterest:
        return this.#remember(peer, bytes.toString(), kind === RecordKind.storedInterest ? stored : live);
      case RecordKind.noInterest:
        return this.#forget(peer, bytes.toString());
      case RecordKind.interestBegins:
        for (const filter of [...peer.filters.keys()]) this.#forget(peer, filter);
        return;
      case RecordKind.interestComplete:
        peer.complete = true;
        this.#wakeComplete();
        return;
      default:
      // Of a newer broker, which knows that older ones leave it out.
    }
  }

  #remember(peer: PeerTraffic, filter: string, kind: Qos): void {
    peer.filters.set(filter, kind);
    if (peer.present) this.#remote.add(filter, peer, kind);
  }

  #forget(peer: PeerTraffic, filter: string): void {
    peer.filters.delete(filter);
    this.#remote.remove(filter, peer);
  }

  #tellAll(filter: string): void {
    for (const { outgoing } of this.#peers.values()) if (outgoing !== undefined) this.#tell(outgoing, filter);
  }

  #tell(link: OutgoingLink, filter: string): void {
    const state = this.#interest.state(filter);
    link.write(state === undefined ? RecordKind.noInterest : state === 'stored' ? RecordKind.storedInterest : RecordKind.interest, Buffer.from(filter));
  }

  #isComplete(): boolean {
    return [...this.#peers.values()].every((peer) => !peer.present || peer.complete);
  }

  #wakeComplete(): void {
    if (!this.#isComplete()) return;
    for (const resolve of this.#completeWaiters.splice(0)) resolve();
  }
}

const noBytes = Buffer.alloc(0);
