import { setTimeout as sleep } from 'timers/promises';

const PAUSE_MS = 250;

/** Asks again and again until the answer is not `undefined`; what the last question threw is part of the complaint. */
export async function eventually<T>(what: string, seconds: number, ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  let last: unknown;
  for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; await sleep(PAUSE_MS)) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
  }
  throw new Error(`gave up after ${seconds} s waiting for ${what}${last === undefined ? '' : `: ${String(last)}`}`);
}
