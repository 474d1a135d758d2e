import { Yaml } from 'cdk8s';

/** Texts that were written here lately, with what they say: the rules read the configuration files of an app's brokers at each synth, nearly always just as they were written. */
const written = new Map<string, unknown>();
const MOST = 1000;

/** A value as YAML. */
export function yamlText(value: object): string {
  const text = Yaml.stringify(value);
  if (written.size >= MOST) written.clear();
  written.set(text, value);
  return text;
}

/**
 * What a YAML text says.
 *
 * @throws if it is no YAML.
 */
export function parsedYaml(text: string): unknown {
  if (written.has(text)) return written.get(text);
  // Loading the parser takes longer than the rules about a cluster, and an app whose files nobody changed does without.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { parse } = require('yaml') as typeof import('yaml');
  return parse(text);
}
