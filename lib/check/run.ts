import { writeFileSync } from 'fs';
import { type CheckedManifests, checkManifests, sourceLines } from './check-manifests';
import { type Command, parseCommandLine, USAGE } from './command-line';
import { Severity } from '../rules/finding';
import { formatFindings } from '../rules/format-findings';
import { jsonReport } from '../rules/report/json';
import { library } from '../rules/report/library';
import { sarifReport } from '../rules/report/sarif';

/** Where the command writes. */
export interface Streams {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** Exit codes of the command. */
export const ExitCode = { OK: 0, FOUND: 1, UNUSABLE: 2 } as const;

/** Runs the command to its end. Answers the exit code. */
export function run(args: string[], { stdout, stderr }: Streams): number {
  const problems: string[] = [];
  const command = parseCommandLine(args, problems);
  if (command.name === 'help') {
    stdout.write(USAGE);
    return ExitCode.OK;
  }
  if (command.name === 'version') {
    stdout.write(`${library().version}\n`);
    return ExitCode.OK;
  }
  // With wrong arguments the command ends in any case: it must not wait for the standard input before.
  const inputs = problems.length === 0 ? command.inputs : command.inputs.filter((input) => input !== '-');
  const checked = checkManifests(inputs, problems);
  if (problems.length > 0) return unusable(problems, stderr);

  const shown = { ...checked, findings: command.quiet ? checked.findings.filter(isError) : checked.findings };
  const report = reportOf(shown, command);
  if (command.output === undefined) {
    stdout.write(report);
  } else {
    try {
      writeFileSync(command.output, report);
    } catch (error) {
      return unusable([`--output ${command.output}: cannot be written: ${(error as Error).message}`], stderr);
    }
  }
  const failing = checked.findings.filter((finding) => finding.acknowledged === undefined && (command.failOnWarnings || isError(finding)));
  return failing.length > 0 ? ExitCode.FOUND : ExitCode.OK;
}

type CheckCommand = Extract<Command, { name: 'check' }>;

function reportOf(checked: CheckedManifests, { format }: CheckCommand): string {
  switch (format) {
    case 'json': return jsonReport(checked.findings);
    case 'sarif': return sarifReport(checked.findings, sourceLines(checked));
    case 'text': return textReport(checked);
  }
}

function textReport({ manifests, brokers, findings }: CheckedManifests): string {
  const open = findings.filter(({ acknowledged }) => acknowledged === undefined);
  const errors = open.filter(isError).length;
  const text = formatFindings(findings);
  return [
    ...text === '' ? [] : [`${text}\n`],
    `${count(errors, 'error')}, ${count(open.length - errors, 'warning')}, ${findings.length - open.length} acknowledged, in ${count(manifests.length, 'object')}\n`,
    brokers.length === 0
      ? 'No broker is among them. A workload whose image and ports do not show it declares it by the annotation cdk8s-mqtt/broker (docs/check.md)\n'
      : `${count(brokers.length, 'broker')}: ${brokers.join(', ')}\n`,
  ].join('');
}

function unusable(problems: readonly string[], stderr: Streams['stderr']): number {
  stderr.write(`${problems.map((problem) => `cdk8s-mqtt: ${problem}\n`).join('')}cdk8s-mqtt: nothing was checked; \`cdk8s-mqtt --help\` tells more\n`);
  return ExitCode.UNUSABLE;
}

function isError({ rule }: CheckedManifests['findings'][number]): boolean {
  return rule.severity === Severity.ERROR;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
