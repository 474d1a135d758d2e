import type { BrokerConfiguration } from '../config/index.js';
import { BindError } from '../listeners/index.js';
import { createLog, ExitCode, type Log } from '../operations/index.js';
import { ClusterError } from '../cluster/index.js';
import { StoreOpenError } from '../store/index.js';
import { RunningBroker, type WatchedConfiguration } from './running-broker.js';
import { version } from './version.js';

/** Runs the broker until a signal ends it. Ends the process. */
export async function serve(configuration: BrokerConfiguration, source?: WatchedConfiguration): Promise<never> {
  const log = createLog({ level: configuration.log.level, broker: configuration.name });
  const exit = (code: number): never => {
    log.flush();
    process.exit(code);
  };
  const fail = (error: unknown): never => {
    writeFailure(log, error);
    return exit(exitCodeFor(error));
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);

  try {
    const broker = new RunningBroker(configuration, log, fail, source);
    const stop = async (signal: string) => {
      await broker.stop(signal);
      log.write('info', 'broker.stopped', 'ended in order', { signal });
      exit(ExitCode.ok);
    };
    for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => void stop(signal));
    process.on('SIGHUP', () => void broker.reloadFiles());
    process.on('SIGUSR2', () => broker.takeHeapSnapshot());
    // After the handlers: from this line on a signal ends the broker in order.
    log.write('info', 'broker.starting', 'starting', { version, node: process.version, listeners: configuration.listeners.length });
    await broker.start();
  } catch (error) {
    fail(error);
  }
  // Sockets keep the process alive, and the signals end it.
  return new Promise<never>(() => undefined);
}

function exitCodeFor(error: unknown): number {
  if (error instanceof BindError || (error instanceof AggregateError && error.errors.every((each) => each instanceof BindError))) return ExitCode.unavailable;
  if (error instanceof ClusterError) return ExitCode.cluster;
  return error instanceof StoreOpenError ? ExitCode.ioError : ExitCode.software;
}

function writeFailure(log: Log, error: unknown): void {
  const expected = exitCodeFor(error) !== ExitCode.software;
  // What the operator can fix is a sentence; a fault of the code needs its stack.
  log.write('fatal', 'broker.failed', expected ? (error as Error).message : 'unexpected error', expected ? {} : { error });
}
