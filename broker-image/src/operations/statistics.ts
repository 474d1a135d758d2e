/** How much the broker holds at one moment. */
export interface BrokerStatistics {
  readonly connections: number;
  readonly sessions: { readonly connected: number; readonly disconnected: number };
  readonly subscriptions: number;
  readonly retainedMessages: number;
  /** What they take in memory, about, and may take at most. */
  readonly retainedBytes: number;
  readonly retainedMaxBytes: number;
  readonly queuedMessages: number;
  readonly queuedBytes: number;
  /** Of shared subscriptions, whose queues are among those above; dropped since the broker started. */
  readonly shared: { readonly count: number; readonly queuedMessages: number; readonly queuedBytes: number; readonly droppedMessages: number };
  readonly storeBytes: number;
}
