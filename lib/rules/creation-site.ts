import { join, sep } from 'path';
import { fileURLToPath } from 'url';

/** A line of the user's code. */
export interface CreationSite {
  readonly file: string;
  readonly line: number;
}

/** Folder of this library's code, whether compiled or not. */
const LIBRARY = join(__dirname, '..') + sep;
/** Constructs are made some frames above their rules; the ten that an Error has by default may all be the library's. */
const FRAMES = 50;

/** Where the user's code calls into the library; `undefined` where that is not JavaScript, as in Python or Java. */
export function creationSite(): CreationSite | undefined {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = FRAMES;
  const stack = new Error().stack ?? '';
  Error.stackTraceLimit = stackTraceLimit;
  return siteIn(stack);
}

/** The first frame of a stack that is neither the library's, nor a package's, nor Node's own. */
export function siteIn(stack: string): CreationSite | undefined {
  for (const frame of stack.split('\n')) {
    const [, location, line] = /(?:\(|at (?:async )?)((?:file:\/\/|\/|[A-Za-z]:[\\/])[^()]*?):(\d+):\d+\)?$/.exec(frame) ?? [];
    if (location === undefined) continue;
    const file = location.startsWith('file://') ? fileURLToPath(location) : location;
    if (!file.startsWith(LIBRARY) && !/[\\/]node_modules[\\/]/.test(file)) return { file, line: Number(line) };
  }
  return undefined;
}
