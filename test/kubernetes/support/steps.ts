import { diagnose } from './diagnose';
import { progress } from './progress';

const DIAGNOSIS_SECONDS = 60;

/** Registers one step of a scenario, and how many seconds it may take. */
export type Step = (title: string, seconds: number, body: () => Promise<void>) => void;

/**
 * Steps of one scenario: each builds on those before it, so that none is tried after one that failed. The first failure prints the state of the namespace,
 * as long as it is there.
 */
export function steps(namespace: () => string | undefined): Step {
  let failed: string | undefined;
  return (title, seconds, body) => test(title, async () => {
    if (failed !== undefined) throw new Error(`not tried, because this failed before: ${failed}`);
    progress(`${title} ...`);
    try {
      await within(seconds, body());
    } catch (error) {
      failed = title;
      const name = namespace();
      if (name !== undefined) await diagnose(name);
      throw error;
    }
  }, (seconds + DIAGNOSIS_SECONDS) * 1000);
}

/** Registers a step that this cluster cannot take, and says why. */
export function skippedStep(why: string): Step {
  return (title) => test.skip(`${title} (skipped: ${why})`, () => undefined);
}

async function within(seconds: number, work: Promise<void>): Promise<void> {
  let patience: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    patience = setTimeout(() => reject(new Error(`not done after ${seconds} s`)), seconds * 1000);
  });
  try {
    await Promise.race([work, timeout]);
  } finally {
    clearTimeout(patience);
  }
}
