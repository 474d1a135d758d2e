import { once } from 'node:events';
import { after } from 'node:test';
import { connect as connectTcp, type Socket } from 'node:net';
import type { ListenerConfiguration } from '../../src/config/index.js';
import { Listener, type Connection, type ConnectionSink, type ListenerLimits, type TurnAwayReason } from '../../src/listeners/index.js';

export interface TurnedAway {
  readonly remoteAddress: string;
  readonly reason: TurnAwayReason;
  readonly error?: Error;
}

/** A sink that keeps what it gets, and echoes what clients send. */
export class EchoSink implements ConnectionSink {
  readonly connections: Connection[] = [];
  readonly refusals: TurnedAway[] = [];
  private readonly waiters: (() => void)[] = [];

  accept(connection: Connection): void {
    this.connections.push(connection);
    connection.stream.on('error', () => undefined);
    connection.stream.pipe(connection.stream);
    this.wake();
  }

  turnedAway({ remoteAddress }: { readonly remoteAddress: string }, reason: TurnAwayReason, error?: Error): void {
    this.refusals.push({ remoteAddress, reason, ...(error && { error }) });
    this.wake();
  }

  /** The refusal with this index, once it is there. */
  async refusal(index = 0): Promise<TurnedAway> {
    while (this.refusals.length <= index) await new Promise<void>((resolve) => this.waiters.push(resolve));
    return this.refusals[index]!;
  }

  async connection(index = 0): Promise<Connection> {
    while (this.connections.length <= index) await new Promise<void>((resolve) => this.waiters.push(resolve));
    return this.connections[index]!;
  }

  private wake(): void {
    for (const waiter of this.waiters.splice(0)) waiter();
  }
}

export interface Opened {
  readonly listener: Listener;
  readonly sink: EchoSink;
  readonly port: number;
}

/** Opens a listener on a free port of the loopback; closed with all its connections after the tests of the file. */
export async function open(configuration: Partial<ListenerConfiguration>, limits: Partial<ListenerLimits> = {}): Promise<Opened> {
  const sink = new EchoSink();
  const listener = new Listener(
    { name: 'test', protocol: 'tcp', address: '127.0.0.1', port: 0, path: '/mqtt', proxyProtocol: 'none', ...configuration },
    { handshakeTimeoutSeconds: 10, maxPacketBytes: 1024, ...limits },
    sink,
  );
  const { port } = await listener.open();
  after(() => {
    listener.close();
    for (const { stream } of sink.connections) stream.destroy();
  });
  return { listener, sink, port };
}

export async function connect(port: number, host = '127.0.0.1'): Promise<Socket> {
  const socket = connectTcp(port, host);
  after(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}
