import { median } from '../../shared/median.mjs';

/** Everything that was measured, by case and broker. */
export class Records {
  constructor(records) {
    this.records = records;
  }

  of(item, broker) {
    return this.records.filter((record) => record.case === item.name && record.broker === broker && record.error === undefined);
  }

  median(item, broker, value) {
    return median(this.of(item, broker).map(value));
  }

  /** Median of the ratios of each round, so that a change of the machine between rounds cancels out. */
  ratio(item, broker, reference, value) {
    const references = new Map(this.of(item, reference).map((record) => [record.round, value(record)]));
    return median(this.of(item, broker).map((record) => value(record) / references.get(record.round)));
  }

  maximum(item, value) {
    return Math.max(...this.records.filter((record) => record.case === item.name && record.error === undefined).map(value));
  }
}
