import { existsSync, readFileSync } from 'fs';
import { resolve } from 'path';
import Ajv, { type ValidateFunction } from 'ajv';
import { parse } from 'yaml';

/** Definitions of custom resources, beside the repository. */
const DEFINITIONS = resolve(__dirname, '../../../shared/crds');

/** `describe` where the definitions are; elsewhere the tests are skipped, and their title says why. */
export function describeWithDefinitions(title: string, tests: () => void): void {
  if (existsSync(DEFINITIONS)) describe(title, tests);
  else describe.skip(`${title} (skipped: there are no custom resource definitions in ../shared/crds)`, tests);
}

/** What the API server would say about a custom resource under `--validate=strict`: an empty list when it accepts it. */
export function problemsOf(definition: string, manifest: { apiVersion: string }): string[] {
  const validate = validatorOf(definition, manifest.apiVersion.split('/')[1]);
  return validate(manifest) ? [] : validate.errors!.map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
}

function validatorOf(definition: string, version: string): ValidateFunction {
  const { spec } = parse(readFileSync(resolve(DEFINITIONS, `${definition}.yaml`), 'utf8'));
  const { schema } = spec.versions.find(({ name, served }: { name: string; served: boolean }) => name === version && served);
  const strict = closed(schema.openAPIV3Schema) as { properties: { metadata?: object } };
  // The API server checks the metadata of every object itself.
  strict.properties.metadata = { type: 'object' };
  return new Ajv({ allErrors: true, strict: false, validateFormats: false, unicodeRegExp: false }).compile(strict);
}

/** Custom resource definitions say nothing about fields that they do not name; strict validation refuses them. */
function closed(schema: any): any {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  // Go's way to ignore case, which JavaScript's regular expressions do not know. No object of this library sets a field with such a pattern.
  if (typeof copy.pattern === 'string' && copy.pattern.includes('(?i)')) delete copy.pattern;
  const isOpen = copy['x-kubernetes-preserve-unknown-fields'] || copy.additionalProperties !== undefined;
  return copy.type === 'object' && copy.properties && !isOpen ? { ...copy, additionalProperties: false } : copy;
}
