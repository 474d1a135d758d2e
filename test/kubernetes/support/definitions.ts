import { existsSync, readdirSync } from 'fs';
import path from 'path';
import { eventually } from './eventually';
import { applyObjects, kubectl, list } from './kubectl';
import { ROOT } from './settings';

/** A custom resource, and the versions that a test makes objects of. */
export interface Definition {
  readonly resource: string;
  readonly group: string;
  readonly versions: string[];
}

interface CustomResourceDefinition {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly versions: { readonly name: string; readonly served: boolean; readonly storage: boolean; readonly subresources?: object }[] };
  readonly status?: { readonly conditions?: { readonly type: string; readonly status: string }[] };
}

const FOLDER = path.resolve(ROOT, process.env.MQTT_TEST_CRDS || '../shared/crds');
const KIND = 'customresourcedefinitions';
const made: string[] = [];

/**
 * Adds the definitions of MQTT_TEST_CRDS that the cluster does not have, and returns which resources, with their versions, it then still does not know.
 * A version that the file lacks is added without a schema: what such an object may say, its operator decides, and the rules do not depend on it.
 */
export async function addDefinitions(definitions: Definition[]): Promise<string[]> {
  const there = await list<CustomResourceDefinition>(KIND);
  for (const definition of definitions) {
    const name = `${definition.resource}.${definition.group}`;
    const found = there.some(({ metadata }) => metadata.name === name) ? undefined : await fileOf(definition);
    if (found === undefined) continue;
    made.push(name);
    const missing = definition.versions.filter((version) => !found.spec.versions.some((served) => served.name === version));
    const { subresources } = found.spec.versions.find(({ storage }) => storage)!;
    const schema = { openAPIV3Schema: { type: 'object', properties: { spec: { 'type': 'object', 'x-kubernetes-preserve-unknown-fields': true } } } };
    await applyObjects({ ...found, spec: { ...found.spec, versions: [...found.spec.versions, ...missing.map((version) => ({ name: version, served: true, storage: false, schema, subresources }))] } });
    await eventually(`${name} to be established`, 30, async () => (await list<CustomResourceDefinition>(KIND))
      .find(({ metadata }) => metadata.name === name)?.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') || undefined);
  }
  const now = await list<CustomResourceDefinition>(KIND);
  return definitions.flatMap(({ resource, group, versions }) => {
    const served = now.find(({ metadata }) => metadata.name === `${resource}.${group}`)?.spec.versions.filter((version) => version.served).map((version) => version.name) ?? [];
    return versions.filter((version) => !served.includes(version)).map((version) => `${resource}.${group}/${version}`);
  });
}

/** Deletes the definitions that `addDefinitions` made. */
export async function removeDefinitions(): Promise<void> {
  if (made.length > 0) await kubectl(['delete', KIND, ...made.splice(0)], { seconds: 90 });
}

/** kubectl reads what a stricter parser of YAML does not. */
async function fileOf({ resource, group }: Definition): Promise<CustomResourceDefinition | undefined> {
  const files = existsSync(FOLDER) ? readdirSync(FOLDER).filter((file) => file.startsWith(`${group}_`)) : [];
  const read = await Promise.all(files.map(async (file) => (await kubectl(['create', '--dry-run=client', '--output=json', `--filename=${path.join(FOLDER, file)}`])).stdout));
  return read.map((json) => JSON.parse(json) as CustomResourceDefinition).find(({ metadata }) => metadata.name === `${resource}.${group}`);
}
