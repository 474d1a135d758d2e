export type Protocol = 'tcp' | 'tls' | 'ws' | 'wss';

export interface TlsConfiguration {
  readonly certificateFile: string;
  readonly privateKeyFile: string;
  readonly clientCaFile?: string;
  readonly clientCertificate: 'none' | 'request' | 'require';
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}

export interface ListenerConfiguration {
  readonly name: string;
  readonly protocol: Protocol;
  readonly address: string;
  readonly port: number;
  /** Path of `ws` and `wss`. */
  readonly path: string;
  readonly maxConnections?: number;
  readonly proxyProtocol: 'none' | 'v1' | 'v2' | 'any';
  /** CIDR blocks; undefined: every peer. */
  readonly trustedProxies?: readonly string[];
  /** Set for `tls` and `wss`. */
  readonly tls?: TlsConfiguration;
}

/** The configuration file (config.schema.json) with every default filled in. */
export interface BrokerConfiguration {
  readonly name: string;
  readonly listeners: readonly ListenerConfiguration[];
  readonly authentication: { readonly anonymous: boolean; readonly passwordFile?: string };
  readonly authorization: { readonly aclFile?: string };
  readonly keepalive: { readonly maxSeconds?: number };
  readonly session: { readonly expirySeconds: number; readonly maxQueuedMessages: number; readonly maxQueuedBytes: number };
  readonly limits: {
    readonly maxConnections?: number;
    readonly maxPacketBytes: number;
    readonly maxTopicLevels: number;
    readonly maxSubscriptionsPerClient: number;
    readonly connectTimeoutSeconds: number;
  };
  readonly store: { readonly directory: string; readonly maxBytes: number };
  /** Undefined: no HTTP server. */
  readonly operations?: { readonly address: string; readonly port: number };
  readonly shutdown: { readonly delaySeconds: number; readonly connectionsPerSecond: number };
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error' };
}
