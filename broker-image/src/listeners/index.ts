export { BindError, bind, formatAddress } from './bind.js';
export type { Connection, ConnectionSink, TurnAwayReason } from './connection.js';
export { earliestExpiry } from './certificate-expiry.js';
export { Listener, type ListenerLimits, type TlsExpiry } from './listener.js';
export { readAuthorities, readTlsContext, TlsFilesError } from './tls-context.js';
