import { Meter } from './roles/meters.mjs';
import { Resident } from './roles/residents.mjs';
import { firehose, slowConsumer } from './roles/slow-consumers.mjs';
import { stranger } from './roles/strangers.mjs';
import { passersBy, retainedTopics, sweeper, visitor, watcher } from './roles/visitors.mjs';
import { leave } from './site.mjs';

/** All clients of a run. */
export class Load {
  #site;
  #meters;
  #residents;
  #watcher;
  #slow;
  #running = [];

  constructor(site, factor) {
    const scaled = (count) => Math.max(1, Math.round(count * factor));
    this.#site = site;
    this.#meters = Array.from({ length: scaled(8) }, (_, i) => new Meter(site, i));
    this.#residents = Array.from({ length: scaled(24) }, (_, i) => new Resident(site, this.#meters[i % this.#meters.length], i));
    this.#slow = 2;
    this.counts = { meters: this.#meters.length, residents: this.#residents.length, visitors: scaled(40), strangers: scaled(3), 'slow consumers': this.#slow };
    this.passerByEvery = 3000 / factor;
  }

  async begin() {
    const site = this.#site;
    this.#watcher = await watcher(site);
    for (const resident of this.#residents) await resident.begin();
    const { visitors, strangers } = this.counts;
    this.#running = [
      ...this.#meters.map((meter) => meter.run()),
      ...this.#residents.map((resident) => resident.run()),
      ...Array.from({ length: visitors }, (_, i) => visitor(site, i)),
      ...Array.from({ length: strangers }, () => stranger(site)),
      ...Array.from({ length: this.#slow }, (_, i) => slowConsumer(site, i)),
      passersBy(site, this.#meters, this.passerByEvery),
      firehose(site),
      sweeper(site),
    ];
    for (const running of this.#running) running.catch((error) => site.fail(error.message));
  }

  /** Ends the load, checks what arrived, and removes what the clients left, but for the sessions that expire by themselves. */
  async end() {
    const site = this.#site;
    site.stop();
    await Promise.allSettled(this.#running);
    for (const meter of this.#meters) await meter.finish();
    for (const resident of this.#residents) await resident.finish();
    for (let i = 0; i < this.#slow; i++) await leave(await site.connect({ clientId: `slow-${i}`, clean: true }));
    for (let i = 0; i < retainedTopics; i++) await this.#watcher.publishAsync(`state/${i}/${i % 10}`, '', { qos: 1, retain: true });
    await leave(this.#watcher);
    await leave(await site.connect({ clientId: 'watcher', clean: true }));
  }

  get messages() {
    return this.#meters.reduce((total, meter) => total + meter.published, 0);
  }
}
