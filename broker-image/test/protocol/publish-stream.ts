import { SessionClient } from './session-client.js';
import type { TestContext } from 'node:test';

/** Two publishers that publish all the time, each to a topic `stream/NUMBER` of its own: payloads `NUMBER:COUNT`, no two the same. */
export class PublishStream {
  readonly publishers: readonly SessionClient[];
  readonly #running: Promise<unknown>;
  #sent = 0;
  #ended = false;

  /** @param inFlight messages of a publisher that wait for their acknowledgement at most */
  constructor(t: TestContext, port: ConstructorParameters<typeof SessionClient>[1], { qos, inFlight }: { readonly qos: 1 | 2; readonly inFlight: number }) {
    this.publishers = [0, 1].map((number) => new SessionClient(`publisher ${number}`, port));
    t.after(() => this.publishers.forEach((publisher) => publisher.stop()));
    this.#running = Promise.all(this.publishers.map(async (publisher, number) => {
      while (!this.#ended) {
        await publisher.until(() => publisher.inFlight < inFlight);
        if (!this.#ended) publisher.publish(`stream/${number}`, `${number}:${this.#sent++}`, qos);
      }
    }));
  }

  /** Messages of both. */
  get sent(): number {
    return this.#sent;
  }

  get acknowledged(): string[] {
    return this.publishers.flatMap((publisher) => publisher.acknowledged);
  }

  /** Resolves when more than so many messages of the first publisher are acknowledged from now on. */
  progress(count: number): Promise<unknown> {
    const [publisher] = this.publishers as [SessionClient];
    const goal = publisher.acknowledged.length + count;
    return publisher.until(() => publisher.acknowledged.length > goal);
  }

  /** Publishes nothing more, and resolves when everything is acknowledged. */
  async end(): Promise<void> {
    this.#ended = true;
    for (const publisher of this.publishers) await publisher.until(() => publisher.inFlight === 0);
    await this.#running;
  }
}
