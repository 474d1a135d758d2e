import type { Size } from 'cdk8s';
import type { MqttListener } from '../../network/mqtt-listener';
import { MqttClientCertificate } from '../../security/mqtt-tls';
import type { CertificateIntent, ClusterIntent, ReplicationIntent } from '../../workload/cluster-intent';

/** The broker's own limits, beyond what every broker knows. */
export interface AedesLimits {
  readonly logLevel?: string;
  readonly maxPacketSize?: Size;
  readonly maxQueuedMessages?: number;
  readonly maxQueuedSize?: Size;
}

/** Where the container sees what is mounted. Folders, not single files: the kubelet keeps those up to date, and the broker reloads them. */
export const AedesPaths = {
  CONFIGURATION: '/etc/mqtt-broker/configuration',
  PASSWORDS: '/etc/mqtt-broker/passwords',
  ACL: '/etc/mqtt-broker/acl',
  LOG_CREDENTIALS: '/etc/mqtt-broker/message-log/credentials',
  LOG_AUTHORITY: '/etc/mqtt-broker/message-log/authority',
  LOG_CERTIFICATE: '/etc/mqtt-broker/message-log/certificate',
  DATA: '/var/lib/mqtt-broker',
  certificate: (listener: MqttListener) => `/etc/mqtt-broker/certificates/${listener.name}`,
  clientCa: (listener: MqttListener) => `/etc/mqtt-broker/client-ca/${listener.name}`,
} as const;

export const CONFIGURATION_KEY = 'broker.yaml';
export const OPERATIONS_PORT = 8080;

/** Share of the volume at which the store counts as full, so that the file system itself never is. */
const STORE_SHARE = 0.9;

/** The broker's configuration file, as broker-image/config.schema.json describes it. */
export function aedesConfiguration(intent: ClusterIntent, limits: AedesLimits): object {
  const { authentication, authorization } = intent;
  return {
    listeners: [
      ...intent.listeners.map((listener) => listenerConfiguration(listener, intent.certificates[listener.name])),
      ...intent.proxyPorts.map(({ listener, name, port, version, sources }) => ({
        ...listenerConfiguration(listener, intent.certificates[listener.name]),
        name,
        port,
        proxyProtocol: version,
        ...optional('trustedProxies', sources),
      })),
    ],
    authentication: {
      anonymous: authentication.allowsAnonymous,
      ...optional('passwordFile', authentication.secretName && `${AedesPaths.PASSWORDS}/${authentication.secretKey}`),
    },
    ...optional('authorization', authorization.key && { aclFile: `${AedesPaths.ACL}/${authorization.key}` }),
    ...optional('keepalive', intent.keepalive.maxSeconds && { maxSeconds: intent.keepalive.maxSeconds }),
    session: {
      expirySeconds: intent.sessionExpirySeconds,
      ...optional('maxQueuedMessages', limits.maxQueuedMessages),
      ...optional('maxQueuedBytes', limits.maxQueuedSize && bytes(limits.maxQueuedSize)),
    },
    ...optional('limits', limits.maxPacketSize && { maxPacketBytes: bytes(limits.maxPacketSize) }),
    store: { directory: AedesPaths.DATA, maxBytes: Math.floor(bytes(intent.storageSize) * STORE_SHARE) },
    ...optional('cluster', intent.replication && clusterConfiguration(intent.replication)),
    operations: { port: OPERATIONS_PORT },
    shutdown: { delaySeconds: intent.shutdown.delaySeconds, connectionsPerSecond: intent.shutdown.connectionsPerSecond },
    ...optional('log', limits.logLevel && { level: limits.logLevel }),
  };
}

function clusterConfiguration({ clusterName, servers, copies, maxSize, credentials, certificateAuthority, clientCertificateSecretName, rebalance }: ReplicationIntent): object {
  const { usernameKey, passwordKey, credentialsKey } = credentials;
  const tls = {
    ...optional('caFile', certificateAuthority && `${AedesPaths.LOG_AUTHORITY}/${certificateAuthority.key}`),
    ...(clientCertificateSecretName === undefined ? {} : {
      certificateFile: `${AedesPaths.LOG_CERTIFICATE}/tls.crt`,
      privateKeyFile: `${AedesPaths.LOG_CERTIFICATE}/tls.key`,
    }),
  };
  return {
    name: clusterName,
    log: {
      servers,
      ...optional('replicas', copies),
      ...optional('maxBytes', maxSize && bytes(maxSize)),
      ...optional('usernameFile', usernameKey && `${AedesPaths.LOG_CREDENTIALS}/${usernameKey}`),
      ...optional('passwordFile', passwordKey && `${AedesPaths.LOG_CREDENTIALS}/${passwordKey}`),
      ...optional('credentialsFile', credentialsKey && `${AedesPaths.LOG_CREDENTIALS}/${credentialsKey}`),
      ...(Object.keys(tls).length > 0 ? { tls } : {}),
    },
    ...(Object.keys(rebalance).length > 0 ? { rebalance } : {}),
  };
}

function listenerConfiguration(listener: MqttListener, certificate?: CertificateIntent): object {
  const { name, transport, port, path, maxConnections } = listener;
  const folder = AedesPaths.certificate(listener);
  return {
    name,
    protocol: transport,
    port,
    ...optional('path', path),
    ...optional('maxConnections', maxConnections),
    ...optional('tls', certificate && {
      certificateFile: `${folder}/tls.crt`,
      privateKeyFile: `${folder}/tls.key`,
      ...(certificate.clientCertificate === MqttClientCertificate.NONE ? {} : {
        clientCaFile: certificate.clientCa ? `${AedesPaths.clientCa(listener)}/${certificate.clientCa.key}` : `${folder}/ca.crt`,
        clientCertificate: certificate.clientCertificate,
      }),
    }),
  };
}

function bytes(size: Size): number {
  return size.toKibibytes() * 1024;
}

function optional(key: string, value: unknown): object {
  return value === undefined ? {} : { [key]: value };
}
