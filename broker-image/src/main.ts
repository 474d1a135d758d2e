#!/usr/bin/env node
import { parseCommandLine, UsageError, type Command } from './commands/arguments.js';
import { hashPassword } from './commands/hash-password.js';
import { help } from './commands/help.js';
import { leaveCluster } from './commands/leave-cluster.js';
import { loadSource } from './commands/load-source.js';
import { serve } from './commands/serve.js';
import { version } from './commands/version.js';
import { InvalidFileError } from './config/index.js';
import { ExitCode } from './operations/index.js';
import { StoreOpenError } from './store/index.js';

try {
  process.exitCode = await run(parseCommandLine(process.argv.slice(2), process.env));
} catch (error) {
  process.exitCode = explain(error);
}

async function run(command: Command): Promise<number> {
  switch (command.name) {
    case 'help':
      process.stdout.write(help);
      return ExitCode.ok;
    case 'version':
      process.stdout.write(`${version}\n`);
      return ExitCode.ok;
    case 'hash-password':
      process.stdout.write(`${await hashPassword(command, process.stdin)}\n`);
      return ExitCode.ok;
    case 'leave-cluster':
      process.stdout.write(`${await leaveCluster(command)}\n`);
      return ExitCode.ok;
    case 'check-config':
      loadSource(command.source, command);
      process.stdout.write('OK\n');
      return ExitCode.ok;
    case 'serve': {
      const { source } = command;
      const load = () => loadSource(source, { skipFiles: false });
      return serve(load(), source.kind === 'file' ? { file: source.file, load } : undefined);
    }
  }
}

function explain(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.problems.map((problem) => `mqtt-broker: ${problem}`).join('\n')}\nTry --help.\n`);
    return ExitCode.usage;
  }
  if (error instanceof InvalidFileError) {
    process.stderr.write(`mqtt-broker: ${error.message}\n`);
    return ExitCode.configuration;
  }
  if (error instanceof StoreOpenError) {
    process.stderr.write(`mqtt-broker: ${error.message}\n`);
    return ExitCode.ioError;
  }
  process.stderr.write(`mqtt-broker: ${(error as Error).stack}\n`);
  return ExitCode.software;
}
