export { EngineConnection, type ConnectOptions } from './connection.js';
export { ClusterMismatchError, EngineAuthenticationError, EngineClosedError, EngineRefusedError, EngineUnavailableError, EngineVersionError, EntryTooLargeError, JetStreamMissingError, LogBehindError, LogFullError, StreamMismatchError } from './errors.js';
export { JetStreamLog, type JetStreamLogOptions } from './jetstream-log.js';
