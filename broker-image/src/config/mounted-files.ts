import { accessSync, constants, statSync } from 'node:fs';
import { listenersOf, mappingAt } from './document.js';
import type { PathSegment } from './problem.js';

/** A file that the configuration names; in a pod, from a mounted Secret or ConfigMap. */
interface MountedFile {
  readonly segments: readonly PathSegment[];
  readonly file: string;
}

export function mountedFiles(document: unknown): MountedFile[] {
  const candidates: { readonly segments: readonly PathSegment[]; readonly file: unknown }[] = [
    { segments: ['authentication', 'passwordFile'], file: mappingAt(document, 'authentication').passwordFile },
    { segments: ['authorization', 'aclFile'], file: mappingAt(document, 'authorization').aclFile },
    ...listenersOf(document).flatMap(({ index, listener }) =>
      ['certificateFile', 'privateKeyFile', 'clientCaFile'].map((key) => ({ segments: ['listeners', index, 'tls', key], file: mappingAt(listener, 'tls')[key] })),
    ),
  ];
  return candidates.filter((candidate): candidate is MountedFile => typeof candidate.file === 'string' && candidate.file !== '');
}

/** Why a file cannot be read, in words; undefined when it can. */
export function whyUnreadable(file: string): string | undefined {
  try {
    if (!statSync(file).isFile()) return `found ${file}, which is not a file`;
    accessSync(file, constants.R_OK);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return `found ${file}, which does not exist; check the volume mount and the key of the Secret or ConfigMap`;
    if (code === 'EACCES') return `found ${file}, which the user ${process.getuid?.() ?? ''} may not read; check the mode of the volume and the pod's fsGroup`;
    return `found ${file}, which cannot be read: ${code ?? String(error)}`;
  }
}
