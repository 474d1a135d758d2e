import { isCollection, isNode, isPair, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import type { PathSegment, Problem } from './problem.js';

/** A parsed YAML file that still knows on which line each key stands. */
export interface YamlFile {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** The line of the key at this path, or of the nearest parent that is there. */
  lineOf(path: readonly PathSegment[]): number | undefined;
}

export function parseYaml(text: string): YamlFile {
  const lines = new LineCounter();
  // Plain messages: the quoted source lines of prettyErrors could show a secret that somebody wrote into the wrong file.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problems = [...document.errors, ...document.warnings].map(({ message, pos }) => ({ path: '', line: lines.linePos(pos[0]).line, message: `not valid YAML: ${message}` }));
  const lineOf = (path: readonly PathSegment[]): number | undefined => {
    for (let length = path.length; length > 0; length--) {
      const offset = offsetOf(document, path.slice(0, length));
      if (offset !== undefined) return lines.linePos(offset).line;
    }
    return undefined;
  };
  // Without errors only: a document with errors can throw here (an alias without its anchor).
  return { value: problems.length === 0 ? toValue(document, problems) : undefined, problems, lineOf };
}

function toValue(document: Document.Parsed, problems: Problem[]): unknown {
  try {
    return document.toJS();
  } catch (error) {
    problems.push({ path: '', message: `not valid YAML: ${(error as Error).message}` });
    return undefined;
  }
}

function offsetOf(document: Document.Parsed, path: readonly PathSegment[]): number | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isCollection(parent)) return undefined;
  const key = path[path.length - 1];
  const item = typeof key === 'number' ? parent.items[key] : parent.items.find((pair) => isPair(pair) && isScalar(pair.key) && pair.key.value === key);
  const node = isPair(item) ? item.key : item;
  return isNode(node) ? node.range?.[0] : undefined;
}
