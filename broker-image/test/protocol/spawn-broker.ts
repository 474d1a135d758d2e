import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

/** A broker in a process of its own, which a test can kill. */
export async function spawnBroker(t: TestContext, directory: string, port = 0): Promise<{ process: ChildProcess; port: number }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./broker-process.js', import.meta.url)), directory, String(port)], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout! })) {
    const listening = /^port (\d+)$/.exec(line);
    if (listening !== null) return { process: child, port: Number(listening[1]) };
  }
  throw new Error('the broker did not start');
}
