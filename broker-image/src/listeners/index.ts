export { BindError, bind, formatAddress } from './bind.js';
export type { Connection, ConnectionSink, TurnAwayReason } from './connection.js';
export { Listener, type ListenerLimits } from './listener.js';
export { readAuthorities, readTlsContext, TlsFilesError } from './tls-context.js';
