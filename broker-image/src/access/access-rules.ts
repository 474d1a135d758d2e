import { formatPath, InvalidFileError, parseYaml, SchemaValidator, type PathSegment, type Problem } from '../config/index.js';
import { contains, levelsOf, overlaps, whyInvalidFilter, type Levels } from './topic-filter.js';

type Action = 'publish' | 'subscribe';

/** One rule of the file, see acl.schema.json. */
interface Rule {
  readonly effect: 'allow' | 'deny';
  readonly actions: readonly Action[];
  readonly topics: readonly string[];
  readonly users?: readonly string[];
  readonly clients?: readonly string[];
}

/** Whom rules are looked up for. `user` is only set when somebody has verified it. */
export interface Subject {
  readonly client: string;
  readonly user?: string;
}

const schema = new SchemaValidator('#acl.schema.json');

/** Access rules: the first that matches decides, and what none matches is denied. */
export class AccessRules {
  private constructor(private readonly rules: readonly Rule[]) {}

  /** Throws an InvalidFileError with everything that is wrong with the file. */
  static parse(text: string, file: string): AccessRules {
    const yaml = parseYaml(text);
    if (yaml.problems.length > 0) throw new InvalidFileError(file, yaml.problems);
    // A file with nothing but comments is an empty list: everything is denied.
    return AccessRules.from(yaml.value ?? [], file, yaml.lineOf);
  }

  /** Rules that were parsed elsewhere. Throws an InvalidFileError with everything that is wrong with them, told about their `source`. */
  static from(rules: unknown, source: string, lineOf: (segments: readonly PathSegment[]) => number | undefined = () => undefined): AccessRules {
    const found: { segments: readonly PathSegment[]; message: string }[] = [...schema.check(rules)];
    if (Array.isArray(rules)) found.push(...findBadTopics(rules as Partial<Rule>[]));
    const problems = found.map(({ segments, message }): Problem => {
      const line = lineOf(segments);
      return { path: formatPath(segments), message, ...(line !== undefined && { line }) };
    });
    if (problems.length > 0) throw new InvalidFileError(source, problems);
    return new AccessRules(rules as Rule[]);
  }

  /** These rules, and the others for what none of these matches. */
  followedBy(others: AccessRules | undefined): AccessRules {
    return others === undefined ? this : new AccessRules([...this.rules, ...others.rules]);
  }

  get size(): number {
    return this.rules.length;
  }

  /** The rules as they stand for one client, its id and user name filled in. */
  for(subject: Subject): SubjectRules {
    const mine = this.rules.filter(
      ({ users, clients }) => (users === undefined || (subject.user !== undefined && users.includes(subject.user))) && (clients === undefined || clients.includes(subject.client)),
    );
    const resolve = (action: Action) =>
      mine.filter(({ actions }) => actions.includes(action)).map(({ effect, topics }) => ({ allow: effect === 'allow', patterns: topics.flatMap((topic) => fillIn(topic, subject, effect)) }));
    return new SubjectRules(resolve('publish'), resolve('subscribe'));
  }
}

interface ResolvedRule {
  readonly allow: boolean;
  readonly patterns: readonly Levels[];
}

export class SubjectRules {
  constructor(
    private readonly publishRules: readonly ResolvedRule[],
    private readonly subscribeRules: readonly ResolvedRule[],
  ) {}

  mayPublish(topic: string): boolean {
    const levels = levelsOf(topic);
    const decisive = this.publishRules.find(({ patterns }) => patterns.some((pattern) => contains(pattern, levels)));
    return decisive?.allow ?? false;
  }

  /** A filter is allowed when a rule allows every topic that it stands for, and no rule before it denies one of them. */
  maySubscribe(filter: string): boolean {
    const levels = levelsOf(filter);
    const decisive = this.subscribeRules.find(({ allow, patterns }) => patterns.some((pattern) => (allow ? contains(pattern, levels) : overlaps(pattern, levels))));
    return decisive?.allow ?? false;
  }
}

/**
 * The topic filter with `%c` and `%u` filled in. A client id (or user name) with `+`, `#` or `/` in it would turn the filter into a wider one
 * or another one. Then an `allow` stands for nothing, and a `deny` for everything that could be meant.
 */
function fillIn(topic: string, { client, user }: Subject, effect: Rule['effect']): Levels[] {
  const values: Record<string, string | undefined> = { '%c': client, '%u': user };
  const filled: string[] = [];
  for (const level of levelsOf(topic)) {
    const placeholders = level.match(/%[cu]/g) ?? [];
    // A rule about the user name says nothing about a client that has none.
    if (placeholders.some((placeholder) => values[placeholder] === undefined)) return [];
    // One pass, so that a client id that contains `%u` is not filled in again.
    const text = level.replace(/%[cu]/g, (placeholder) => values[placeholder]!);
    if (placeholders.some((placeholder) => /[+#/]/.test(values[placeholder]!))) {
      if (effect === 'allow') return [];
      // `#` alone stands for no topic that begins with `$`.
      return filled.length === 0 && text.startsWith('$') ? [[levelsOf(text)[0]!, '#']] : [[...filled, '#']];
    }
    filled.push(text);
  }
  return [filled];
}

function findBadTopics(rules: readonly Partial<Rule>[]): { segments: PathSegment[]; message: string }[] {
  return rules.flatMap((rule, index) => {
    const topics: readonly unknown[] = Array.isArray(rule?.topics) ? rule.topics : [];
    return topics.flatMap((topic, position) => {
      if (typeof topic !== 'string' || topic === '') return [];
      const segments = [index, 'topics', position];
      const invalid = whyInvalidFilter(topic);
      if (invalid !== undefined) return [{ segments, message: `found "${topic}", which is no topic filter: ${invalid}` }];
      const placeholder = /%(?![cu])[a-z]/i.exec(topic)?.[0];
      return placeholder === undefined ? [] : [{ segments, message: `found "${topic}" with ${placeholder}, which stands for nothing; %c is the client id and %u the user name` }];
    });
  });
}
