import { Yaml } from 'cdk8s';

type Scalar = string | number | boolean | null;

/**
 * Makes cdk8s write the YAML of this work faster, to the same bytes: half of the time of a synth went by asking for every string of every object how it is to be
 * quoted, although manifests say the same few thousand keys and values again and again. Here its answer for each is remembered until the work is done, and only
 * the lines are put together. cdk8s has no hook for that. Whatever is not plain JSON, cdk8s writes itself.
 */
export function writingScalarsOnce<T>(work: () => T): T {
  const { stringify } = Yaml;
  const ofCdk8s = stringify.bind(Yaml);
  if (!laysOutAsHere(ofCdk8s)) return work();
  const writer = new Writer(ofCdk8s);
  Yaml.stringify = (...documents) => documents.map((document) => writer.text(document)).join('---\n');
  try {
    return work();
  } finally {
    Yaml.stringify = stringify;
  }
}

/** Everything that the layout consists of. */
const SPECIMEN = { map: { map: { texts: 'a\n\nb\n', list: [{ a: 1, b: [] }, ['x', {}], { c: { d: null } }] } }, text: 'a\n b' };

/** Apps bring their own version of cdk8s: where it would indent otherwise, it had better write everything. */
function laysOutAsHere(stringify: (value: unknown) => string): boolean {
  return new Writer(stringify).text(SPECIMEN) === stringify(SPECIMEN);
}

class Writer {
  private readonly keys = new Map<string, string>();
  private readonly scalars = new Map<Scalar, string>();

  constructor(private readonly stringify: (value: unknown) => string) {}

  public text(document: unknown): string {
    const unknown = { keys: new Set<string>(), scalars: new Set<Scalar>() };
    const fits = isFilledMap(document) && this.collect(document, unknown, new Set()) && this.ask(unknown);
    return fits ? `${this.map(document, '')}\n` : this.stringify(document);
  }

  /** Whether a value can be written here, and the keys and scalars in it that are not known yet. */
  private collect(value: unknown, unknown: { keys: Set<string>; scalars: Set<Scalar> }, seen: Set<object>): boolean {
    if (typeof value === 'object' && value !== null) {
      // YAML writes an anchor where an object comes a second time.
      if (seen.has(value)) return false;
      seen.add(value);
      if (Array.isArray(value)) return value.every((item) => this.collect(item, unknown, seen));
      if (Object.getPrototypeOf(value) !== Object.prototype) return false;
      for (const key of Object.keys(value)) {
        if (!this.keys.has(key)) unknown.keys.add(key);
        if (!this.collect((value as Record<string, unknown>)[key], unknown, seen)) return false;
      }
      return true;
    }
    if (!isScalar(value)) return false;
    if (!isLines(value) && !this.scalars.has(value)) unknown.scalars.add(value);
    return true;
  }

  /** How cdk8s writes them: all in one document, a line for each. Whether that was so. */
  private ask(unknown: { keys: Set<string>; scalars: Set<Scalar> }): boolean {
    const [keys, scalars] = [[...unknown.keys], [...unknown.scalars]];
    // Depth matters for what would be a marker between documents, and long keys get lines of their own.
    if (keys.some((key) => /\n|^(---|\.\.\.)/.test(key) || key.length > 500)) return false;
    const lines = [
      ...keys.length > 0 ? this.stringify(Object.fromEntries(keys.map((key) => [key, null]))).split('\n').slice(0, -1) : [],
      ...scalars.length > 0 ? this.stringify(scalars).split('\n').slice(0, -1) : [],
    ];
    if (lines.length !== keys.length + scalars.length) return false;
    // Keys that are whole numbers come first in an object, wherever they were put.
    const inOrder = Object.keys(Object.fromEntries(keys.map((key) => [key, null])));
    inOrder.forEach((key, i) => this.keys.set(key, lines[i].slice(0, -': null'.length)));
    scalars.forEach((scalar, i) => this.scalars.set(scalar, lines[keys.length + i].slice('- '.length)));
    return true;
  }

  private map(value: object, indent: string): string {
    const inner = `${indent}  `;
    let text = '';
    for (const key of Object.keys(value)) {
      const item = (value as Record<string, unknown>)[key];
      text += `${text === '' ? '' : `\n${indent}`}${this.keys.get(key)}:${isFilled(item) ? `\n${inner}` : ' '}${this.value(item, inner)}`;
    }
    return text;
  }

  private value(value: unknown, indent: string): string {
    if (Array.isArray(value)) return value.length === 0 ? '[]' : value.map((item) => `- ${this.value(item, `${indent}  `)}`).join(`\n${indent}`);
    if (typeof value === 'object' && value !== null) return isFilled(value) ? this.map(value, indent) : '{}';
    return isLines(value) ? this.lines(value, indent) : this.scalars.get(value as Scalar)!;
  }

  /** A text of several lines, which are indented: cdk8s writes it at the same depth. Remembering them would be no use, most are long and there once. */
  private lines(value: string, indent: string): string {
    let nested: unknown = value;
    for (let depth = 0; depth < indent.length; depth += 2) nested = { k: nested };
    const text = this.stringify(nested);
    return text.slice(text.indexOf('k: ') + 'k: '.length, -1);
  }
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'boolean' || value === null || (Number.isFinite(value) && !Object.is(value, -0));
}

function isLines(value: unknown): value is string {
  return typeof value === 'string' && value.includes('\n');
}

function isFilled(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

function isFilledMap(value: unknown): value is object {
  return isFilled(value) && !Array.isArray(value);
}
