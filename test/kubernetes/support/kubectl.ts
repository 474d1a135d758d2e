import { CommandOptions, CommandResult, runCommand } from './run-command';

/** Runs kubectl, which must succeed. */
export function kubectl(args: string[], options: CommandOptions = {}): Promise<CommandResult> {
  return runCommand('kubectl', args, options);
}

/** One object, or a list of them, as the API server has it. */
export async function get<T>(...args: string[]): Promise<T> {
  return JSON.parse((await kubectl(['get', ...args, '--output=json'])).stdout) as T;
}

/** The objects of a kind. */
export async function list<T>(...args: string[]): Promise<T[]> {
  return (await get<{ items: T[] }>(...args)).items;
}

/** Creates or changes objects that belong to the test itself. */
export async function applyObjects(...objects: object[]): Promise<void> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  await kubectl(['apply', '--server-side', '--filename=-'], { input });
}
