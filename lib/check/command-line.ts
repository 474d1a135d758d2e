import { parseArgs } from 'util';

export const FORMATS = ['text', 'json', 'sarif'] as const;
export type Format = (typeof FORMATS)[number];

/** What the command was asked for. */
export type Command =
  | { readonly name: 'help' }
  | { readonly name: 'version' }
  | { readonly name: 'check'; readonly inputs: readonly string[]; readonly format: Format; readonly output?: string; readonly quiet: boolean; readonly failOnWarnings: boolean };

export const USAGE = `Usage: cdk8s-mqtt check [options] FILE|DIR|- ...

Checks Kubernetes manifests for what breaks MQTT brokers and their clients. The manifests of all arguments are looked at together.
A folder stands for every .yaml, .yml and .json file in it and below; - is the standard input:

  helm template broker ./chart | cdk8s-mqtt check -

Options:
  --format text|json|sarif  form of the report (default: text)
  --output FILE             write the report there instead of to the standard output
  --quiet                   report errors only
  --fail-on-warnings        end with exit code 1 on warnings too
  --help, -h                print this and end
  --version                 print the version and end

Exit code: 0 nothing found, or all of it acknowledged or warnings; 1 errors; 2 wrong arguments, or input that cannot be read.
`;

const OPTIONS = {
  'format': { type: 'string' },
  'output': { type: 'string' },
  'quiet': { type: 'boolean' },
  'fail-on-warnings': { type: 'boolean' },
  'help': { type: 'boolean', short: 'h' },
  'version': { type: 'boolean' },
} as const;

/** The command in these arguments; whatever cannot be understood goes to `problems`. */
export function parseCommandLine(args: string[], problems: string[]): Command {
  // Not strict: the parser would end at the first problem.
  const { values, positionals, tokens } = parseArgs({ args, options: OPTIONS, strict: false, allowPositionals: true, tokens: true });
  if (values.help === true) return { name: 'help' };
  if (values.version === true) return { name: 'version' };

  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    if (!Object.hasOwn(OPTIONS, token.name)) {
      problems.push(`${token.rawName}: there is no such option; the options are ${Object.keys(OPTIONS).map((name) => `--${name}`).join(', ')}`);
    } else if (OPTIONS[token.name as keyof typeof OPTIONS].type === 'boolean' && token.value !== undefined) {
      problems.push(`${token.rawName}: takes no value, found '${token.value}'`);
    } else if (OPTIONS[token.name as keyof typeof OPTIONS].type === 'string' && isMissing(token.value, token.inlineValue)) {
      problems.push(`${token.rawName}: needs a value, ${token.name === 'format' ? FORMATS.join(', ') : 'the name of a file'}`);
    }
  }
  const format = typeof values.format === 'string' ? values.format : 'text';
  if (format !== '' && !format.startsWith('--') && !(FORMATS as readonly string[]).includes(format)) problems.push(`--format: '${format}' is none of ${FORMATS.join(', ')}`);

  const [name, ...inputs] = positionals;
  if (name === undefined) problems.push('no command is given: write `cdk8s-mqtt check FILE`');
  else if (name !== 'check') problems.push(`'${name}' is no command: write \`cdk8s-mqtt check FILE\``);
  else if (inputs.length === 0) problems.push('check: names nothing to check: write files, folders, or - for the standard input');
  if (inputs.filter((input) => input === '-').length > 1) problems.push('-: is given twice, but the standard input can be read once');

  return {
    name: 'check',
    inputs,
    format: format as Format,
    output: typeof values.output === 'string' ? values.output : undefined,
    quiet: values.quiet === true,
    failOnWarnings: values['fail-on-warnings'] === true,
  };
}

/** `--output --quiet` has forgotten the value; whoever means a file of that name writes `--output=--quiet`. */
function isMissing(value: string | undefined, isInline: boolean | undefined): boolean {
  return !value || (!isInline && value.startsWith('-'));
}
