import { page, type PageRequest } from './paging.js';
import { encodePosition } from './parameters.js';
import type { Broker } from '../protocol/index.js';
import type { SharedQueue } from '../store/index.js';

/** Shared subscriptions in the order of their filters, with what waits with each. */
export async function listSharedSubscriptions(broker: Broker, { prefix = '' }: { readonly prefix?: string | undefined }, request: PageRequest): Promise<object> {
  const { items, next } = await page(broker.options.store.sharedSubscriptions, { key: ({ filter }) => filter, wanted: ({ filter }) => filter.startsWith(prefix) }, request);
  return { sharedSubscriptions: items.map(summary), next: encodePosition(next) };
}

function summary({ filter, members, queuedMessages, queuedBytes, droppedMessages }: SharedQueue): object {
  return { filter, members: members.length, connectedMembers: members.filter(({ session }) => session.connected).length, queuedMessages, queuedBytes, droppedMessages };
}
