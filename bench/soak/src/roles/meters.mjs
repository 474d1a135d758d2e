import { between } from '../site.mjs';

/** Publishes numbered messages, which residents check. Its topics are many: what remembers topics must forget them again. */
export class Meter {
  published = 0;
  acknowledged = 0;
  #client;

  constructor(site, number) {
    this.site = site;
    this.name = `meter-${number}`;
    this.qos = number % 2 === 0 ? 1 : 2;
    this.filter = `telemetry/${this.name}/+`;
  }

  async run() {
    this.#client = await this.site.connect({ clientId: this.name });
    this.#client.once('close', () => { if (!this.site.stopping) this.site.fail('a meter was disconnected'); });
    while (!this.site.stopping) {
      this.#publish();
      await this.site.wait(between(100, 300));
    }
  }

  /** All that was published is acknowledged. */
  async finish() {
    const deadline = performance.now() + 30_000;
    while (this.acknowledged < this.published && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 100));
    this.site.fail('publishes that were not acknowledged', this.published - this.acknowledged);
    await new Promise((resolve) => this.#client.end(false, {}, resolve));
  }

  #publish() {
    const topic = `telemetry/${this.name}/${Math.floor(Math.random() * 100_000)}`;
    this.#client.publish(topic, `${this.published++}`.padEnd(100, '.'), { qos: this.qos }, (error) => {
      if (!error) this.acknowledged++;
    });
  }
}
