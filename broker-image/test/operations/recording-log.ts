import type { Log } from '../../src/operations/index.js';

export interface Line {
  readonly level: string;
  readonly event: string;
  readonly message: string;
  readonly details?: Record<string, unknown>;
}

/** A log that is read instead of written. */
export class RecordingLog implements Log {
  readonly lines: Line[] = [];

  constructor(private readonly debug = false) {}

  write(level: string, event: string, message: string, details?: Record<string, unknown>): void {
    this.lines.push({ level, event, message, ...(details && { details }) });
  }

  writes(level: string): boolean {
    return level !== 'debug' || this.debug;
  }

  setLevel(): void {
    // Everything is kept, whatever its level.
  }

  flush(): void {
    // Nothing is held back.
  }

  get events(): string[] {
    return this.lines.map(({ event }) => event);
  }
}
