export type Protocol = 'tcp' | 'tls' | 'ws' | 'wss';

export interface TlsConfiguration {
  readonly certificateFile: string;
  readonly privateKeyFile: string;
  readonly clientCaFile?: string;
  /** Revocation lists. */
  readonly crlFile?: string;
  readonly clientCertificate: 'none' | 'request' | 'require';
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}

/** How a client says who it is. */
export type AuthenticationMethod = 'anonymous' | 'password' | 'jwt' | 'certificate';

export type CertificateName = 'commonName' | 'dns' | 'email' | 'uri';

export interface JwtConfiguration {
  /** This or `keyFile`. */
  readonly jwksUrl?: string;
  readonly keyFile?: string;
  readonly caFile?: string;
  readonly issuer?: string;
  readonly audience?: string;
  readonly algorithms: readonly string[];
  readonly usernameClaim: string;
  readonly aclClaim?: string;
  readonly disconnectOnExpiry: boolean;
  readonly refreshSeconds: number;
  readonly clockToleranceSeconds: number;
}

export interface BackoffConfiguration {
  /** 0: off. */
  readonly failures: number;
  readonly windowSeconds: number;
  readonly seconds: number;
  readonly maxSeconds: number;
}

export interface ListenerConfiguration {
  readonly name: string;
  readonly protocol: Protocol;
  readonly address: string;
  readonly port: number;
  /** Path of `ws` and `wss`. */
  readonly path: string;
  /** Of `ws` and `wss`. */
  readonly allowedOrigins?: readonly string[];
  /** Undefined: all that are set up. */
  readonly authentication?: readonly AuthenticationMethod[];
  readonly maxConnections?: number;
  readonly connectionsPerSecond?: number;
  readonly proxyProtocol: 'none' | 'v1' | 'v2' | 'any';
  /** CIDR blocks; undefined: every peer. */
  readonly trustedProxies?: readonly string[];
  /** Set for `tls` and `wss`. */
  readonly tls?: TlsConfiguration;
}

/** The brokers that this one belongs to, and the NATS between them. */
export interface ClusterConfiguration {
  readonly name: string;
  /** Name of the only broker that begins an empty log; undefined: any may. */
  readonly firstBroker?: string;
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
  readonly authentication: {
    readonly anonymous: boolean;
    readonly passwordFile?: string;
    readonly jwt?: JwtConfiguration;
    readonly clientCertificate?: { readonly username: CertificateName };
    readonly backoff: BackoffConfiguration;
  };
  readonly authorization: { readonly aclFile?: string };
  readonly keepalive: { readonly maxSeconds?: number };
  readonly session: { readonly expirySeconds: number; readonly maxQueuedMessages: number; readonly maxQueuedBytes: number };
  readonly limits: {
    readonly maxConnections?: number;
    readonly maxPacketBytes: number;
    readonly maxTopicLevels: number;
    readonly maxSubscriptionsPerClient: number;
    readonly connectTimeoutSeconds: number;
    readonly maxConnectionsPerAddress?: number;
    readonly maxConnectionsPerUser?: number;
    readonly messagesPerSecond?: number;
    readonly bytesPerSecond?: number;
    readonly maxInFlight: number;
    /** Undefined: as much as the broker needs for its largest packets. */
    readonly maxOutboundBytes?: number;
    /** Undefined: as much as the broker needs for its largest packets. */
    readonly maxBufferedBytes?: number;
    readonly slowConsumerSeconds: number;
    /** Undefined: a share of the memory that there is. */
    readonly maxRetainedBytes?: number;
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
