/** Who a client says it is, and how it reached the broker. */
export interface ClientIdentity {
  readonly clientId: string;
  readonly username?: string;
  /** Name of the listener that accepted the connection. */
  readonly listener: string;
  readonly remoteAddress: string;
}

export interface Credentials extends ClientIdentity {
  readonly password?: Buffer;
}

export type AuthenticationResult =
  | { readonly accepted: true }
  /** `reason` is for the log and the metric; the client learns only the CONNACK code. */
  | { readonly accepted: false; readonly reason: 'anonymous' | 'bad-credentials' | 'unavailable' };

/** What the protocol asks before it lets a client do something. */
export interface AccessControl {
  authenticate(credentials: Credentials): Promise<AuthenticationResult>;
  mayPublish(client: ClientIdentity, topic: string): boolean;
  maySubscribe(client: ClientIdentity, filter: string): boolean;
}
