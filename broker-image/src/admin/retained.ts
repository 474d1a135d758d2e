import { isUtf8 } from 'node:buffer';
import { RequestError } from './request-error.js';
import { page, type PageRequest } from './paging.js';
import { encodePosition } from './parameters.js';
import { filterMatches, filterProblem, topicProblem, type Broker } from '../protocol/index.js';
import { Message } from '../store/index.js';

/** Longest part of a payload that is shown. */
const MAX_PAYLOAD_BYTES = 1024 * 1024;

/** @throws RequestError if the filter cannot be */
export async function listRetained(broker: Broker, filter: string, request: PageRequest): Promise<object> {
  const problem = filterProblem(filter, broker.options.limits.maxTopicLevels);
  if (problem !== undefined) throw new RequestError(400, `filter: ${problem}`);
  const { items, next } = await page(broker.retained(around(filter)), { key: ({ topic }) => topic, wanted: ({ topic }) => filterMatches(filter, topic) }, request);
  return { retained: items.map(describe), next: encodePosition(next) };
}

/** @throws RequestError if there is none */
export function readRetained(broker: Broker, topic: string): object {
  const message = find(broker, topic);
  const payload = message.payload.subarray(0, MAX_PAYLOAD_BYTES);
  const complete = payload.length === message.payload.length;
  return { ...describe(message), payloadBase64: payload.toString('base64'), ...(complete ? { payloadText: isUtf8(payload) ? payload.toString() : null } : { truncatedAt: MAX_PAYLOAD_BYTES }) };
}

/**
 * Durably. Clients that subscribed before are told nothing: to them a retained message is one like any other.
 * @throws RequestError if there is none
 */
export async function deleteRetained(broker: Broker, topic: string): Promise<void> {
  if (topic.startsWith('$SYS/')) throw new RequestError(409, 'topics below $SYS belong to the broker, which publishes them again');
  find(broker, topic);
  const { journal } = broker;
  journal.submit({ kind: 'publish', time: Date.now(), message: Message.create(topic, Buffer.alloc(0), 0, true) });
  await new Promise<void>((resolve, reject) => journal.afterCommit({ committed: resolve, failed: reject }));
}

/** The least filter that every step through the retained messages has something to show for, so that none takes long. */
function around(filter: string): string {
  return filter.startsWith('$') ? `${filter.split('/', 1)[0]!}/#` : '#';
}

function find(broker: Broker, topic: string): Message {
  const problem = topicProblem(topic, broker.options.limits.maxTopicLevels);
  if (problem !== undefined) throw new RequestError(400, `the topic cannot be: ${problem}`);
  // A topic is a filter that matches itself alone.
  for (const message of broker.retained(topic)) return message;
  throw new RequestError(404, `no message is retained on the topic ${JSON.stringify(topic)}`);
}

const describe = ({ topic, qos, payload }: Message): object => ({ topic, qos, payloadBytes: payload.length });
