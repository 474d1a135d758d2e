import { createServer, STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocketServer, type WebSocket } from 'ws';

export interface WebSocketLayerOptions {
  readonly path: string;
  /** Origins of the web pages that may connect; undefined: every one. */
  readonly allowedOrigins: readonly string[] | undefined;
  readonly maxPacketBytes: number;
  /** The stream carries MQTT now; `transport` is what the handshake came in on. */
  onStream(stream: Duplex, transport: Duplex): void;
  /** The handshake was not one of MQTT; the connection is closed. */
  onRefused(transport: Duplex, error: Error): void;
}

/** Names of the subprotocol: of MQTT 3.1.1 and 5 (MQTT 3.1.1 §6), and of MQTT 3.1 as clients of its time gave it. */
const subprotocols = ['mqtt', 'mqttv3.1'];

/** Text frames are a protocol error: MQTT 3.1.1 [MQTT-6.0.0-1]. RFC 6455 §7.4.1 calls it unacceptable data. */
const unacceptableData = 1003;

/** Frames carry any part of the stream, so one can hold several packets: some room above the largest. */
const frameSlack = 64 * 1024;

/** Turns connections into WebSockets: `server.emit('connection', transport)`. It listens on no port of its own. */
export function createWebSocketLayer({ path, allowedOrigins, maxPacketBytes, onStream, onRefused }: WebSocketLayerOptions): Server {
  const http = createServer((request, response) => {
    response.writeHead(426, { Connection: 'close', Upgrade: 'websocket', 'Content-Type': 'text/plain' }).end('MQTT over WebSocket is spoken here\n');
    onRefused(request.socket, new Error(`${request.method} ${request.url} is not a WebSocket handshake`));
  });
  // Compression would cost a zlib window of each connection's memory; payloads that need it are compressed by their senders.
  const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: maxPacketBytes + frameSlack, handleProtocols: chooseSubprotocol });

  http.on('upgrade', (request, transport, head) => {
    const refusal = whyRefused(request, path, allowedOrigins);
    if (refusal) {
      refuse(transport, refusal.status);
      return onRefused(transport, new Error(refusal.reason));
    }
    return webSockets.handleUpgrade(request, transport, head, (webSocket) => onStream(toStream(webSocket), transport));
  });
  webSockets.on('wsClientError', (error, transport) => {
    refuse(transport, 400);
    onRefused(transport, error);
  });
  http.on('clientError', (error, transport) => {
    transport.destroy();
    onRefused(transport, error);
  });
  return http;
}

function refuse(transport: Duplex, status: number): void {
  transport.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function whyRefused(request: IncomingMessage, path: string, allowedOrigins: readonly string[] | undefined): { status: number; reason: string } | undefined {
  const asked = (request.url ?? '').split('?', 1)[0];
  if (asked !== path) return { status: 404, reason: `the path is ${asked}, not ${path}` };
  // Browsers send it always, and no page can change it (RFC 6455 §10.2); other clients send none, or whatever they like.
  const { origin } = request.headers;
  if (origin !== undefined && allowedOrigins !== undefined && !allowedOrigins.includes(origin)) return { status: 403, reason: `the origin ${origin} is not among allowedOrigins` };
  const offered = offeredSubprotocols(request);
  if (!subprotocols.some((name) => offered.includes(name))) return { status: 400, reason: `the subprotocols offered are "${offered.join(', ')}", without mqtt` };
  return undefined;
}

function offeredSubprotocols(request: IncomingMessage): string[] {
  return (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
}

function chooseSubprotocol(offered: Set<string>): string | false {
  return subprotocols.find((name) => offered.has(name)) ?? false;
}

function toStream(webSocket: WebSocket): Duplex {
  // Before createWebSocketStream, whose own listener would take a text frame for MQTT.
  webSocket.on('message', (_data, isBinary) => {
    if (isBinary) return;
    webSocket.close(unacceptableData, 'MQTT needs binary frames');
    stream.destroy();
  });
  const stream = createWebSocketStream(webSocket);
  return stream;
}
