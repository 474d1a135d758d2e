import type { BrokerObserver } from '../operations/observer.js';

export interface StoreOptions {
  /** Folder of the database; created if missing. */
  readonly directory: string;
  /** Size at which the store counts as full. */
  readonly maxBytes: number;
  readonly observer?: Pick<BrokerObserver, 'storeCommitted' | 'storeFailed' | 'storeRecovered'>;
}

export class Store {
  static async open(_options: StoreOptions): Promise<Store> {
    throw new Error('the store is not built yet');
  }

  /** Whether new messages can be made durable now; readiness follows it. */
  get writable(): boolean {
    return false;
  }

  async close(): Promise<void> {}
}
