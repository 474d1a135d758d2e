import { eventually } from './eventually';
import { kubectl, list } from './kubectl';
import { isReady, Pod } from './kubernetes-objects';
import type { SynthesizedApp } from './synthesized-app';

/** Applies an app. The API server must have nothing to say against any object, not even a warning: of Pod Security, of a deprecated field. */
export async function applyCleanly(app: SynthesizedApp): Promise<void> {
  for (const options of [['--dry-run=server'], []]) {
    const { stderr } = await app.apply(...options);
    expect(stderr).toBe('');
  }
}

/** Waits until every pod of a StatefulSet runs its newest revision and is ready. */
export async function rolledOut(namespace: string, statefulSet: string, seconds: number): Promise<void> {
  await kubectl(['rollout', 'status', `--namespace=${namespace}`, `statefulset/${statefulSet}`, `--timeout=${seconds}s`], { seconds: seconds + 10 });
}

/** The broker pods of a namespace, by name. */
export async function brokerPods(namespace: string): Promise<Pod[]> {
  return list<Pod>('pods', `--namespace=${namespace}`, '--selector=app.kubernetes.io/name=mqtt-broker', '--sort-by=.metadata.name');
}

/** The pods of a message log, by name. */
export async function messageLogPods(namespace: string): Promise<Pod[]> {
  return list<Pod>('pods', `--namespace=${namespace}`, '--selector=app.kubernetes.io/name=mqtt-message-log', '--sort-by=.metadata.name');
}

/** Waits until a pod is ready that is not the one of before: another pod of the same name, or another container of the same pod. */
export function restarted(before: Pod, seconds: number): Promise<Pod> {
  const { name, namespace } = before.metadata;
  return eventually(`${name} to be ready again`, seconds, async () => {
    const pod = (await list<Pod>('pods', `--namespace=${namespace}`)).find(({ metadata }) => metadata.name === name);
    return pod !== undefined && isReady(pod) && containerOf(pod) !== containerOf(before) ? pod : undefined;
  });
}

function containerOf(pod: Pod): string | undefined {
  return pod.status.containerStatuses?.[0].containerID;
}
