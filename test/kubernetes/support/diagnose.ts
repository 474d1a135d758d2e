import { tryCommand } from './run-command';

/** Prints what somebody needs who was not there: events, pods, and what the pods said. */
export async function diagnose(namespace: string): Promise<void> {
  const inNamespace = `--namespace=${namespace}`;
  await print(['get', 'nodes', '--output=wide']);
  await print(['get', 'all,persistentvolumeclaims', inNamespace, '--output=wide']);
  await print(['get', 'events', inNamespace, '--sort-by=.lastTimestamp']);
  await print(['describe', 'pods', inNamespace]);
  const pods = await tryCommand('kubectl', ['get', 'pods', inNamespace, '--output=name']);
  for (const pod of pods.stdout.split('\n').filter(Boolean)) {
    await print(['logs', pod, inNamespace, '--tail=100']);
    await printIfThere(['logs', pod, inNamespace, '--tail=100', '--previous']);
  }
}

async function print(args: string[]): Promise<void> {
  const { stdout, stderr } = await tryCommand('kubectl', args, { seconds: 20 });
  write(args, stdout + stderr);
}

/** Not every container had a predecessor that left a log. */
async function printIfThere(args: string[]): Promise<void> {
  const { code, stdout } = await tryCommand('kubectl', args, { seconds: 20 });
  if (code === 0) write(args, stdout);
}

function write(args: string[], output: string): void {
  process.stderr.write(`\n$ kubectl ${args.join(' ')}\n${output}`);
}
