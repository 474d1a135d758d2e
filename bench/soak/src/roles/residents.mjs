import { mqtt } from '../packages.mjs';
import { between, chance, leave, vanish } from '../site.mjs';

/** A persistent session whose client comes and goes: every message of its meter arrives, and at QoS 2 once. */
export class Resident {
  #site;
  #meter;
  #number;
  // What MQTT.js has to remember of QoS 2 between two connections.
  #stores = { incomingStore: new mqtt.Store({ clean: false }), outgoingStore: new mqtt.Store({ clean: false }) };
  /** All numbers below were received, and these above. */
  #next = 0;
  #ahead = new Set();
  #duplicates = 0;

  constructor(site, meter, number) {
    this.#site = site;
    this.#meter = meter;
    this.#number = number;
  }

  /** Before its meter publishes. */
  async begin() {
    const client = await this.#connect();
    await client.subscribeAsync(this.#meter.filter, { qos: this.#meter.qos });
    await leave(client);
  }

  run() {
    return this.#site.repeat('a resident', async () => {
      const client = await this.#connect();
      await this.#site.wait(between(5_000, 15_000));
      if (chance(0.5)) await leave(client);
      else {
        this.#site.wills.sent++;
        await vanish(client);
      }
      await this.#site.wait(between(5_000, 30_000));
    });
  }

  /** Takes what still waits, says what is missing, and ends the session. */
  async finish() {
    const client = await this.#connect();
    for (let before = -1, idle = 0; this.#next < this.#meter.published && idle < 100; before = this.#next) {
      idle = before === this.#next ? idle + 1 : 0;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await leave(client);
    this.#site.fail(`messages lost at QoS ${this.#meter.qos}`, this.#meter.published - this.#next - this.#ahead.size);
    if (this.#meter.qos === 2) this.#site.fail('messages received twice at QoS 2', this.#duplicates);
    await leave(await this.#site.connect({ clientId: this.#id, clean: true }));
  }

  get #id() {
    return `resident-${this.#number}`;
  }

  #connect() {
    return this.#site.connect({
      clientId: this.#id,
      clean: false,
      ...this.#stores,
      will: { topic: `gone/${this.#id}`, payload: Buffer.from('gone'), qos: 1, retain: false },
      onMessage: (_topic, payload) => this.#receive(Number.parseInt(String(payload), 10)),
    });
  }

  #receive(number) {
    if (number < this.#next || this.#ahead.has(number)) this.#duplicates++;
    else this.#ahead.add(number);
    while (this.#ahead.delete(this.#next)) this.#next++;
  }
}
