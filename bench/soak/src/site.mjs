import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { mqtt } from './packages.mjs';

const protocols = ['tcp', 'tls', 'ws', 'wss'];

/** What the clients of a run share: how to reach the broker, when to stop, what went wrong. */
export class Site {
  /** What must not happen, by what it is. */
  failures = new Map();
  wills = { sent: 0, received: 0 };
  #broker;
  #stop = new AbortController();
  #turn = 0;

  constructor(broker) {
    this.#broker = broker;
    // Everybody who waits listens.
    setMaxListeners(0, this.#stop.signal);
  }

  get stopping() {
    return this.#stop.signal.aborted;
  }

  stop() {
    this.#stop.abort();
  }

  fail(what, count = 1) {
    if (count > 0) this.failures.set(what, (this.failures.get(what) ?? 0) + count);
  }

  /** Waits, but not beyond the end of the load. */
  async wait(milliseconds) {
    await sleep(milliseconds, undefined, { signal: this.#stop.signal }).catch(() => {});
  }

  address(protocol) {
    return this.#broker.address(protocol);
  }

  get access() {
    return this.#broker.access;
  }

  /**
   * A connected client, over each kind of listener in turn.
   * @param options those of MQTT.js, and `onMessage`, which is there before the first message can come
   */
  connect({ protocol = protocols[this.#turn++ % protocols.length], onMessage, ...options }) {
    const client = mqtt.connect(this.#broker.url(protocol), { ...this.access, protocolVersion: 4, keepalive: 30, connectTimeout: 15_000, reconnectPeriod: 0, resubscribe: false, ...options });
    if (onMessage) client.on('message', onMessage);
    const begun = performance.now();
    let cause = new Error('the connection was closed');
    client.on('error', (error) => (cause = error));
    return new Promise((resolve, reject) => {
      client.once('connect', () => resolve(client));
      client.once('close', () => {
        cause.message += ` (connecting over ${protocol}, after ${Math.round((performance.now() - begun) / 1000)} s)`;
        reject(cause);
      });
    });
  }

  /** Goes on until the load ends; a client that behaves and is turned away, or cut, all the same is a failure. */
  async repeat(what, action) {
    while (!this.stopping) {
      try {
        await action();
      } catch (error) {
        if (this.stopping) return;
        this.fail(`${what}: ${error.message}`);
        await this.wait(1000);
      }
    }
  }
}

/** DISCONNECT, and then the connection closes. */
export const leave = (client) => new Promise((resolve) => client.end(false, {}, resolve));

/** As if the power failed: the broker publishes the will. */
export function vanish(client) {
  client.stream.destroy();
  return new Promise((resolve) => client.end(true, {}, resolve));
}

export const between = (least, most) => least + Math.random() * (most - least);
export const oneOf = (values) => values[Math.floor(Math.random() * values.length)];
export const chance = (share) => Math.random() < share;
