import type { Fields } from './fields';

/** Where each broker keeps sessions, queues and retained messages, if nothing tells it otherwise. */
export const DATA_DIRECTORIES: Record<string, string> = {
  'companion': '/var/lib/mqtt-broker',
  'hivemq': '/opt/hivemq/data',
  'hivemq-ce': '/opt/hivemq/data',
  'emqx': '/opt/emqx/data',
};

/** The volume of a broker's data. */
export type DataVolume =
  | { readonly kind: 'claimTemplate'; readonly path: string; readonly claim: Fields }
  | { readonly kind: 'sharedClaim'; readonly path: string; readonly claimName: string }
  | { readonly kind: 'ephemeral'; readonly path: string; readonly type: string; readonly volume: Fields }
  | { readonly kind: 'hostPath'; readonly path: string }
  | { readonly kind: 'none'; readonly path: string };

/** The volume that is mounted over the data directory of this broker; `undefined` for a broker whose directory is not known and that claims nothing. */
export function dataVolume(broker: string, workload: Fields, container: Fields, configuredDirectory?: string): DataVolume | undefined {
  const claims = workload.at('volumeClaimTemplates').items;
  const mounts = container.at('volumeMounts').items;
  const known = configuredDirectory ?? (Object.hasOwn(DATA_DIRECTORIES, broker) ? DATA_DIRECTORIES[broker] : undefined);
  const directory = known ?? mounts.find((mount) => claims.some((claim) => nameOf(claim) === mount.at('name').text))?.at('mountPath').text;
  if (directory === undefined) return undefined;

  const mount = mounts
    .filter((candidate) => covers(candidate.at('mountPath').text ?? '', directory))
    .sort((a, b) => (b.at('mountPath').text ?? '').length - (a.at('mountPath').text ?? '').length)[0];
  if (!mount) return { kind: 'none', path: `no volume is mounted at ${directory}` };

  const name = mount.at('name').text ?? '';
  // A claim template wins over a volume of the same name: the StatefulSet controller replaces it.
  const claim = claims.find((candidate) => nameOf(candidate) === name);
  if (claim) return { kind: 'claimTemplate', path: `volumeClaimTemplate '${name}':`, claim };

  const volume = workload.at('template', 'spec', 'volumes').items.find((candidate) => candidate.at('name').text === name);
  const path = `volume '${name}' at ${directory}`;
  const claimName = volume?.at('persistentVolumeClaim', 'claimName').text;
  if (claimName !== undefined) return { kind: 'sharedClaim', path, claimName };
  if (volume?.at('hostPath').exists) return { kind: 'hostPath', path };
  for (const type of ['emptyDir', 'ephemeral']) {
    if (volume?.at(type).exists) return { kind: 'ephemeral', path, type, volume };
  }
  return undefined;
}

function nameOf(claim: Fields): string | undefined {
  return claim.at('metadata', 'name').text;
}

function covers(mountPath: string, directory: string): boolean {
  const prefix = mountPath.replace(/\/+$/, '');
  return directory === prefix || directory.startsWith(`${prefix}/`);
}
