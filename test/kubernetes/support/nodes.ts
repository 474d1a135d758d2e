import { eventually } from './eventually';
import { get } from './kubectl';
import type { Node } from './kubernetes-objects';
import { runCommand } from './run-command';
import { NODE_POWER } from './settings';

/** Whether nodes can lose their power here. */
export const canCutPower = NODE_POWER !== undefined;

/** Every process of the node dies at once, and nothing is written to a disk any more. */
export async function cutPower(node: string): Promise<void> {
  await power('stop', node);
}

/** Gives the power back, and waits until Kubernetes counts on the node again. */
export async function restorePower(node: string): Promise<void> {
  await power('start', node);
  await untilReady(node);
}

/** The node's cable is out: its pods run, and reach nobody but each other. */
export async function isolate(node: string): Promise<void> {
  await power('isolate', node);
}

/** The cable is in again. */
export async function join(node: string): Promise<void> {
  await power('join', node);
  await untilReady(node);
}

/** Every process of the node stands still, as on a virtual machine that is suspended. */
export async function freeze(node: string): Promise<void> {
  await power('pause', node);
}

/** They go on where they were. */
export async function unfreeze(node: string): Promise<void> {
  await power('resume', node);
  await untilReady(node);
}

async function untilReady(node: string): Promise<void> {
  await eventually(`node ${node} to be ready`, 120, async () => {
    const { status } = await get<Node>('node', node);
    return status.conditions.some(({ type, status: ready }) => type === 'Ready' && ready === 'True') || undefined;
  });
}

async function power(verb: 'stop' | 'start' | 'isolate' | 'join' | 'pause' | 'resume', node: string): Promise<void> {
  const [program, ...args] = NODE_POWER!;
  await runCommand(program, [...args, verb, node], { seconds: 120 });
}
