import { setTimeout as sleep } from 'node:timers/promises';
import { generate } from './generator.mjs';
import { Instance } from './instance.mjs';

// For the timers that came due while a broker was frozen.
const THAW_MILLISECONDS = 200;

/** The brokers that are measured in turns: they keep running, warm, but only one of them is not frozen. */
export class Fleet {
  #instances = new Map();

  constructor({ cores, data, quick, profile, certificate }) {
    this.cores = cores;
    this.data = data;
    this.quick = quick;
    this.profile = profile;
    this.certificate = certificate;
  }

  /** Runs `measure` with the warm broker while the others stand still. */
  async with(broker, measure) {
    const instance = await this.#warm(broker);
    instance.process.thaw();
    await sleep(THAW_MILLISECONDS);
    try {
      return await measure(instance);
    } finally {
      instance.process.freeze();
    }
  }

  /** Runs `measure` with a broker that was just started on an empty store, and ends it. */
  async withFresh(broker, measure) {
    const instance = new Instance(broker, this.cores.broker, this.data, { certificate: this.certificate });
    try {
      await instance.start();
      return await measure(instance);
    } finally {
      await instance.remove();
    }
  }

  async #warm(broker) {
    const known = this.#instances.get(broker.name);
    if (known?.alive) return known;
    await known?.remove();
    const instance = new Instance(broker, this.cores.broker, this.data, { profile: this.profile, certificate: this.certificate });
    this.#instances.set(broker.name, instance);
    await instance.start();
    const seconds = Math.max(2, (broker.warmupSeconds ?? 6) / (this.quick ? 4 : 1) / 2);
    for (const qos of [0, 1]) {
      await generate(this.cores.generator, 'load', { ...instance.target, qos, subscribers: 10, warmup: '0s', duration: `${seconds}s` }, seconds + 60);
    }
    return instance;
  }

  async end() {
    for (const instance of this.#instances.values()) await instance.remove();
  }
}
