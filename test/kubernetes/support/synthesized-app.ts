import { mkdtemp, readdir, readFile, rm } from 'fs/promises';
import os from 'os';
import path from 'path';
import { parseAllDocuments, stringify } from 'yaml';
import { kubectl } from './kubectl';
import type { Manifest, StatefulSet } from './kubernetes-objects';
import { progress } from './progress';
import { CommandResult, runCommand } from './run-command';
import { DEFAULT_IMAGE, IMAGE, MISSING_IMAGES, ROOT } from './settings';

/** What `cdk8s synth` wrote for an app. */
export class SynthesizedApp {
  /** Runs `cdk8s synth` in the app's folder, as a user does. */
  static async synth(folder: string, env: Record<string, string> = {}): Promise<SynthesizedApp> {
    const output = await mkdtemp(path.join(os.tmpdir(), 'cdk8s-mqtt-synth-'));
    try {
      await runCommand('npx', ['cdk8s', 'synth', '--output', output], { cwd: path.join(ROOT, folder), env: { ...process.env, ...env }, seconds: 120 });
      const files = (await readdir(output)).sort();
      const texts = await Promise.all(files.map((file) => readFile(path.join(output, file), 'utf8')));
      return new SynthesizedApp(texts.join('---\n'));
    } finally {
      await rm(output, { recursive: true });
    }
  }

  public readonly manifests: Manifest[];

  private constructor(
    /** The files as they were written, one after the other. */
    public readonly text: string,
  ) {
    this.manifests = parseAllDocuments(text).map((document) => document.toJS() as Manifest | null).filter((manifest) => manifest !== null);
  }

  /** The namespace that every object is in, but those of the whole cluster. */
  get namespace(): string {
    const namespaces = new Set(this.manifests.map(({ metadata }) => metadata.namespace).filter((name) => name !== undefined));
    const [namespace] = namespaces;
    if (namespaces.size !== 1 || namespace === undefined) throw new Error(`expected one namespace, found ${JSON.stringify([...namespaces])}`);
    return namespace;
  }

  /** The only object of that kind that fulfils the condition. */
  only<T extends Manifest>(kind: string, condition: (manifest: T) => boolean = () => true): T {
    const found = this.manifests.filter((manifest) => manifest.kind === kind).filter((manifest) => condition(manifest as T));
    if (found.length !== 1) throw new Error(`expected one ${kind}, found ${found.length}`);
    return found[0] as T;
  }

  /** The objects of that kind. */
  all<T extends Manifest>(kind: string): T[] {
    return this.manifests.filter((manifest) => manifest.kind === kind) as T[];
  }

  /** The StatefulSet whose pods are called that: `mqtt-broker` or `mqtt-message-log`. */
  workload(podName: string): StatefulSet {
    return this.only<StatefulSet>('StatefulSet', ({ metadata }) => metadata.labels?.['app.kubernetes.io/name'] === podName);
  }

  /** The same app without the objects of that kind. */
  without(kind: string): SynthesizedApp {
    return new SynthesizedApp(this.manifests.filter((manifest) => manifest.kind !== kind).map((manifest) => stringify(manifest)).join('---\n'));
  }

  /** The same app as if it named another image in the place of one. */
  withImage(image: string, other: string): SynthesizedApp {
    return new SynthesizedApp(this.manifests.map((manifest) => stringify(withImage(manifest, image, other))).join('---\n'));
  }

  /**
   * The same app without what this cluster cannot take: kinds that it does not know, classes of volumes whose driver it does not have, images that it cannot get, and the broker
   * image's name where the cluster has another.
   */
  async forThisCluster(): Promise<SynthesizedApp> {
    const kinds = new Set((await kubectl(['api-resources', '--no-headers'])).stdout.split('\n').map(apiKind));
    const unknown = this.manifests.filter((manifest) => !kinds.has(`${manifest.apiVersion} ${manifest.kind}`));
    for (const { apiVersion, kind, metadata } of unknown) progress(`left out, because this cluster does not know ${apiVersion} ${kind}: ${metadata.name}`);
    const classes = await withoutDriver(this.all<VolumeAttributesClass>('VolumeAttributesClass').filter((manifest) => !unknown.includes(manifest)));
    if (unknown.length === 0 && classes.length === 0 && IMAGE === DEFAULT_IMAGE && MISSING_IMAGES.length === 0) return this;
    const left: Manifest[] = [...unknown, ...classes];
    const known = this.manifests.filter((manifest) => !left.includes(manifest)).map((manifest) => withoutClasses(manifest, classes));
    return new SynthesizedApp(known.map((manifest) => stringify(withoutMissingImages(withImage(manifest, DEFAULT_IMAGE, IMAGE)))).join('---\n'));
  }

  /** Applies the manifests with strict validation: a field that Kubernetes does not know is an error. */
  apply(...options: string[]): Promise<CommandResult> {
    return kubectl(['apply', '--server-side', '--validate=strict', ...options, '--filename=-'], { input: this.text });
  }

  /** What `kubectl diff` finds between the manifests and the cluster: nothing, or it ends with exit code 1 and this throws. */
  async expectNoDifference(): Promise<void> {
    await kubectl(['diff', '--server-side', '--filename=-'], { input: this.text });
  }
}

interface VolumeAttributesClass extends Manifest {
  readonly driverName: string;
}

/** Claims of such a class are never bound. */
async function withoutDriver(classes: VolumeAttributesClass[]): Promise<VolumeAttributesClass[]> {
  if (classes.length === 0) return [];
  const drivers = (await kubectl(['get', 'csidrivers', '--output=name'])).stdout.split('\n');
  const missing = classes.filter(({ driverName }) => !drivers.includes(`csidriver.storage.k8s.io/${driverName}`));
  for (const { metadata, driverName } of missing) progress(`left out, because this cluster has no CSI driver ${driverName}: VolumeAttributesClass ${metadata.name}`);
  return missing;
}

function withoutClasses(manifest: Manifest, classes: VolumeAttributesClass[]): Manifest {
  const names = classes.map(({ metadata }) => metadata.name);
  return JSON.parse(JSON.stringify(manifest), (key, value) => (key === 'volumeAttributesClassName' && names.includes(value as string) ? undefined : value)) as Manifest;
}

/** A line of `kubectl api-resources` ends with VERSION NAMESPACED KIND. */
function apiKind(line: string): string {
  const [, apiVersion, kind] = /(\S+)\s+(?:true|false)\s+(\S+)/.exec(line) ?? [];
  return `${apiVersion} ${kind}`;
}

function withImage(manifest: Manifest, image: string, other: string): Manifest {
  return JSON.parse(JSON.stringify(manifest), (key, value) => (key === 'image' && value === image ? other : value)) as Manifest;
}

function withoutMissingImages(manifest: Manifest): Manifest {
  return JSON.parse(JSON.stringify(manifest), (key, value) => {
    if (key !== 'containers') return value;
    const containers = value as { name: string; image: string }[];
    const missing = containers.filter(({ image }) => MISSING_IMAGES.includes(image));
    for (const { name, image } of missing) progress(`left out, because this cluster has no ${image}: container ${name} of ${manifest.kind} ${manifest.metadata.name}`);
    return containers.filter((container) => !missing.includes(container));
  }) as Manifest;
}
