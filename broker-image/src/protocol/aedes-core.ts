import { Readable } from 'node:stream';
import { Aedes, type AuthenticateError, type Client, type ConnectPacket } from 'aedes';
import { ControlChannel, type ChannelEnds } from './control-channel.js';

/** CONNECT as the client sent it. */
export interface ConnectRequest {
  readonly clientId: string;
  readonly clean: boolean;
  readonly keepaliveSeconds: number;
  readonly protocolVersion: number;
  readonly will?: { readonly topic: string; readonly payload: Buffer; readonly qos: 0 | 1 | 2; readonly retain: boolean };
}

export type Verdict = { readonly accepted: true; readonly sessionPresent: boolean } | { readonly accepted: false; readonly returnCode: number };

/** What stands behind one connection of the core. */
export interface CoreConnection extends ChannelEnds {
  /** @returns whether the handshake goes on; if not, it was refused already */
  connectRequested(request: ConnectRequest): boolean;
  /** Undefined: the connection is over, nobody waits for an answer. */
  authenticate(username: string | undefined, password: Buffer | undefined): Promise<Verdict | undefined>;
  /** CONNACK is on its way: the session may begin. */
  connected(): void;
}

const DAYS = 24 * 60 * 60 * 1000;
/** Stands in for "there is a session": see `subscriptionsByClient`. */
const SESSION_MARKER = 'session-present';

/**
 * The one file that knows aedes. aedes runs the connection: it parses CONNECT, PINGREQ and DISCONNECT, orders the handshake, answers CONNACK and PINGRESP, times out
 * silent connections and closes broken ones. Sessions, subscriptions, messages and wills never enter it (see docs/decisions/0002-aedes-as-protocol-core.md), so it uses
 * published interfaces only: `handle`, the hooks `preConnect`, `authenticate` and `authorizeSubscribe`, the persistence interface, the event `connackSent`.
 *
 * What it relies on beyond their documentation, each held by a test:
 * - `preConnect` may change the packet: what aedes reads afterwards is the changed client id, keepalive and will;
 * - a session counts as present if `subscriptionsByClient` finds a subscription, and one that `authorizeSubscribe` refuses is not restored.
 */
export class AedesCore {
  static async start(options: { readonly name: string; readonly connectTimeoutSeconds: number }): Promise<AedesCore> {
    const core = new AedesCore(options);
    await core.#aedes.listen();
    return core;
  }

  readonly #aedes: Aedes;
  readonly #sessions = new Set<string>();
  #connections = 0;

  private constructor({ name, connectTimeoutSeconds }: { readonly name: string; readonly connectTimeoutSeconds: number }) {
    this.#aedes = new QuietAedes({
      id: name,
      connectTimeout: connectTimeoutSeconds * 1000,
      // The channel takes everything at once; slow clients are the business of the packet writer.
      drainTimeout: 0,
      // Heartbeats tell other aedes brokers of this one; there are none. Four times this must fit into a timer.
      heartbeatInterval: 6 * DAYS,
      persistence: this.#persistence(),
      preConnect: (client, packet, callback) => this.#preConnect(client, packet, callback),
      authenticate: (client, username, password, callback) => this.#authenticate(client, username, password, callback),
      authorizeSubscribe: (_client, _subscription, callback) => callback(null, null),
    });
    this.#aedes.on('connackSent', (packet, client) => {
      if (packet.returnCode === 0) endsOf(client).connected();
    });
  }

  /** Packets of the connection go into the channel from now on. */
  open(connection: CoreConnection): ControlChannel {
    const channel = new ControlChannel(connection);
    this.#aedes.handle(channel);
    return channel;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#aedes.close(resolve));
  }

  #preConnect(client: Client, packet: ConnectPacket, callback: (error: Error | null, success: boolean) => void): void {
    const { will } = packet;
    const proceeds = endsOf(client).connectRequested({
      clientId: packet.clientId,
      clean: packet.clean ?? true,
      keepaliveSeconds: packet.keepalive ?? 0,
      protocolVersion: packet.protocolVersion ?? 4,
      ...(will === undefined ? {} : { will: { topic: will.topic, payload: Buffer.from(will.payload), qos: will.qos ?? 0, retain: will.retain ?? false } }),
    });
    // Ids, keepalive and wills are this broker's own business: to aedes every connection is a client of its own, without either.
    packet.clientId = `${++this.#connections}`;
    packet.keepalive = 0;
    delete packet.will;
    callback(proceeds ? null : new Error('refused'), proceeds);
  }

  #authenticate(client: Client, username: string | undefined, password: Buffer | undefined, callback: (error: AuthenticateError | null, success: boolean | null) => void): void {
    endsOf(client)
      .authenticate(username, password)
      .then((verdict) => {
        if (verdict === undefined) return;
        if (!verdict.accepted) {
          callback(Object.assign(new Error('refused'), { returnCode: verdict.returnCode }) as AuthenticateError, false);
          return;
        }
        if (verdict.sessionPresent) this.#sessions.add(client.id);
        callback(null, true);
        this.#sessions.delete(client.id);
      })
      .catch((error: Error) => client.conn.destroy(error));
  }

  /** The part of the aedes-persistence interface that is left to ask: nothing is kept here. */
  #persistence() {
    return {
      setup: async () => {},
      /** aedes takes a session for present if it has subscriptions; sessions without any are sessions too [MQTT-3.2.2-2]. */
      subscriptionsByClient: ({ id }: { readonly id: string }) => Promise.resolve(this.#sessions.has(id) ? [{ topic: SESSION_MARKER, qos: 0 }] : []),
      cleanSubscriptions: () => Promise.resolve(),
      delWill: () => Promise.resolve(undefined),
      outgoingStream: () => Readable.from([]),
      streamWill: () => Readable.from([]),
    };
  }
}

/** Whether the core ended the connection because CONNECT did not come. */
export const isConnectTimeout = (error: Error | null): boolean => error?.message === 'connect did not arrive in time';

/** aedes announces clients and itself as messages under `$SYS/{id}/`; nobody here listens to them. */
class QuietAedes extends Aedes {
  override publish(...parameters: unknown[]): void {
    const done = parameters.at(-1);
    if (typeof done === 'function') done();
  }
}

const endsOf = (client: Client): CoreConnection => (client.conn as ControlChannel).ends as CoreConnection;
