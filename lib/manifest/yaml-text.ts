import { Yaml } from 'cdk8s';

/**
 * Texts that were written here lately, by the JSON of what they say, and the other way round. Fleets have the same configuration file many times, and the rules read each at
 * every synth, nearly always just as it was written.
 */
const texts = new Map<string, string>();
const values = new Map<string, unknown>();
const MOST = 1000;

/** A value as YAML. */
export function yamlText(value: object): string {
  const json = JSON.stringify(value);
  const known = texts.get(json);
  if (known !== undefined) return known;
  const text = Yaml.stringify(value);
  if (texts.size >= MOST) [texts, values].forEach((map) => map.clear());
  texts.set(json, text);
  values.set(text, value);
  return text;
}

/**
 * What a YAML text says.
 *
 * @throws if it is no YAML.
 */
export function parsedYaml(text: string): unknown {
  if (values.has(text)) return values.get(text);
  // Loading the parser takes longer than the rules about a cluster, and an app whose files nobody changed does without.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { parse } = require('yaml') as typeof import('yaml');
  return parse(text);
}
