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

  /** The namespace that every object is in. */
  get namespace(): string {
    const namespaces = new Set(this.manifests.map(({ metadata }) => metadata.namespace));
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

  /** The same app without what this cluster cannot take: kinds that it does not know, images that it cannot get, and the broker image's name where the cluster has another. */
  async forThisCluster(): Promise<SynthesizedApp> {
    const kinds = new Set((await kubectl(['api-resources', '--no-headers'])).stdout.split('\n').map(apiKind));
    const unknown = this.manifests.filter((manifest) => !kinds.has(`${manifest.apiVersion} ${manifest.kind}`));
    for (const { apiVersion, kind, metadata } of unknown) progress(`left out, because this cluster does not know ${apiVersion} ${kind}: ${metadata.name}`);
    if (unknown.length === 0 && IMAGE === DEFAULT_IMAGE && MISSING_IMAGES.length === 0) return this;
    const known = this.manifests.filter((manifest) => !unknown.includes(manifest));
    return new SynthesizedApp(known.map((manifest) => stringify(withoutMissingImages(withImage(manifest)))).join('---\n'));
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

/** A line of `kubectl api-resources` ends with VERSION NAMESPACED KIND. */
function apiKind(line: string): string {
  const [, apiVersion, kind] = /(\S+)\s+(?:true|false)\s+(\S+)/.exec(line) ?? [];
  return `${apiVersion} ${kind}`;
}

function withImage(manifest: Manifest): Manifest {
  return JSON.parse(JSON.stringify(manifest), (key, value) => (key === 'image' && value === DEFAULT_IMAGE ? IMAGE : value)) as Manifest;
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
