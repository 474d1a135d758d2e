import { clientIds, known } from './clients.js';
import { page, type PageRequest } from './paging.js';
import { encodePosition } from './parameters.js';
import { filterMatches, type Broker } from '../protocol/index.js';

interface Subscription {
  readonly clientId: string;
  readonly filter: string;
  readonly qos: number;
}

export interface SubscriptionQuery {
  /** Of this client alone. */
  readonly client?: string | undefined;
  /** With this topic filter, letter by letter. */
  readonly filter?: string | undefined;
  /** That messages on this topic reach. */
  readonly topic?: string | undefined;
}

/** @throws RequestError if nothing is known of the client id */
export async function listSubscriptions(broker: Broker, { client, filter, topic }: SubscriptionQuery, request: PageRequest): Promise<object> {
  if (client !== undefined) known(broker, client);
  const { items, next } = await page(
    client === undefined ? everyones(broker) : of(broker, client),
    // U+0000 is in neither [MQTT-1.5.3-2], and comes before everything.
    {
      key: (subscription) => `${subscription.clientId}\0${subscription.filter}`,
      wanted: (subscription) => (filter === undefined || subscription.filter === filter) && (topic === undefined || filterMatches(subscription.filter, topic)),
    },
    request,
  );
  return { subscriptions: items, next: encodePosition(next) };
}

function* everyones(broker: Broker): Generator<Subscription> {
  for (const clientId of clientIds(broker)) yield* of(broker, clientId);
}

function* of(broker: Broker, clientId: string): Generator<Subscription> {
  const connection = broker.clients.get(clientId)?.describe();
  if (connection !== undefined) for (const [filter, qos] of connection.subscriptions) yield { clientId, filter, qos };
  else for (const [filter, { qos }] of broker.options.store.session(clientId)?.subscriptions ?? []) yield { clientId, filter, qos };
}
