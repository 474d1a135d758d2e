export { EngineConnection, type ConnectOptions, type EngineAddress } from './connection.js';
export { ClusterMismatchError, DuplicateBrokerError, EngineAuthenticationError, EngineClosedError, EngineEndedError, EngineRefusedError, EngineUnavailableError, EngineVersionError, EntryTooLargeError, ForeignBrokerError, JetStreamMissingError, LogBehindError, LogFullError, SnapshotDamagedError, SnapshotInProgressError, SnapshotReplacedError, SnapshotRoomError, StreamMismatchError } from './errors.js';
export { JetStreamLog } from './jetstream-log.js';
export { LiveTraffic, type LiveTrafficStatistics, type MessageHandler } from './live-traffic.js';
export type { InterestKind } from './local-interest.js';
export { Peers, type Peer, type PeerListener, type PeersOptions, type PeerStatus } from './peers.js';
export { JetStreamSnapshots, type Snapshot } from './jetstream-snapshots.js';
export { Engine, type EngineOptions } from './engine.js';
