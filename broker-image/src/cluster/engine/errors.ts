const BEGIN_ANEW = 'If the log was lost, a new one can begin with what this broker has: mqtt-broker leave-cluster.';

/** The engine can be reached, but this broker must not use it as it is: an operator has to change something. */
export class EngineRefusedError extends Error {
  override readonly name: string = 'EngineRefusedError';
}

export class EngineAuthenticationError extends EngineRefusedError {
  override readonly name = 'EngineAuthenticationError';

  constructor(servers: readonly string[], options?: ErrorOptions) {
    super(`NATS at ${servers.join(', ')} refuses the credentials of this broker. Check usernameFile and passwordFile, or credentialsFile, in cluster.log against the accounts of NATS.`, options);
  }
}

export class JetStreamMissingError extends EngineRefusedError {
  override readonly name = 'JetStreamMissingError';

  constructor(servers: readonly string[], options?: ErrorOptions) {
    super(`NATS at ${servers.join(', ')} has no JetStream for this broker's account, so nothing could be stored. Turn it on: \`jetstream {}\` in the configuration of the servers, and \`jetstream: enabled\` for the account.`, options);
  }
}

export class EngineVersionError extends EngineRefusedError {
  override readonly name = 'EngineVersionError';

  constructor(found: string, least: string) {
    super(`The NATS server has version ${found}; the log needs ${least} or newer. Upgrade the servers, one after the other.`);
  }
}

/** The stream is there, but is not the log of this cluster in a form that this broker knows. */
export class StreamMismatchError extends EngineRefusedError {
  override readonly name = 'StreamMismatchError';
}

/** The log belongs to another cluster than the store of this broker does: they have no common history. */
export class ClusterMismatchError extends EngineRefusedError {
  override readonly name = 'ClusterMismatchError';

  constructor(
    readonly stream: string,
    readonly stored: string,
    readonly found: string | undefined,
  ) {
    super(
      found === undefined
        ? `The store of this broker belongs to the cluster ${stored}, whose stream ${stream} is not in this NATS. Point cluster.log.servers to the NATS that has it, restore the stream, or start with an empty store. ${BEGIN_ANEW}`
        : `The store of this broker belongs to the cluster ${stored}, the stream ${stream} to the cluster ${found}: two clusters use one name on one NATS, or the stream was made anew. Give this cluster another cluster.name, or start with an empty store. ${BEGIN_ANEW}`,
    );
  }
}

/** The log ends before what this broker has already applied: NATS lost what it had acknowledged, or was put back to an earlier state. */
export class LogBehindError extends EngineRefusedError {
  override readonly name = 'LogBehindError';

  constructor(stream: string, last: number, applied: number) {
    super(`The stream ${stream} ends at ${last}, but this broker has applied it up to ${applied}: NATS lost entries, or was restored from an older copy. Restore a copy that is not older than the brokers, or begin a new log. ${BEGIN_ANEW}`);
  }
}

/** Two processes under one name: each would take what belongs to the other. */
export class DuplicateBrokerError extends EngineRefusedError {
  override readonly name = 'DuplicateBrokerError';

  constructor(cluster: string, name: string) {
    super(`Another broker of the cluster "${cluster}" runs under the name "${name}". Names of brokers must differ (in a StatefulSet they do), and so must cluster.name of two clusters on one NATS.`);
  }
}

/** Brokers of another cluster use the name of this one. */
export class ForeignBrokerError extends EngineRefusedError {
  override readonly name = 'ForeignBrokerError';

  constructor(cluster: string, mine: string, { name, firstBroker }: { readonly name: string; readonly firstBroker: string }) {
    super(
      `The broker "${name}" of the cluster "${cluster}" on this NATS has "${firstBroker}" for cluster.firstBroker, this one has "${mine}": two clusters use one name. Give one of them another cluster.name. `
      + 'If they are one cluster, write the same cluster.firstBroker for all its brokers.',
    );
  }
}

/** Another broker saves a snapshot now: there is no need for a second one. */
export class SnapshotInProgressError extends Error {
  override readonly name = 'SnapshotInProgressError';

  constructor() {
    super('Another broker of the cluster saves a snapshot.');
  }
}

/** The snapshots may take no more room, and one more does not fit. */
export class SnapshotRoomError extends Error {
  override readonly name = 'SnapshotRoomError';

  constructor(stream: string, bytes: number, most: number, options?: ErrorOptions & { cause?: unknown }) {
    const { cause } = options ?? {};
    super(
      `A snapshot did not fit beside the latest one after ${bytes} bytes: the stream ${stream} may take ${most} (${cause instanceof Error ? cause.message : 'without a reason'}). `
      + 'The log is not trimmed until one is saved, and fills up. It has room again with more storage for the NATS servers: a broker that starts asks for twice its store.maxBytes.',
      options,
    );
  }
}

/** The snapshot was removed while it was read, because there are newer ones. */
export class SnapshotReplacedError extends Error {
  override readonly name = 'SnapshotReplacedError';

  constructor() {
    super('The snapshot was replaced by newer ones while it was read.');
  }
}

export class SnapshotDamagedError extends EngineRefusedError {
  override readonly name = 'SnapshotDamagedError';

  constructor(stream: string, reason: string) {
    super(`The snapshot in the stream ${stream} is not what was saved: ${reason}. Remove the stream; another broker of the cluster saves a new one.`);
  }
}

/** Nothing more fits into the log until it is trimmed. */
export class LogFullError extends Error {
  override readonly name = 'LogFullError';

  constructor(stream: string, reason: string, options?: ErrorOptions) {
    super(`NATS cannot store more in the stream ${stream}: ${reason}. Nothing durable is accepted until a snapshot lets the log be trimmed; check that snapshots are made, cluster.log.maxBytes, and the storage of the NATS servers.`, options);
  }
}

/** The entry can never be appended, by nobody. */
export class EntryTooLargeError extends Error {
  override readonly name = 'EntryTooLargeError';

  constructor(bytes: number, most: number) {
    super(`An entry of ${bytes} bytes is too large for the log, which takes ${most}. Raise max_payload of the NATS servers, or lower limits.maxPacketBytes.`);
  }
}

/** The engine cannot be reached now, or has no quorum. It is tried again until it has. */
export class EngineUnavailableError extends Error {
  override readonly name = 'EngineUnavailableError';
}

/** The NATS client gave a connection up for good. It is made so that this does not happen; if it does, only a new process helps. */
export class EngineEndedError extends Error {
  override readonly name = 'EngineEndedError';

  constructor(servers: readonly string[], options?: ErrorOptions & { cause?: unknown }) {
    const { cause } = options ?? {};
    super(`The connection to NATS at ${servers.join(', ')} ended for good (${cause instanceof Error ? cause.message : 'without a reason'}), so this broker has to start again.`, options);
  }
}

export class EngineClosedError extends Error {
  override readonly name = 'EngineClosedError';

  constructor() {
    super('The connection to the replicated log was closed.');
  }
}
