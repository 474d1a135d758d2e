import { type Document, isMap, isSeq, LineCounter, parseAllDocuments, type Tags } from 'yaml';
import type { ManifestText } from './manifest-files';
import type { Manifest } from '../rules/model/manifest-object';

/** An object of a manifest, with its place. */
export interface PlacedManifest extends Manifest {
  readonly file: string;
  /** Line on which the object begins, from 1. */
  readonly line: number;
}

/** YAML 1.1, which Kubernetes reads, has numbers like `12:30` and dates; Kubernetes leaves them texts. */
const withoutTimes = (tags: Tags): Tags => tags.filter((tag) => typeof tag === 'string' || (tag.format !== 'TIME' && tag.tag !== 'tag:yaml.org,2002:timestamp'));

/** The Kubernetes objects of a text, items of a `List` each by itself. Documents that are something else are passed over, what is no YAML goes to `problems`. */
export function parseManifests({ name, text }: ManifestText, problems: string[]): PlacedManifest[] {
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter, version: '1.1', customTags: withoutTimes }) as Document[];
  return documents.flatMap((document) => {
    if (document.errors.length > 0) {
      problems.push(...document.errors.map((error) => `${name}:${lineCounter.linePos(error.pos[0]).line}: is no YAML: ${firstLine(error.message)}${templateHint(text)}`));
      return [];
    }
    try {
      return objectsIn(document, document.contents, name, lineCounter);
    } catch (error) {
      problems.push(`${name}: cannot be resolved: ${firstLine((error as Error).message)}`);
      return [];
    }
  });
}

function objectsIn(document: Document, node: unknown, file: string, lineCounter: LineCounter): PlacedManifest[] {
  if (!isMap(node)) return [];
  const items = node.get('items');
  if (node.get('apiVersion') === 'v1' && node.get('kind') === 'List' && isSeq(items)) {
    return items.items.flatMap((item) => objectsIn(document, item, file, lineCounter));
  }
  if (typeof node.get('apiVersion') !== 'string' || typeof node.get('kind') !== 'string') return [];
  const { line } = lineCounter.linePos(node.range![0]);
  return [{ manifest: node.toJS(document), origin: `${file}:${line}`, file, line }];
}

function firstLine(message: string): string {
  return message.split('\n')[0].replace(/ at line \d+, column \d+:?$/, '');
}

function templateHint(text: string): string {
  return text.includes('{{') ? ' (it looks like a template: check the output of `helm template`)' : '';
}
