import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject } from 'ajv';
import { nearestWord } from './nearest-word.js';
import { formatPath, type PathSegment, type Problem } from './problem.js';

type Schema = Record<string, unknown>;

export interface SchemaProblem extends Problem {
  readonly segments: readonly PathSegment[];
}

/** Checks documents against a JSON schema of this package and fills in its defaults. */
export class SchemaValidator {
  private readonly validate;

  /** @param schemaName name of the schema under `imports` of package.json */
  constructor(schemaName: string) {
    const schema = JSON.parse(readFileSync(new URL(import.meta.resolve(schemaName)), 'utf8')) as Schema;
    this.validate = new Ajv({ allErrors: true, verbose: true, useDefaults: true }).compile(schema);
  }

  /** Says everything that is wrong with the document, and writes the defaults into it. */
  check(document: unknown): SchemaProblem[] {
    this.validate(document);
    const problems = new Map<string, SchemaProblem>();
    for (const error of this.validate.errors ?? []) {
      const problem = explain(error);
      // One key can break several keywords at once (type and minimum); the message names all that is expected.
      problems.set(`${problem.path}\n${problem.message}`, problem);
    }
    return [...problems.values()];
  }
}

function explain(error: ErrorObject): SchemaProblem {
  const parent = error.parentSchema as Schema;
  const segments = toSegments(error);
  const at = (message: string, ...more: string[]): SchemaProblem => {
    const path = [...segments, ...more];
    return { segments: path, path: formatPath(path), message };
  };
  switch (error.keyword) {
    case 'additionalProperties': {
      const unknown = error.params.additionalProperty as string;
      const known = Object.keys(parent.properties as Schema);
      const meant = nearestWord(unknown, known);
      return at(`unknown key; ${meant === undefined ? `known here: ${known.join(', ')}` : `did you mean \`${meant}\`?`}`, unknown);
    }
    case 'required':
      return at('missing; this key is required', error.params.missingProperty as string);
    default:
      return at(`found ${show(error.data)}, expected ${expectation(parent)}`);
  }
}

/** ajv gives a JSON pointer. A number in it is an index: no key of these schemas is a number. */
function toSegments(error: ErrorObject): PathSegment[] {
  return error.instancePath
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~')));
}

/** What a schema asks of a value, in words. A test sees to it that the schemas use no keyword that has no words here. */
export function expectation(schema: Schema): string {
  if (Array.isArray(schema.enum)) return `one of ${schema.enum.join(', ')}`;
  const { minimum, maximum, minItems, maxLength, pattern, description } = schema as { minimum?: number; maximum?: number; minItems?: number; maxLength?: number; pattern?: string; description?: string };
  const explained = description === undefined ? '' : `: ${description}`;
  switch (schema.type) {
    case 'integer':
      if (minimum !== undefined && maximum !== undefined) return `an integer from ${minimum} to ${maximum}`;
      return minimum === undefined ? 'an integer' : `an integer of at least ${minimum}`;
    case 'string':
      if (pattern !== undefined) return `text that matches ${pattern}${explained}`;
      return maxLength === undefined ? 'text that is not empty' : `text of 1 to ${maxLength} characters`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return minItems === undefined ? 'a list' : `a list of at least ${minItems} ${minItems === 1 ? 'entry' : 'entries'}`;
    default:
      return `a mapping of keys to values${explained}`;
  }
}

export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
