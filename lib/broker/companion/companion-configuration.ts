import { authenticationConfiguration } from './companion-authentication';
import type { MqttCompanionOptions } from './companion-options';
import { CompanionPaths } from './companion-paths';
import { bytes, optional, seconds } from './configuration-values';
import type { MqttListener } from '../../network/mqtt-listener';
import { MqttClientCertificate } from '../../security/mqtt-tls';
import type { CertificateIntent, ClusterIntent, ReplicationIntent } from '../../workload/cluster-intent';

export const CONFIGURATION_KEY = 'broker.yaml';
export const OPERATIONS_PORT = 8080;
/** On the loopback address alone: the way to it is `kubectl port-forward`. */
export const ADMIN_PORT = 8081;

/** Share of the volume at which the store counts as full, so that the file system itself never is. */
const STORE_SHARE = 0.9;

/** The broker's configuration file, as broker-image/config.schema.json describes it. */
export function companionConfiguration(workloadName: string, intent: ClusterIntent, limits: MqttCompanionOptions): object {
  const { authorization } = intent;
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
    authentication: authenticationConfiguration(intent),
    ...optional('authorization', authorization.key && { aclFile: `${CompanionPaths.ACL}/${authorization.key}` }),
    ...optional('keepalive', intent.keepalive.maxSeconds && { maxSeconds: intent.keepalive.maxSeconds }),
    session: {
      expirySeconds: intent.sessionExpirySeconds,
      ...optional('maxQueuedMessages', limits.maxQueuedMessages),
      ...optional('maxQueuedBytes', limits.maxQueuedSize && bytes(limits.maxQueuedSize)),
    },
    ...optional('limits', limitsConfiguration(limits)),
    store: { directory: CompanionPaths.DATA, maxBytes: storeMaxBytes(intent) },
    ...optional('cluster', intent.replication && clusterConfiguration(workloadName, intent.replication)),
    operations: { port: OPERATIONS_PORT },
    ...optional('admin', limits.admin && { tokenFile: `${CompanionPaths.ADMIN_TOKEN}/${limits.admin.token.key}`, port: limits.admin.port ?? ADMIN_PORT }),
    shutdown: { delaySeconds: intent.shutdown.delaySeconds, connectionsPerSecond: intent.shutdown.connectionsPerSecond },
    ...optional('log', limits.logLevel && { level: limits.logLevel }),
  };
}

function storeMaxBytes({ storageSize, replication }: ClusterIntent): number {
  const ofVolume = Math.floor(bytes(storageSize) * STORE_SHARE);
  const ofLog = replication?.maxStoreSize();
  return ofLog === undefined ? ofVolume : Math.min(ofVolume, bytes(ofLog));
}

function clusterConfiguration(workloadName: string, replication: ReplicationIntent): object {
  const { clusterName, servers, copies, certificateAuthority, clientCertificateSecretName, rebalance } = replication;
  const { usernameKey, passwordKey, credentialsKey } = replication.credentials;
  const maxSize = replication.maxSize();
  const tls = {
    ...optional('caFile', certificateAuthority && `${CompanionPaths.LOG_AUTHORITY}/${certificateAuthority.key}`),
    ...(clientCertificateSecretName === undefined ? {} : {
      certificateFile: `${CompanionPaths.LOG_CERTIFICATE}/tls.crt`,
      privateKeyFile: `${CompanionPaths.LOG_CERTIFICATE}/tls.key`,
    }),
  };
  return {
    name: clusterName,
    // The pod that a cluster of one had: what it stored alone is what the cluster begins with.
    firstBroker: `${workloadName}-0`,
    log: {
      servers,
      ...optional('replicas', copies),
      ...optional('maxBytes', maxSize && bytes(maxSize)),
      ...optional('usernameFile', usernameKey && `${CompanionPaths.LOG_CREDENTIALS}/${usernameKey}`),
      ...optional('passwordFile', passwordKey && `${CompanionPaths.LOG_CREDENTIALS}/${passwordKey}`),
      ...optional('credentialsFile', credentialsKey && `${CompanionPaths.LOG_CREDENTIALS}/${credentialsKey}`),
      ...(Object.keys(tls).length > 0 ? { tls } : {}),
    },
    ...(Object.keys(rebalance).length > 0 ? { rebalance } : {}),
  };
}

function listenerConfiguration(listener: MqttListener, certificate?: CertificateIntent): object {
  const { name, transport, port, path, maxConnections, connectionsPerSecond, authentication, allowedOrigins } = listener;
  const folder = CompanionPaths.certificate(listener);
  return {
    name,
    protocol: transport,
    port,
    ...optional('path', path),
    ...optional('allowedOrigins', allowedOrigins),
    ...optional('authentication', authentication),
    ...optional('maxConnections', maxConnections),
    ...optional('connectionsPerSecond', connectionsPerSecond),
    ...optional('tls', certificate && {
      certificateFile: `${folder}/tls.crt`,
      privateKeyFile: `${folder}/tls.key`,
      ...(certificate.clientCertificate === MqttClientCertificate.NONE ? {} : {
        clientCaFile: certificate.clientCa ? `${CompanionPaths.clientCa(listener)}/${certificate.clientCa.key}` : `${folder}/ca.crt`,
        ...optional('crlFile', certificate.revocationList && `${CompanionPaths.revocationList(listener)}/${certificate.revocationList.key}`),
        clientCertificate: certificate.clientCertificate,
      }),
    }),
  };
}

/** Undefined where every limit is the broker's default. */
function limitsConfiguration(options: MqttCompanionOptions): object | undefined {
  const limits = {
    ...optional('maxConnections', options.maxConnections),
    ...optional('maxConnectionsPerAddress', options.maxConnectionsPerAddress),
    ...optional('maxConnectionsPerUser', options.maxConnectionsPerUser),
    ...optional('messagesPerSecond', options.messagesPerSecond),
    ...optional('bytesPerSecond', options.sizePerSecond && bytes(options.sizePerSecond)),
    ...optional('maxPacketBytes', options.maxPacketSize && bytes(options.maxPacketSize)),
    ...optional('maxTopicLevels', options.maxTopicLevels),
    ...optional('maxSubscriptionsPerClient', options.maxSubscriptionsPerClient),
    ...optional('maxInFlight', options.maxInFlight),
    ...optional('slowConsumerSeconds', seconds(options.slowConsumerTimeout)),
    ...optional('maxOutboundBytes', options.maxOutboundSize && bytes(options.maxOutboundSize)),
    ...optional('maxBufferedBytes', options.maxBufferedSize && bytes(options.maxBufferedSize)),
    ...optional('maxRetainedBytes', options.maxRetainedSize && bytes(options.maxRetainedSize)),
    ...optional('connectTimeoutSeconds', seconds(options.connectTimeout)),
  };
  return Object.keys(limits).length > 0 ? limits : undefined;
}
