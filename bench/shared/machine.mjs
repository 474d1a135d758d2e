import { cpus, loadavg, release, totalmem } from 'node:os';

/** Every figure comes with the machine that it was taken on. */
export const describeMachine = () => ({
  processor: cpus()[0].model,
  cores: cpus().length,
  memoryGigabytes: Math.round(totalmem() / 2 ** 30),
  kernel: release(),
  loadAverage: loadavg().map((load) => Number(load.toFixed(2))),
  date: new Date().toISOString(),
});

export const machineText = (machine) =>
  `${machine.processor}, ${machine.cores} cores, ${machine.memoryGigabytes} GiB, Linux ${machine.kernel}, load average ${machine.loadAverage[0]} before the run; ${machine.date.slice(0, 10)}.`;
