export function median(values) {
  const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
  if (sorted.length === 0) return NaN;
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

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
