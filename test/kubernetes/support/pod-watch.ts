import { spawn } from 'child_process';

/** How a pod went. */
export interface Ending {
  /** When the API server first said that the pod is to end. */
  readonly askedAt: number;
  /** When its container was first seen to have ended. */
  readonly endedAt: number;
  readonly exitCode: number;
}

const COLUMNS = '{.metadata.deletionTimestamp}|{.status.containerStatuses[0].state.terminated.exitCode}';

/** Watches a pod until its container has ended: once the pod is gone, nobody knows how it ended. */
export function watchEnding(namespace: string, pod: string, seconds: number): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const watch = spawn('kubectl', ['get', 'pod', pod, `--namespace=${namespace}`, '--watch', `--output=jsonpath=${COLUMNS}{"\\n"}`], { stdio: ['ignore', 'pipe', 'inherit'] });
    const patience = setTimeout(() => end(new Error(`${pod} did not end within ${seconds} s`)), seconds * 1000);
    let askedAt: number | undefined;
    let rest = '';
    const end = (result: Error | Ending) => {
      clearTimeout(patience);
      watch.kill();
      if (result instanceof Error) reject(result);
      else resolve(result);
    };
    watch.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop()!;
      for (const line of lines) {
        const [deletionTimestamp, exitCode] = line.split('|');
        if (deletionTimestamp) askedAt ??= Date.now();
        if (askedAt !== undefined && exitCode) end({ askedAt, endedAt: Date.now(), exitCode: Number(exitCode) });
      }
    });
    watch.once('error', end);
    watch.once('exit', () => end(new Error(`the watch of ${pod} ended before the pod did`)));
  });
}
