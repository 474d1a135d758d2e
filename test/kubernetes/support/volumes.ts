import { startHelperPod } from './helper-pod';
import { kubectl, list } from './kubectl';
import type { PersistentVolume, PersistentVolumeClaim } from './kubernetes-objects';

/** Removes everything in a volume. */
const EMPTY_THE_CLAIM = `
  for (const name of fs.readdirSync('/claim')) if (name !== 'lost+found') fs.rmSync('/claim/' + name, { recursive: true });
`;

/** Empties the volumes of a namespace that nobody else would empty: those that are retained when their claim goes. */
export async function emptyRetainedVolumes(namespace: string): Promise<void> {
  const retained = new Set((await retainedVolumesOf(namespace)).map(({ metadata }) => metadata.name));
  const claims = (await list<PersistentVolumeClaim>('persistentvolumeclaims', `--namespace=${namespace}`))
    .filter(({ spec }) => spec.volumeName !== undefined && retained.has(spec.volumeName));
  await Promise.all(claims.map(async ({ metadata: { name } }) => {
    await startHelperPod(namespace, `empty-${name}`, EMPTY_THE_CLAIM, { claim: name });
    await kubectl(['wait', `--namespace=${namespace}`, '--for=jsonpath={.status.phase}=Succeeded', `pod/empty-${name}`, '--timeout=60s'], { seconds: 70 });
  }));
}

/** Makes the retained volumes of a namespace that is gone available again, as an administrator would. */
export async function releaseRetainedVolumes(namespace: string): Promise<void> {
  for (const { metadata, status } of await retainedVolumesOf(namespace)) {
    if (status.phase !== 'Released') continue;
    await kubectl(['patch', 'persistentvolume', metadata.name, '--type=merge', '--patch={"spec":{"claimRef":null}}']);
  }
}

async function retainedVolumesOf(namespace: string): Promise<PersistentVolume[]> {
  return (await list<PersistentVolume>('persistentvolumes'))
    .filter(({ spec }) => spec.persistentVolumeReclaimPolicy === 'Retain' && spec.claimRef?.namespace === namespace);
}
