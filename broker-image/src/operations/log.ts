import { pino, stdSerializers, type Logger } from 'pino';

/** Names of what is logged: a contract with whoever searches the logs; the table in README.md says what each means. */
export const logEvents = [
  'broker.starting', 'broker.ready', 'broker.draining', 'broker.hurrying', 'broker.stopped', 'broker.failed',
  'store.opened', 'store.failed', 'store.recovered',
  'operations.opened', 'listener.opened', 'listener.closed',
  'connection.opened', 'connection.closed', 'connection.refused',
  'message.dropped', 'publish.denied', 'publish.throttled', 'retain.refused', 'subscribe.denied',
  'file.reloaded', 'file.rejected', 'passwords.slow', 'configuration.restart-needed',
  'admin.opened', 'admin.exposed', 'admin.denied', 'admin.changed', 'admin.failed',
  'cluster.waiting', 'cluster.warning', 'cluster.joined', 'cluster.unavailable', 'cluster.recovered',
  'cluster.peer-joined', 'cluster.peer-left', 'cluster.peer-expelled', 'cluster.rebalancing', 'cluster.snapshot-failed',
  'heap-snapshot.written', 'heap-snapshot.failed',
] as const;
export type LogEvent = (typeof logEvents)[number];
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What may wait for a slow reader of the log. */
const maxPendingBytes = 8 * 1024 * 1024;

/** Writes one JSON object a line. */
export interface Log {
  write(level: LogLevel | 'fatal', event: LogEvent, message: string, details?: Record<string, unknown>): void;
  /** Whether this level is written at all: saves the making of details that nobody reads. */
  writes(level: LogLevel): boolean;
  /** From now on. */
  setLevel(level: LogLevel): void;
  /** Writes out what is still in memory. */
  flush(): void;
}

export function createLog({ level, broker }: { readonly level: LogLevel; readonly broker: string }): Log {
  // Not synchronous: a slow reader of the log must not stop the broker. Nor may it fill the memory: lines beyond the limit are lost.
  const destination = pino.destination({ fd: 1, sync: false, maxLength: maxPendingBytes });
  const logger: Logger = pino(
    {
      level,
      base: { broker },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: stdSerializers.err },
    },
    destination,
  );
  return {
    write: (severity, event, message, details) => logger[severity]({ event, ...details }, message),
    writes: (severity) => logger.isLevelEnabled(severity),
    setLevel: (wanted) => (logger.level = wanted),
    flush: () => destination.flushSync(),
  };
}
