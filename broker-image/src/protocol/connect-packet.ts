import { PacketError, PacketType, readString, type Cursor } from './packets.js';
import type { Qos } from '../operations/observer.js';

/** What a client asks for as long as it is connected. */
export interface ConnectRequest {
  readonly clientId: string;
  readonly clean: boolean;
  readonly keepaliveSeconds: number;
  /** 3: MQTT 3.1, 4: MQTT 3.1.1. */
  readonly protocolVersion: number;
}

/** CONNECT of MQTT 3.1 or 3.1.1, as the client sent it. */
export interface ConnectPacket extends ConnectRequest {
  readonly will?: { readonly topic: string; readonly payload: Buffer; readonly qos: Qos; readonly retain: boolean };
  readonly username?: string;
  readonly password?: Buffer;
}

const NAME = 'the CONNECT';

/** @throws PacketError */
export function readConnect(bytes: Buffer, start: number, body: number, end: number): ConnectPacket {
  // [MQTT-2.2.2-2]: the flags of the fixed header are zero
  if (bytes[start] !== PacketType.connect << 4) throw new PacketError('the CONNECT is malformed');
  const cursor: Cursor = { at: body };
  readString(NAME, bytes, cursor, end); // the name of the protocol, which was looked at before
  if (cursor.at + 4 > end) throw new PacketError('the CONNECT is cut off');
  // The upper bit marks a bridge.
  const protocolVersion = bytes[cursor.at]! & 0x7f;
  const flags = bytes[cursor.at + 1]!;
  const keepaliveSeconds = (bytes[cursor.at + 2]! << 8) | bytes[cursor.at + 3]!;
  cursor.at += 4;
  checkFlags(flags);
  const clientId = readString(NAME, bytes, cursor, end);
  const will = (flags & 0x04) === 0 ? undefined : {
    topic: readString(NAME, bytes, cursor, end),
    payload: readBytes(bytes, cursor, end),
    qos: ((flags >> 3) & 0x03) as Qos,
    retain: (flags & 0x20) !== 0,
  };
  const username = (flags & 0x80) === 0 ? undefined : readString(NAME, bytes, cursor, end);
  const password = (flags & 0x40) === 0 ? undefined : readBytes(bytes, cursor, end);
  if (cursor.at !== end) throw new PacketError('the CONNECT has bytes behind its last field');
  return {
    clientId, clean: (flags & 0x02) !== 0, keepaliveSeconds, protocolVersion,
    ...(will === undefined ? {} : { will }), ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }),
  };
}

function checkFlags(flags: number): void {
  if ((flags & 0x01) !== 0) throw new PacketError('the CONNECT has its reserved flag set'); // [MQTT-3.1.2-3]
  if ((flags & 0x04) === 0 && (flags & 0x38) !== 0) throw new PacketError('the CONNECT has a QoS or retain flag for a will, but no will'); // [MQTT-3.1.2-11, -13, -15]
  if ((flags & 0x18) === 0x18) throw new PacketError('the CONNECT has a will with a QoS that does not exist'); // [MQTT-3.1.2-14]
  if ((flags & 0x80) === 0 && (flags & 0x40) !== 0) throw new PacketError('the CONNECT has a password, but no user name'); // [MQTT-3.1.2-22]
}

/** A copy: it lives longer than the chunk that it came in. */
function readBytes(bytes: Buffer, cursor: Cursor, end: number): Buffer {
  const begin = cursor.at + 2;
  const stop = begin <= end ? begin + ((bytes[cursor.at]! << 8) | bytes[cursor.at + 1]!) : Infinity;
  if (stop > end) throw new PacketError('the CONNECT is cut off');
  cursor.at = stop;
  return Buffer.from(bytes.subarray(begin, stop));
}
