/** One thing that is wrong with a file or with the command line. */
export interface Problem {
  /** Where: a key such as `listeners[0].port`, or an option such as `--listen`. Empty: the whole file. */
  readonly path: string;
  readonly line?: number;
  /** What was found and what is expected. */
  readonly message: string;
}

/** Everything that is wrong with one file, in one message. */
export class InvalidFileError extends Error {
  constructor(readonly file: string, readonly problems: readonly Problem[]) {
    super([`${file}: ${problems.length} ${problems.length === 1 ? 'error' : 'errors'}`, ...problems.map((problem) => `  ${format(problem)}`)].join('\n'));
    this.name = 'InvalidFileError';
  }
}

function format({ path, line, message }: Problem): string {
  const where = [path, line === undefined ? '' : path ? `(line ${line})` : `line ${line}`].filter(Boolean).join(' ');
  return where ? `${where}: ${message}` : message;
}

export type PathSegment = string | number;

/** Keys of one document that need, refuse or clash with each other. */
export interface Inconsistency {
  readonly segments: readonly PathSegment[];
  readonly message: string;
}

/** `['listeners', 0, 'port']` as `listeners[0].port`. */
export function formatPath(segments: readonly PathSegment[]): string {
  return segments.map((segment, index) => (typeof segment === 'number' ? `[${segment}]` : index === 0 ? segment : `.${segment}`)).join('');
}
