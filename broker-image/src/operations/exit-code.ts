/** Exit codes, after sysexits.h. */
export const ExitCode = {
  ok: 0,
  /** The command line cannot be understood. */
  usage: 64,
  /** A listener or the HTTP server cannot be opened. */
  unavailable: 69,
  /** A fault of the broker itself. */
  software: 70,
  /** The store cannot be opened. */
  ioError: 74,
  /** This broker cannot be part of its cluster as things are. */
  cluster: 76,
  /** The configuration, or a file that it names, cannot be used. */
  configuration: 78,
} as const;
