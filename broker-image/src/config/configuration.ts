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

/** The brokers that this one belongs to, and the NATS between them. */
export interface ClusterConfiguration {
  readonly name: string;
  readonly log: LogConfiguration;
  readonly rebalance: { readonly enabled: boolean; readonly connectionsPerSecond: number; readonly tolerancePercent: number };
}

export interface LogConfiguration {
  /** URLs, all of them `nats://` or all `tls://`. */
  readonly servers: readonly string[];
  readonly replicas?: 1 | 3 | 5;
  readonly maxBytes: number;
  /** Both or none, and none beside `credentialsFile`. */
  readonly usernameFile?: string;
  readonly passwordFile?: string;
  readonly credentialsFile?: string;
  readonly tls?: { readonly caFile?: string; readonly certificateFile?: string; readonly privateKeyFile?: string };
}

export interface AdminConfiguration {
  readonly tokenFile: string;
  readonly address: string;
  readonly port: number;
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
  /** Undefined: this broker stands alone. */
  readonly cluster?: ClusterConfiguration;
  /** Undefined: no HTTP server. */
  readonly operations?: { readonly address: string; readonly port: number };
  /** Undefined: no HTTP server for administrators. */
  readonly admin?: AdminConfiguration;
  readonly diagnostics: { readonly heapSnapshotDirectory?: string };
  readonly shutdown: { readonly delaySeconds: number; readonly connectionsPerSecond: number };
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error' };
}
