import { statSync, type BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Log } from './log.js';
import type { Metrics, ReloadableFile } from './metrics.js';

export interface WatchedGroup {
  readonly file: ReloadableFile;
  /** Files that are read together, such as a certificate and its key. */
  readonly paths: readonly string[];
  /** Reads them and puts them to use. When it throws, what was in use before stays in use. */
  reload(): void;
}

/**
 * The kubelet brings a changed Secret or ConfigMap by swapping the symbolic link `..data` of the mount, about a minute after the change. Looking at what
 * the paths lead to sees that, and every other way to change a file, on every file system; change events of the kernel do not.
 */
const pollMilliseconds = 5000;

/** Reads password file, access rules and certificates again when they change, while clients stay connected. */
export class WatchedFiles {
  private readonly groups: { readonly group: WatchedGroup; seen: string }[] = [];
  private timer: NodeJS.Timeout | undefined;
  private checking: Promise<void> | undefined;

  constructor(
    private readonly log: Log,
    private readonly metrics: Pick<Metrics, 'fileReloaded'>,
  ) {}

  /** Takes the files as they are now for known. To be called before they are first read: what changes between the two is then read again, where it would be missed for good the other way round. */
  watch(group: WatchedGroup): void {
    this.groups.push({ group, seen: fingerprintNow(group.paths) });
  }

  start(): void {
    this.timer = setInterval(() => void this.check(), pollMilliseconds).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Looks now. */
  check(): Promise<void> {
    this.checking ??= this.checkAll().finally(() => (this.checking = undefined));
    return this.checking;
  }

  private async checkAll(): Promise<void> {
    for (const watched of this.groups) {
      // Before reading: a file that changes between the two is seen as changed once more, and read again.
      const now = await fingerprint(watched.group.paths);
      if (now === watched.seen) continue;
      watched.seen = now;
      this.reload(watched.group);
    }
  }

  /** Tells that something was read again. */
  accepted(file: ReloadableFile, paths: readonly string[]): void {
    this.metrics.fileReloaded(file, 'success', paths.join());
    this.log.write('info', 'file.reloaded', 'what changed is in use', { file, paths });
  }

  /** Tells that something could not be read again. */
  rejected(file: ReloadableFile, paths: readonly string[], error: Error): void {
    this.metrics.fileReloaded(file, 'failure', paths.join());
    this.log.write('error', 'file.rejected', 'what changed cannot be used; what was in use before stays in use', { file, paths, cause: error.message });
  }

  private reload({ file, paths, reload }: WatchedGroup): void {
    try {
      reload();
      this.accepted(file, paths);
    } catch (error) {
      this.rejected(file, paths, error as Error);
    }
  }
}

async function fingerprint(paths: readonly string[]): Promise<string> {
  const parts = await Promise.all(paths.map((path) => stat(path, { bigint: true }).then(identify, whyMissing)));
  return parts.join('\n');
}

/** The same while nothing else runs yet. */
function fingerprintNow(paths: readonly string[]): string {
  const parts = paths.map((path) => {
    try {
      return identify(statSync(path, { bigint: true }));
    } catch (error) {
      return whyMissing(error as NodeJS.ErrnoException);
    }
  });
  return parts.join('\n');
}

const identify = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string => [dev, ino, size, mtimeNs, ctimeNs].join(' ');

const whyMissing = ({ code }: NodeJS.ErrnoException): string => `missing: ${code}`;
