import type { Container } from './container';
import type { Fields } from './fields';
import type { PodTemplate } from './pod-template';

/** Where the content of a file in a container stands: a key of a ConfigMap. */
export interface MountedFile {
  readonly configMap: string;
  readonly key: string;
}

/** What a container sees at this path, if that comes out of a ConfigMap. */
export function mountedFile(pods: PodTemplate, container: Container, path: string): MountedFile | undefined {
  const mount = container.fields.at('volumeMounts').items
    .flatMap((fields) => {
      const rest = below(path, fields.at('mountPath').text ?? '/');
      return rest === undefined ? [] : { fields, rest };
    })
    .sort((a, b) => a.rest.length - b.rest.length)[0];
  if (!mount) return undefined;
  const inVolume = [mount.fields.at('subPath').text, mount.rest].filter((part) => part).join('/');
  const volume = pods.spec.at('volumes').items.find((candidate) => candidate.at('name').text === mount.fields.at('name').text);
  const sources = volume === undefined ? [] : [volume, ...volume.at('projected', 'sources').items];
  return sources.map((source) => keyAt(source.at('configMap'), inVolume)).find((file) => file !== undefined);
}

function keyAt(configMap: Fields, path: string): MountedFile | undefined {
  const name = configMap.at('name').text;
  const items = configMap.at('items').items;
  const key = items.length === 0 ? path : items.find((item) => item.at('path').text === path)?.at('key').text;
  return name === undefined || key === undefined ? undefined : { configMap: name, key };
}

/** The rest of a path below a folder; empty for the folder itself. */
function below(path: string, folder: string): string | undefined {
  const prefix = folder.replace(/\/+$/, '');
  if (path === prefix) return '';
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length + 1) : undefined;
}
