import type { ClientIdentity } from '../access/access-control.js';
import type { Log, LogEvent, LogLevel } from './log.js';
import type { CloseReason, DropReason, RefusalReason, SubscribeDenialReason, ThrottleReason } from './observer.js';

/** Lines of one event that are written within a second: a storm of bad clients must not become a storm of lines. */
const linesPerSecond = 20;

/** Reasons that point at a fault of the network, the client or the broker. */
const abnormalCloses: ReadonlySet<CloseReason> = new Set<CloseReason>(['protocol-error', 'slow-consumer', 'store-failure']);

const denials: Record<SubscribeDenialReason, string> = {
  access: 'the access rules deny this subscription',
  limit: 'the client asks for more subscriptions than it may have (limits.maxSubscriptionsPerClient)',
  filter: 'the filter begins with $share, and is none of a shared subscription',
};

/** Logs what happens in the broker. Never a password, never a payload. */
export class LogObserver {
  private readonly limits = new Map<LogEvent, { second: number; lines: number; suppressed: number }>();

  constructor(
    private readonly log: Log,
    private readonly now: () => number = Date.now,
  ) {}

  connectionOpened(client: ClientIdentity, details: { sessionPresent: boolean; clean: boolean; keepaliveSeconds: number; protocolVersion: number }): void {
    if (this.log.writes('debug')) this.log.write('debug', 'connection.opened', 'client connected', { ...describe(client), ...details });
  }

  connectionClosed(client: ClientIdentity, reason: CloseReason, error?: Error): void {
    if (abnormalCloses.has(reason)) this.limited('info', 'connection.closed', 'client disconnected', { ...describe(client), reason, ...describeError(error) });
    else if (this.log.writes('debug')) this.log.write('debug', 'connection.closed', 'client disconnected', { ...describe(client), reason, ...describeError(error) });
  }

  connectionRefused(details: Partial<ClientIdentity> & { remoteAddress: string; listener: string }, reason: RefusalReason, error?: Error): void {
    this.limited('info', 'connection.refused', 'connection turned away', { ...describe(details), reason, ...describeError(error) });
  }

  messageDropped(reason: DropReason, count: number, clientId: string): void {
    this.limited('warn', 'message.dropped', 'messages dropped', { clientId, reason, count });
  }

  publishDenied(client: ClientIdentity, topic: string): void {
    this.limited('info', 'publish.denied', 'the access rules deny this publish', { ...describe(client), topic });
  }

  subscribeDenied(client: ClientIdentity, filter: string | undefined, reason: SubscribeDenialReason, count: number): void {
    this.limited('info', 'subscribe.denied', denials[reason], { ...describe(client), reason, ...(filter !== undefined && { filter }), ...(count > 1 && { count }) });
  }

  retainRefused(client: ClientIdentity, topic: string): void {
    this.limited('warn', 'retain.refused', 'a message is delivered, but not retained: the retained messages take as much memory as they may (limits.maxRetainedBytes)', { ...describe(client), topic });
  }

  publishThrottled(client: ClientIdentity, reason: ThrottleReason): void {
    this.limited('warn', 'publish.throttled', 'a client publishes faster than it may, and is not read for a while', { ...describe(client), reason });
  }

  storeFailed(error: Error): void {
    this.limited('error', 'store.failed', 'the store cannot write: QoS 1 and 2 messages are not acknowledged until it recovers', { error });
  }

  storeRecovered(): void {
    this.log.write('info', 'store.recovered', 'the store writes again');
  }

  /** Writes the first lines of each second; the next line after that tells how many were left out. */
  private limited(level: LogLevel, event: LogEvent, message: string, details: Record<string, unknown>): void {
    const second = Math.floor(this.now() / 1000);
    let limit = this.limits.get(event);
    if (limit === undefined) this.limits.set(event, (limit = { second, lines: 0, suppressed: 0 }));
    if (limit.second !== second) Object.assign(limit, { second, lines: 0 });
    if (limit.lines >= linesPerSecond) {
      limit.suppressed++;
      return;
    }
    limit.lines++;
    this.log.write(level, event, message, limit.suppressed > 0 ? { ...details, suppressed: limit.suppressed } : details);
    limit.suppressed = 0;
  }
}

function describe({ clientId, username, listener, remoteAddress }: Partial<ClientIdentity>): Record<string, unknown> {
  return { listener, remoteAddress, ...(clientId !== undefined && { clientId }), ...(username !== undefined && { username }) };
}

/** The message is enough: what clients do wrong is no fault of the code, whose stack would fill the log. */
function describeError(error: Error | undefined): { cause?: string } {
  return error === undefined ? {} : { cause: error.message };
}
