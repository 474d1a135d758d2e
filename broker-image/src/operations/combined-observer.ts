import type { ClientIdentity } from '../access/access-control.js';
import type { LogObserver } from './log-observer.js';
import type { Metrics } from './metrics.js';
import type { BrokerObserver, CloseReason, DropReason, Qos, RefusalReason, SubscribeDenialReason, ThrottleReason } from './observer.js';

type OpenedDetails = Parameters<BrokerObserver['connectionOpened']>[1];
type RefusedDetails = Parameters<BrokerObserver['connectionRefused']>[0];

/** Tells everything to the metrics, and to the log what a line is worth. */
export class CombinedObserver implements BrokerObserver {
  constructor(
    private readonly counting: Metrics,
    private readonly logging: LogObserver,
  ) {}

  connectionOpened(client: ClientIdentity, details: OpenedDetails): void {
    this.counting.connectionOpened(client);
    this.logging.connectionOpened(client, details);
  }

  connectionClosed(client: ClientIdentity, reason: CloseReason, error?: Error): void {
    this.counting.connectionClosed(client, reason);
    this.logging.connectionClosed(client, reason, error);
  }

  connectionRefused(details: RefusedDetails, reason: RefusalReason, error?: Error): void {
    this.counting.connectionRefused(reason);
    this.logging.connectionRefused(details, reason, error);
  }

  messageReceived(qos: Qos, bytes: number): void {
    this.counting.messageReceived(qos, bytes);
  }

  messageSent(qos: Qos, bytes: number): void {
    this.counting.messageSent(qos, bytes);
  }

  messageDropped(reason: DropReason, count: number, clientId: string): void {
    this.counting.messageDropped(reason, count);
    this.logging.messageDropped(reason, count, clientId);
  }

  publishDenied(client: ClientIdentity, topic: string): void {
    this.counting.publishDenied();
    this.logging.publishDenied(client, topic);
  }

  subscribeDenied(client: ClientIdentity, filter: string | undefined, reason: SubscribeDenialReason, count: number): void {
    this.counting.subscribeDenied(reason, count);
    this.logging.subscribeDenied(client, filter, reason, count);
  }

  retainRefused(client: ClientIdentity, topic: string): void {
    this.counting.retainRefused();
    this.logging.retainRefused(client, topic);
  }

  publishThrottled(client: ClientIdentity, reason: ThrottleReason): void {
    this.counting.publishThrottled(reason);
    this.logging.publishThrottled(client, reason);
  }

  storeCommitted(operations: number, seconds: number): void {
    this.counting.storeCommitted(operations, seconds);
  }

  storeFailed(error: Error): void {
    this.counting.storeFailed();
    this.logging.storeFailed(error);
  }

  storeRecovered(): void {
    this.logging.storeRecovered();
  }
}
