/** How much the broker holds at one moment. */
export interface BrokerStatistics {
  readonly connections: number;
  readonly sessions: { readonly connected: number; readonly disconnected: number };
  readonly subscriptions: number;
  readonly retainedMessages: number;
  readonly queuedMessages: number;
  readonly queuedBytes: number;
  readonly storeBytes: number;
}
