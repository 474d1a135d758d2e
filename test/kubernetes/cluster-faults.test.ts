import { writeFile } from 'fs/promises';
import { ClusterExample, USER } from './support/cluster-example';
import { FAULTS } from './support/cluster-faults';
import { ClusterLoad, expectIntact } from './support/cluster-load';
import { FaultTable } from './support/fault-table';
import { progress } from './support/progress';
import { FAULT_ROUNDS, FAULT_TABLE, FAULTS as CHOSEN } from './support/settings';
import { skippedStep, steps } from './support/steps';

const LONG = 'it takes minutes; set FAULT_ROUNDS to the number of repetitions';

describe('faults of the cluster example under load, repeated', () => {
  let cluster: ClusterExample | undefined;
  const table = new FaultTable();
  const step = FAULT_ROUNDS > 0 ? steps(() => cluster?.namespace) : skippedStep(LONG);

  afterAll(async () => {
    if (FAULT_ROUNDS > 0) progress(`\n${table}\n`);
    await cluster?.remove();
  }, 300_000);

  const names = FAULTS.map(({ name }) => name);
  const unknown = CHOSEN.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`FAULTS: there is no ${unknown.join(', ')}; expected names from ${names.join(', ')}`);

  step('the cluster is ready', 240, async () => {
    cluster = await ClusterExample.create();
    await cluster.apply();
    await cluster.everythingReady(200);
  });

  // All faults in each round: a run that is ended early has done each about as often.
  for (let round = 1; round <= Math.max(FAULT_ROUNDS, 1); round++) {
    for (const fault of FAULTS.filter(({ name }) => CHOSEN.length === 0 || CHOSEN.includes(name))) {
      const title = `${fault.title}, and nothing is lost (${round} of ${FAULT_ROUNDS})`;
      if (fault.skip !== undefined && FAULT_ROUNDS > 0) {
        skippedStep(fault.skip)(title, 0, async () => undefined);
        continue;
      }
      step(title, fault.seconds, async () => {
        const load = await ClusterLoad.start(cluster!.relay, cluster!.service, `${fault.name}-${round}`, USER);
        const began = Date.now();
        await fault.happen(cluster!, load);
        progress(`everything ready after ${((Date.now() - began) / 1000).toFixed(1)} s`);
        await load.acknowledges();
        const outcome = await load.settle();
        table.add(fault.name, outcome);
        // At once: a run of an hour may be ended early.
        if (FAULT_TABLE !== undefined) await writeFile(FAULT_TABLE, `${table}\n`);
        progress(`without an acknowledgement for at most ${(outcome.interruptionMs / 1000).toFixed(1)} s`);
        expectIntact(outcome);
      });
    }
  }
});
