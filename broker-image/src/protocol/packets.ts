import { decodeString } from './topics.js';
import type { Qos } from '../operations/observer.js';

/** Control packet types, in the upper half of the first byte [MQTT 3.1.1, 2.2.1]. */
export const PacketType = {
  connect: 1,
  connack: 2,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  suback: 9,
  unsubscribe: 10,
  unsuback: 11,
  pingreq: 12,
  pingresp: 13,
  disconnect: 14,
} as const;

export class PacketError extends Error {
  override readonly name = 'PacketError';
}

export interface SubscribePacket {
  readonly packetId: number;
  readonly subscriptions: ReadonlyArray<{ readonly filter: string; readonly qos: Qos }>;
  /** Filters beyond the most that one packet may have: they are there, and were not looked at. */
  readonly beyond: number;
}

export interface UnsubscribePacket {
  readonly packetId: number;
  readonly filters: readonly string[];
}

/** The packet id of PUBACK, PUBREC, PUBREL and PUBCOMP. @throws PacketError */
export function readAcknowledgement(bytes: Buffer, start: number, body: number, end: number): number {
  // [MQTT-2.2.2-1]: PUBREL has flags 0010, the others 0000
  const flags = bytes[start]! >> 4 === PacketType.pubrel ? 0x02 : 0x00;
  if ((bytes[start]! & 0x0f) !== flags || end - body !== 2) throw new PacketError('an acknowledgement packet is malformed');
  return readPacketId(bytes, body);
}

/** One packet has room for a filter in every four bytes: more than `maxFilters` are counted, and cost no more than that. @throws PacketError */
export function readSubscribe(bytes: Buffer, start: number, body: number, end: number, maxFilters: number): SubscribePacket {
  const cursor = readListHeader('a SUBSCRIBE', bytes, start, body, end);
  const subscriptions: Array<{ filter: string; qos: Qos }> = [];
  let beyond = 0;
  while (cursor.at < end) {
    const looked = subscriptions.length < maxFilters;
    const filter = looked ? readString('a SUBSCRIBE', bytes, cursor, end) : '';
    if (!looked) cursor.at = endOfString('a SUBSCRIBE', bytes, cursor, end);
    const qos = cursor.at < end ? bytes[cursor.at++]! : 3;
    if (qos > 2) throw new PacketError('a SUBSCRIBE asks for a QoS that does not exist'); // [MQTT-3.8.3-4]
    if (looked) subscriptions.push({ filter, qos: qos as Qos });
    else beyond++;
  }
  return { packetId: cursor.packetId, subscriptions, beyond };
}

/** UNSUBACK cannot say that a filter was passed over, so there must not be more than `maxFilters`. @throws PacketError */
export function readUnsubscribe(bytes: Buffer, start: number, body: number, end: number, maxFilters: number): UnsubscribePacket {
  const cursor = readListHeader('an UNSUBSCRIBE', bytes, start, body, end);
  const filters: string[] = [];
  while (cursor.at < end) {
    if (filters.length === maxFilters) throw new PacketError(`an UNSUBSCRIBE has more than ${maxFilters} topic filters, the most subscriptions that a client may have`);
    filters.push(readString('an UNSUBSCRIBE', bytes, cursor, end));
  }
  return { packetId: cursor.packetId, filters };
}

function readListHeader(name: string, bytes: Buffer, start: number, body: number, end: number): { at: number; packetId: number } {
  // [MQTT-3.8.1-1, 3.10.1-1] flags 0010; [MQTT-3.8.3-3, 3.10.3-2] at least one filter
  if ((bytes[start]! & 0x0f) !== 0x02 || end - body < 3) throw new PacketError(`${name} is malformed`);
  return { at: body + 2, packetId: readPacketId(bytes, body) };
}

function readPacketId(bytes: Buffer, at: number): number {
  const packetId = (bytes[at]! << 8) | bytes[at + 1]!;
  if (packetId === 0) throw new PacketError('a packet id is 0'); // [MQTT-2.3.1-1]
  return packetId;
}

/** How far a packet was read. */
export interface Cursor {
  at: number;
}

/** `name` is that of the packet, for the error. @throws PacketError */
export function readString(name: string, bytes: Buffer, cursor: Cursor, end: number): string {
  const begin = cursor.at + 2;
  const stop = endOfString(name, bytes, cursor, end);
  cursor.at = stop;
  const string = decodeString(bytes.subarray(begin, stop));
  if (string === undefined) throw new PacketError(`a string in ${name} is not valid UTF-8`);
  return string;
}

function endOfString(name: string, bytes: Buffer, { at }: Cursor, end: number): number {
  const stop = at + 2 <= end ? at + 2 + ((bytes[at]! << 8) | bytes[at + 1]!) : Infinity;
  if (stop > end) throw new PacketError(`${name} is cut off`);
  return stop;
}

/** SUBACK's return code for a subscription that was not granted [MQTT 3.1.1, 3.9.3]. */
export const SUBSCRIBE_FAILURE = 0x80;

/** `failures`: how many more return codes there are, all of which are failures. */
export function subackPacket(packetId: number, codes: readonly number[], failures: number): Buffer {
  const length: number[] = [];
  let rest = 2 + codes.length + failures;
  do length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
  while ((rest >>>= 7) > 0);
  return Buffer.concat([Buffer.from([PacketType.suback << 4, ...length, packetId >>> 8, packetId & 0xff, ...codes]), Buffer.alloc(failures, SUBSCRIBE_FAILURE)]);
}

/** What the first bytes of a CONNECT say about the protocol; undefined if they are no CONNECT of any version. */
export function readProtocolLevel(bytes: Buffer, body: number, end: number): number | undefined {
  if (end - body < 7) return undefined;
  const length = (bytes[body]! << 8) | bytes[body + 1]!;
  const level = body + 2 + length;
  if (level >= end) return undefined;
  const name = bytes.toString('latin1', body + 2, level);
  if (name !== 'MQTT' && name !== 'MQIsdp') return undefined;
  // The upper bit marks a bridge.
  return bytes[level]! & 0x7f;
}

/** CONNACK of MQTT 5 with reason 0x84, Unsupported Protocol Version: what a client that can speak 3.1.1 falls back on. */
export const CONNACK_UNSUPPORTED_V5 = Buffer.of(PacketType.connack << 4, 3, 0, 0x84, 0);

export const ConnectReturnCode = {
  accepted: 0,
  unacceptableProtocolVersion: 1,
  identifierRejected: 2,
  serverUnavailable: 3,
  badUserNameOrPassword: 4,
  notAuthorized: 5,
} as const;

export const connackRefusal = (returnCode: number): Buffer => Buffer.of(PacketType.connack << 4, 2, 0, returnCode);

export const CONNACK_ACCEPTED = Buffer.of(PacketType.connack << 4, 2, 0, ConnectReturnCode.accepted);
/** Accepted, and the session of last time goes on. */
export const CONNACK_RESUMED = Buffer.of(PacketType.connack << 4, 2, 1, ConnectReturnCode.accepted);
export const PINGRESP = Buffer.of(PacketType.pingresp << 4, 0);

/** PINGREQ and DISCONNECT: nothing but their type [MQTT-3.14.1-1]. @throws PacketError */
export function checkEmpty(name: string, bytes: Buffer, start: number, body: number, end: number): void {
  if ((bytes[start]! & 0x0f) !== 0 || end !== body) throw new PacketError(`${name} is malformed`);
}
