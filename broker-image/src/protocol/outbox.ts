import { Fifo } from './fifo.js';
import { PacketType } from './packets.js';
import type { PacketWriter } from './packet-writer.js';
import type { RetainedSink } from './retained-delivery.js';
import { QueueEntry, type ConnectionId, type Journal, type Message, type QueueReader, type Session, type Store, type SubmittedOperation } from '../store/index.js';
import type { Qos } from '../operations/observer.js';

/** Entries of a queue on disk that are kept in memory ahead of their delivery. */
const MAX_READ_AHEAD = 1024;
/** Messages that are passed over before everybody else has their turn. */
const MAX_PASSED_OVER = 500;

interface Outgoing {
  readonly sequence: number;
  /** Bytes of the message that count as being in memory. */
  readonly size: number;
  message: Message | undefined;
  released: boolean;
}

export interface OutboxOwner {
  readonly clientId: string;
  readonly writer: PacketWriter;
  /** PUBLISH packets with QoS above 0 that the client may have unanswered. */
  readonly maxInFlight: number;
  /** Bytes of the messages that may be in memory: sent and unanswered, or next. */
  readonly maxBufferedBytes: number;
  sent(qos: Qos, bytes: number): void;
  /** Whether the client may still have what was queued for it on this topic. */
  mayReceive(topic: string): boolean;
  dropped(reason: 'queue-full' | 'not-authorized'): void;
  /** A QoS 0 message. */
  deliverNow(message: Message): void;
  /** Into the journal, as far as that takes it. */
  submit(operation: SubmittedOperation): void;
  storeFailed(error: Error): void;
}

/**
 * Delivers the QoS 1 and 2 messages of one client in order, some of them in flight at a time. The packet id of a message follows from its position in the queue,
 * so it need not be stored, and a message that is sent again after a restart has the same one [MQTT-4.4.0-1].
 */
abstract class Outbox<E extends Outgoing> {
  readonly #inFlight = new Map<number, E>();
  readonly #ready = new Fifo<E>();
  #pumping = false;
  #holds = 0;
  /** Position after the last message that was sent. */
  sentUpTo = 0;
  /** Position up to which the queue may hold what the client may not have any more. */
  protected checkedUpTo = 0;
  /** Of the messages in memory. */
  #bytes = 0;

  constructor(protected readonly owner: OutboxOwner) {}

  /** Messages that were sent and are not acknowledged yet. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** Messages in memory that come next. */
  get waiting(): number {
    return this.#ready.length;
  }

  /** Bytes of the messages in memory, sent or not. */
  protected get bytes(): number {
    return this.#bytes;
  }

  protected add(entry: E): void {
    this.#bytes += entry.size;
    this.#ready.push(entry);
  }

  /** Nothing is sent until `release`. */
  hold(): void {
    this.#holds++;
  }

  release(): void {
    this.#holds--;
    this.pump();
  }

  /** Sends as much as the client's window and its connection take. */
  pump(): void {
    if (this.#pumping || this.#holds > 0) return;
    this.#pumping = true;
    const { maxInFlight, writer } = this.owner;
    let passedOver = 0;
    while (this.#inFlight.size < maxInFlight && !writer.congested) {
      if (this.#ready.length === 0) this.refill();
      const entry = this.#ready.peek();
      if (entry === undefined) break;
      if (entry.sequence < this.checkedUpTo && !this.admits(entry)) {
        if (passedOver++ === MAX_PASSED_OVER) {
          setImmediate(() => this.pump());
          break;
        }
        this.#ready.shift();
        this.#forget(entry);
        this.owner.dropped('not-authorized');
        continue;
      }
      const packetId = (entry.sequence % 65535) + 1;
      // A full turn of packet ids later, the message that has this one is still unanswered.
      if (this.#inFlight.has(packetId) || !this.maySend(entry)) break;
      this.#ready.shift();
      this.#inFlight.set(packetId, entry);
      this.#send(entry, packetId);
    }
    this.#pumping = false;
  }

  acknowledged(packetId: number, type: number): void {
    const entry = this.#inFlight.get(packetId);
    // A late or repeated answer, or one of the wrong kind: there is nothing it could mean.
    if (entry === undefined || (type === PacketType.puback) !== (entry.message?.qos === 1)) return;
    if (type === PacketType.pubcomp && !entry.released) return;
    this.#inFlight.delete(packetId);
    this.#forget(entry);
    this.pump();
  }

  /** PUBREC: the client has the message; it is not sent again. */
  received(packetId: number): void {
    const entry = this.#inFlight.get(packetId);
    if (entry === undefined) {
      // From before this connection, and completed: let the client complete it too.
      this.owner.writer.acknowledge(PacketType.pubrel, packetId);
    } else if (entry.message?.qos !== 1) this.markReceived(entry, packetId);
  }

  #send(entry: E, packetId: number): void {
    const { message, sequence } = entry;
    if (entry.released || message === undefined) {
      this.owner.writer.acknowledge(PacketType.pubrel, packetId);
      return;
    }
    this.owner.writer.publish(message, sequence < this.sentUpTo, packetId);
    if (sequence >= this.sentUpTo) this.sentUpTo = sequence + 1;
    this.owner.sent(message.qos, message.bytes.length);
    this.wasSent(entry);
  }

  #forget(entry: E): void {
    this.#bytes -= entry.size;
    this.forget(entry);
  }

  protected wasSent(_entry: E): void {}

  /** Whether the client may have it. Asked up to `checkedUpTo`. */
  protected admits(_entry: E): boolean {
    return true;
  }

  /** Makes more entries ready, if there are any. */
  protected abstract refill(): void;
  protected abstract maySend(entry: E): boolean;
  protected abstract forget(entry: E): void;
  protected abstract markReceived(entry: E, packetId: number): void;
}

/** Lets QoS 2 messages go once they are durable. Otherwise a crash could bring the publisher to send again what the client has already, or another client to get it, under another packet id. */
class DurabilityGate {
  #waiting = false;

  constructor(
    readonly journal: Journal,
    readonly opened: () => void,
  ) {}

  lets(entry: QueueEntry): boolean {
    if (entry.message?.qos !== 2 || this.journal.isDurable(entry)) return true;
    if (!this.#waiting) {
      this.#waiting = true;
      const settled = () => {
        this.#waiting = false;
        this.opened();
      };
      this.journal.afterCommit({ committed: settled, failed: () => (this.#waiting = false) });
    }
    return false;
  }
}

/** Delivers the queue that the store keeps for a session. */
export class StoredOutbox extends Outbox<QueueEntry> implements QueueReader {
  /** Position from which on the queue has not been looked at. */
  #next = 0;
  /** Whether there are entries from `#next` on that only the store has. */
  #more = true;
  readonly #durable: DurabilityGate;

  constructor(
    owner: OutboxOwner,
    readonly store: Store,
    readonly journal: Journal,
    readonly session: Session,
    readonly connection: ConnectionId,
  ) {
    super(owner);
    this.sentUpTo = session.sentUpTo;
    this.#durable = new DurabilityGate(journal, () => this.pump());
    store.attach(session, this);
  }

  /** What stands before this position in the queue comes from another connection: the client's rights may have changed, or its user. */
  checkUpTo(position: number): void {
    this.checkedUpTo = position;
  }

  enqueued(entry: QueueEntry): boolean {
    if (this.#more || this.waiting >= MAX_READ_AHEAD || this.bytes >= this.owner.maxBufferedBytes) {
      this.#more = true;
      return false;
    }
    this.#next = entry.sequence + 1;
    this.add(entry);
    this.pump();
    return true;
  }

  deliverNow(message: Message): void {
    this.owner.deliverNow(message);
  }

  detach(): void {
    this.hold();
    this.store.detach(this.session, this);
  }

  protected override refill(): void {
    const room = this.owner.maxBufferedBytes - this.bytes;
    if (!this.#more || room <= 0) return;
    const before = this.bytes;
    const entries = this.store.read(this.session, this.#next, MAX_READ_AHEAD / 2, room);
    for (const entry of entries) this.add(entry);
    this.#more = entries.length === MAX_READ_AHEAD / 2 || this.bytes - before >= room;
    if (entries.length > 0) this.#next = entries.at(-1)!.sequence + 1;
  }

  protected override admits({ message }: QueueEntry): boolean {
    return message === undefined || this.owner.mayReceive(message.topic);
  }

  protected override maySend(entry: QueueEntry): boolean {
    return this.#durable.lets(entry);
  }

  protected override forget(entry: QueueEntry): void {
    this.owner.submit({ kind: 'acknowledge', time: Date.now(), clientId: this.owner.clientId, sequence: entry.sequence });
  }

  protected override markReceived(entry: QueueEntry, packetId: number): void {
    if (!entry.released) this.owner.submit({ kind: 'receive', time: Date.now(), clientId: this.owner.clientId, connection: this.connection, sequence: entry.sequence });
    // Once PUBREL is out, the client takes the packet id for a new message: that must not be forgotten.
    this.journal.afterCommit({
      committed: () => this.owner.writer.acknowledge(PacketType.pubrel, packetId),
      failed: (error) => this.owner.storeFailed(error),
    });
  }
}

/** A message that a clean session gets through a shared subscription. */
export interface SharedDelivery {
  readonly entry: QueueEntry;
  readonly journal: Journal;
  sent(): void;
  /** The client has it. */
  done(): void;
}

class TransientEntry implements Outgoing {
  released = false;
  readonly size: number;

  constructor(
    readonly sequence: number,
    public message: Message | undefined,
    /** It came through a shared subscription, and counts for the queue that the store has of it. */
    public shared?: SharedDelivery,
  ) {
    this.size = shared === undefined ? message!.size : 0;
  }
}

/** Delivers the messages of a clean session: they live as long as its connection, apart from those of shared subscriptions. */
export class TransientOutbox extends Outbox<TransientEntry> implements RetainedSink {
  #sequence = 0;
  #durable: DurabilityGate | undefined;
  readonly #maxBytes: number;

  constructor(
    owner: OutboxOwner,
    readonly maxQueuedMessages: number,
  ) {
    super(owner);
    this.#maxBytes = owner.maxBufferedBytes;
  }

  enqueue(message: Message): void {
    if (this.#hasRoom(message.size, this.maxQueuedMessages, this.#maxBytes)) this.#take(message);
    else this.owner.dropped('queue-full');
  }

  /** A message that can come later as well. Half of the room is left for those that cannot. @returns whether it was taken */
  offer(message: Message): boolean {
    const taken = this.#hasRoom(message.size, Math.max(1, this.maxQueuedMessages / 2), this.#maxBytes / 2);
    if (taken) this.#take(message);
    return taken;
  }

  complete(): boolean {
    return true;
  }

  /** The store saw to it that there is room. */
  enqueueShared(delivery: SharedDelivery): void {
    this.#durable ??= new DurabilityGate(delivery.journal, () => this.pump());
    this.add(new TransientEntry(this.#sequence++, delivery.entry.message, delivery));
    this.pump();
  }

  /** A message that is larger than the room is let through alone: otherwise it would never come. */
  #hasRoom(size: number, maxMessages: number, maxBytes: number): boolean {
    return this.waiting < maxMessages && (this.bytes === 0 || this.bytes + size <= maxBytes);
  }

  #take(message: Message): void {
    this.add(new TransientEntry(this.#sequence++, message));
    this.pump();
  }

  protected override refill(): void {}

  protected override maySend({ shared }: TransientEntry): boolean {
    return shared === undefined || this.#durable!.lets(shared.entry);
  }

  protected override wasSent({ shared }: TransientEntry): void {
    shared?.sent();
  }

  protected override forget(entry: TransientEntry): void {
    release(entry);
  }

  protected override markReceived(entry: TransientEntry, packetId: number): void {
    release(entry);
    entry.released = true;
    this.owner.writer.acknowledge(PacketType.pubrel, packetId);
  }
}

function release(entry: TransientEntry): void {
  const { shared } = entry;
  entry.message = undefined;
  entry.shared = undefined;
  shared?.done();
}
