import { spawn } from 'child_process';

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What the command reads from its standard input. */
  readonly input?: string;
  /** Time after which it is killed. */
  readonly seconds?: number;
}

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that ended with another exit code than 0. */
export class CommandError extends Error {
  constructor(command: string, public readonly result: CommandResult) {
    super(`'${command}' ended with exit code ${result.code}\n${result.stderr}${result.stdout}`);
  }
}

/** Runs a command to its end, whatever its exit code. */
export function tryCommand(program: string, args: string[], options: CommandOptions = {}): Promise<CommandResult> {
  const { seconds = 60, input, ...spawnOptions } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...spawnOptions, stdio: 'pipe' });
    const output: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
    child.stdout.on('data', (chunk: Buffer) => output.stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.stderr.push(chunk));
    // A command may end before it has read its input; its exit code tells what happened.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
    let timedOut = false;
    const patience = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, seconds * 1000);
    child.once('error', (error) => {
      clearTimeout(patience);
      reject(error);
    });
    child.once('close', (code) => {
      clearTimeout(patience);
      const stderr = Buffer.concat(output.stderr).toString();
      resolve({ code, stdout: Buffer.concat(output.stdout).toString(), stderr: timedOut ? `${stderr}killed after ${seconds} s\n` : stderr });
    });
  });
}

/** Runs a command that must succeed. */
export async function runCommand(program: string, args: string[], options: CommandOptions = {}): Promise<CommandResult> {
  const result = await tryCommand(program, args, options);
  if (result.code !== 0) throw new CommandError([program, ...args].join(' '), result);
  return result;
}
