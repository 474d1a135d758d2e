import { connect, type Socket } from 'node:net';
import { generate, parser, type Packet } from 'mqtt-packet';

/**
 * A client with a persistent session that keeps its side of the protocol over any number of broken connections: it sends again what was not acknowledged,
 * under the same packet id, and knows which QoS 2 packets it has received.
 */
export class SessionClient {
  /** Payloads of messages in the order of their arrival; at QoS 1 repetitions included. */
  readonly received: string[] = [];
  /** Payloads that the broker acknowledged. */
  readonly acknowledged: string[] = [];
  readonly #unanswered = new Map<number, { readonly packet: Packet; released: boolean }>();
  readonly #incoming = new Set<number>();
  #socket: Socket | undefined;
  #stopped = false;
  #again: NodeJS.Timeout | undefined;
  #packetId = 0;
  #connected = false;
  #waiting: Array<() => void> = [];
  connections = 0;

  constructor(
    readonly clientId: string,
    /** Of the broker; a function is asked for each connection. */
    readonly port: number | (() => number),
    readonly subscription?: { readonly topic: string; readonly qos: 0 | 1 | 2 },
  ) {
    this.#connect();
  }

  get inFlight(): number {
    return this.#unanswered.size;
  }

  publish(topic: string, payload: string, qos: 1 | 2): void {
    do this.#packetId = (this.#packetId % 65535) + 1;
    while (this.#unanswered.has(this.#packetId));
    const messageId = this.#packetId;
    const packet: Packet = { cmd: 'publish', topic, payload, qos, retain: false, dup: false, messageId };
    this.#unanswered.set(messageId, { packet, released: false });
    if (this.#connected) this.#send(packet);
  }

  /** Resolves when the condition holds; it is looked at whenever something arrived. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  breakConnection(): void {
    this.#socket?.destroy();
  }

  /** Stays away, with everything that it remembers, until it comes back. */
  leave(): void {
    this.stop();
  }

  comeBack(): void {
    this.#stopped = false;
    clearTimeout(this.#again);
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    this.#socket?.destroy();
  }

  #connect(): void {
    if (this.#stopped) return;
    const socket = connect({ port: typeof this.port === 'number' ? this.port : this.port(), host: '127.0.0.1', noDelay: true });
    this.#socket = socket;
    const packets = parser({ protocolVersion: 4 });
    packets.on('packet', (packet) => this.#packet(packet));
    socket.on('connect', () => this.#send({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: false, clientId: this.clientId, keepalive: 0 }));
    socket.on('data', (chunk: Buffer) => {
      packets.parse(chunk);
      for (const resolve of this.#waiting.splice(0)) resolve();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      // It came back before this one was over.
      if (this.#socket !== socket) return;
      this.#connected = false;
      this.#again = setTimeout(() => this.#connect(), 20);
    });
  }

  #send(packet: Packet): void {
    this.#socket!.write(generate(packet));
  }

  #packet(packet: Packet): void {
    switch (packet.cmd) {
      case 'connack':
        // Refused: the broker closes the connection, and the next one may be better.
        if (packet.returnCode !== 0) break;
        this.#connected = true;
        this.connections++;
        if (this.subscription !== undefined && !packet.sessionPresent) this.#send({ cmd: 'subscribe', messageId: 65535, subscriptions: [this.subscription] });
        for (const [messageId, { packet: unanswered, released }] of this.#unanswered) {
          this.#send(released ? { cmd: 'pubrel', messageId } : ({ ...unanswered, dup: true } as Packet));
        }
        break;
      case 'publish': {
        const messageId = packet.messageId!;
        if (packet.qos === 1) {
          this.received.push(packet.payload.toString());
          this.#send({ cmd: 'puback', messageId });
        } else if (packet.qos === 2) {
          if (!this.#incoming.has(messageId)) this.received.push(packet.payload.toString());
          this.#incoming.add(messageId);
          this.#send({ cmd: 'pubrec', messageId });
        }
        break;
      }
      case 'pubrel':
        this.#incoming.delete(packet.messageId!);
        this.#send({ cmd: 'pubcomp', messageId: packet.messageId! });
        break;
      case 'pubrec': {
        const unanswered = this.#unanswered.get(packet.messageId!);
        if (unanswered !== undefined && !unanswered.released) {
          unanswered.released = true;
          this.acknowledged.push((unanswered.packet as { payload: string }).payload);
        }
        this.#send({ cmd: 'pubrel', messageId: packet.messageId! });
        break;
      }
      case 'puback':
      case 'pubcomp': {
        const unanswered = this.#unanswered.get(packet.messageId!);
        if (packet.cmd === 'puback' && unanswered !== undefined) this.acknowledged.push((unanswered.packet as { payload: string }).payload);
        this.#unanswered.delete(packet.messageId!);
      }
    }
  }
}
