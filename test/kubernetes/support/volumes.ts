import { eventually } from './eventually';
import { startHelperPod } from './helper-pod';
import { get, kubectl, list } from './kubectl';
import type { PersistentVolume, PersistentVolumeClaim } from './kubernetes-objects';

/** Removes everything in a volume. */
const EMPTY_THE_CLAIM = `
  for (const name of fs.readdirSync('/claim')) if (name !== 'lost+found') fs.rmSync('/claim/' + name, { recursive: true });
`;

/** Empties the volumes of a namespace that nobody else would empty, because they are retained when their claim goes. Gives their names. */
export async function emptyRetainedVolumes(namespace: string): Promise<string[]> {
  const volumes = new Map((await list<PersistentVolume>('persistentvolumes')).map((volume) => [volume.metadata.name, volume]));
  const isRetained = (name: string | undefined) => name !== undefined && volumes.get(name)?.spec.persistentVolumeReclaimPolicy === 'Retain';
  const claims = (await list<PersistentVolumeClaim>('persistentvolumeclaims', `--namespace=${namespace}`)).filter(({ spec }) => isRetained(spec.volumeName));
  return Promise.all(claims.map(async ({ metadata: { name }, spec }) => {
    await startHelperPod(namespace, `empty-${name}`, EMPTY_THE_CLAIM, { claim: name });
    await kubectl(['wait', `--namespace=${namespace}`, '--for=jsonpath={.status.phase}=Succeeded', `pod/empty-${name}`, '--timeout=60s'], { seconds: 70 });
    return spec.volumeName!;
  }));
}

/** Makes retained volumes, whose claims are gone and which are empty, available again, as an administrator would. */
export async function releaseVolumes(names: string[]): Promise<void> {
  await Promise.all(names.map(async (name) => {
    await eventually(`the volume ${name} to be released`, 30, async () => (
      (await get<PersistentVolume>('persistentvolume', name)).status.phase === 'Released' || undefined
    ));
    await kubectl(['patch', 'persistentvolume', name, '--type=merge', '--patch={"spec":{"claimRef":null}}']);
  }));
}
