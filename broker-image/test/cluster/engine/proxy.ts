import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A network between a client and a server that can be cut without either being told, and mended. */
export class Proxy {
  /** @param rewrite what the server says */
  static async start(port: number, rewrite: (data: Buffer) => Buffer = (data) => data): Promise<Proxy> {
    const proxy = new Proxy(port, rewrite);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #cut: 'no' | 'both ways' | 'to the server' | 'refused' = 'no';

  private constructor(port: number, rewrite: (data: Buffer) => Buffer) {
    this.#server = createServer((inner) => {
      if (this.#cut === 'refused') {
        inner.destroy();
        return;
      }
      const outer = connect(port, '127.0.0.1');
      const pair = [inner, outer] as const;
      this.#pairs.add(pair);
      for (const [one, other] of [pair, [outer, inner]] as const) {
        one.on('data', (data) => {
          if (this.#cut === 'both ways' || (this.#cut === 'to the server' && one === inner)) return;
          other.write(one === outer ? rewrite(data) : data);
        });
        one.on('error', () => undefined);
        one.on('close', () => {
          other.destroy();
          this.#pairs.delete(pair);
        });
      }
    });
  }

  get url(): string {
    return `nats://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From now on whatever is sent is lost; connections stay open. */
  cut(): void {
    this.#cut = 'both ways';
  }

  /** From now on the server hears nothing, and is heard. */
  muffle(): void {
    this.#cut = 'to the server';
  }

  /** Connections end, and new ones, too. */
  refuse(): void {
    this.#cut = 'refused';
    this.reset();
  }

  /** Connections that lost something end, as the packets that come late would not fit. */
  mend(): void {
    this.#cut = 'no';
    this.reset();
  }

  reset(): void {
    for (const [inner, outer] of this.#pairs) {
      inner.destroy();
      outer.destroy();
    }
  }

  async stop(): Promise<void> {
    this.reset();
    await once(this.#server.close(), 'close');
  }
}
