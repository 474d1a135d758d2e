import type { Changes } from './changes.js';
import type { Message } from './message.js';
import { QueueEntry, type Queue, type SharedOrigin } from './queue.js';
import { keys, records } from './records.js';

/** Reads what is not in memory. */
export interface EntrySource {
  entry(queue: Queue, sequence: number): QueueEntry | undefined;
  /** In order, from a position on; kept in memory until they are removed, or no longer held. */
  entries(queue: Queue, from: number, limit: number): QueueEntry[];
}

/** What is done with a queue, whoever it belongs to. Every change is noted for the next commit. */
export class Queues {
  /** In all of them. */
  messages = 0;
  bytes = 0;
  /** Those that are still on disk though they ended. */
  readonly ended = new Set<number>();

  constructor(readonly source: EntrySource) {}

  append(queue: Queue, message: Message, changes: Changes, group: number, origin?: SharedOrigin): QueueEntry {
    return this.#add(new QueueEntry(queue, queue.nextSequence++, message, group, origin), message, changes);
  }

  /** Puts a message back to where it was taken from. */
  putBack(queue: Queue, sequence: number, message: Message, changes: Changes, group: number): void {
    // Two entries of one place must not be written by the same commit, or by two in the wrong order.
    const entry = queue.entries.get(sequence) ?? new QueueEntry(queue, sequence, message, group);
    entry.removed = false;
    this.#add(entry, message, changes);
  }

  entry(queue: Queue, sequence: number): QueueEntry | undefined {
    const entry = queue.entries.get(sequence) ?? this.source.entry(queue, sequence);
    if (entry === undefined || entry.removed) return undefined;
    queue.entries.set(sequence, entry);
    return entry;
  }

  remove(entry: QueueEntry, changes: Changes): void {
    this.count(entry.queue, -1, -(entry.message?.size ?? 0));
    this.#forget(entry, changes);
  }

  /** Ends a queue; what is on disk of it is removed later. */
  end(queue: Queue, changes: Changes): void {
    queue.ended = true;
    for (const entry of queue.entries.values()) this.#forget(entry, changes);
    this.count(queue, -queue.queuedMessages, -queue.queuedBytes);
    changes.remove(keys.progress(queue.number));
    changes.put(keys.ended(queue.number), records.ended);
    this.ended.add(queue.number);
  }

  count(queue: Queue, messages: number, bytes: number): void {
    queue.queuedMessages += messages;
    queue.queuedBytes += bytes;
    this.messages += messages;
    this.bytes += bytes;
  }

  #add(entry: QueueEntry, message: Message, changes: Changes): QueueEntry {
    this.count(entry.queue, 1, message.size);
    entry.message = message;
    entry.queue.entries.set(entry.sequence, entry);
    changes.entry(entry);
    return entry;
  }

  #forget(entry: QueueEntry, changes: Changes): void {
    entry.removed = true;
    // Kept until its removal is on disk, so that nobody reads it from there again.
    changes.entry(entry);
  }
}
