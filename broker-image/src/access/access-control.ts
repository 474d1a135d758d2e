import type { PeerCertificate } from 'node:tls';
import type { AccessRules } from './access-rules.js';

/** Who a client is, and how it reached the broker. */
export interface ClientIdentity {
  readonly clientId: string;
  /** Before the client is authenticated: the user name that it gave. Afterwards: the one that was verified, absent for an anonymous client. */
  readonly username?: string;
  /** Access rules that the client brought with its token. */
  readonly tokenRules?: AccessRules;
  /** Name of the listener that accepted the connection. */
  readonly listener: string;
  readonly remoteAddress: string;
}

export interface Credentials extends ClientIdentity {
  readonly password?: Buffer;
  /** Verified by the TLS handshake. */
  readonly certificate?: PeerCertificate;
}

export type AuthenticationResult =
  | {
      readonly accepted: true;
      /** The user name that was verified. */
      readonly username?: string;
      readonly tokenRules?: AccessRules;
      /** When the connection is to end, in milliseconds of the Unix epoch. @default - never */
      readonly expiresAt?: number;
    }
  /** `reason` and `error` are for the log and the metric; the client learns only the CONNACK code. */
  | { readonly accepted: false; readonly reason: AuthenticationFailure; readonly error?: Error };

export type AuthenticationFailure = 'anonymous' | 'bad-credentials' | 'token-expired' | 'too-many-failures' | 'unavailable';

/** What the protocol asks before it lets a client do something. */
export interface AccessControl {
  authenticate(credentials: Credentials): Promise<AuthenticationResult>;
  mayPublish(client: ClientIdentity, topic: string): boolean;
  maySubscribe(client: ClientIdentity, filter: string): boolean;
}
