import type { k8s } from 'cdk8s-plus-27';
import type { MqttCompanionOptions } from './companion-options';
import { CompanionPaths } from './companion-paths';
import type { MqttFile } from '../../security/mqtt-file';
import type { ClusterIntent, ReplicationIntent } from '../../workload/cluster-intent';
import { SECRET_FILE_MODE } from '../../workload/pod-security';


export interface MountedFiles {
  readonly volume: k8s.Volume;
  readonly path: string;
}

/** Everything that the configuration names by a path, each mounted as a folder of its own. */
export function mountedFiles(intent: ClusterIntent, { admin }: MqttCompanionOptions): MountedFiles[] {
  const { listeners, certificates, authentication, authorization, replication } = intent;
  const mounts: MountedFiles[] = [];
  for (const listener of listeners) {
    const certificate = certificates[listener.name];
    if (!certificate) continue;
    mounts.push(fromSecret(`certificate-${listener.name}`, CompanionPaths.certificate(listener), certificate.secretName));
    const { secretName, configMapName } = certificate.clientCa ?? {};
    if (secretName) mounts.push(fromSecret(`client-ca-${listener.name}`, CompanionPaths.clientCa(listener), secretName));
    if (configMapName) mounts.push(fromConfigMap(`client-ca-${listener.name}`, CompanionPaths.clientCa(listener), configMapName));
    if (certificate.revocationList) mounts.push(fromFile(`revocation-list-${listener.name}`, CompanionPaths.revocationList(listener), certificate.revocationList));
  }
  if (authentication.secretName) mounts.push(fromSecret('passwords', CompanionPaths.PASSWORDS, authentication.secretName));
  if (authorization.secretName) mounts.push(fromSecret('acl', CompanionPaths.ACL, authorization.secretName));
  if (authorization.configMapName) mounts.push(fromConfigMap('acl', CompanionPaths.ACL, authorization.configMapName));
  const { keys } = authentication._methods.jwt ?? {};
  if (keys?.file) mounts.push(fromFile('jwt-keys', CompanionPaths.JWT_KEYS, keys.file));
  if (keys?._options.certificateAuthority) mounts.push(fromFile('jwt-authority', CompanionPaths.JWT_AUTHORITY, keys._options.certificateAuthority));
  if (admin) mounts.push(fromFile('admin-token', CompanionPaths.ADMIN_TOKEN, admin.token));
  if (replication) mounts.push(...logFiles(replication));
  return mounts;
}

/** What the brokers show to the message log, and what they trust. Single keys: the log's own private key may stand beside its authority. */
function logFiles({ credentials, certificateAuthority, clientCertificateSecretName }: ReplicationIntent): MountedFiles[] {
  const { secretName, usernameKey, passwordKey, credentialsKey } = credentials;
  const keys = [usernameKey, passwordKey, credentialsKey].filter((key) => key !== undefined);
  return [
    ...(secretName === undefined ? [] : [fromSecret('log-credentials', CompanionPaths.LOG_CREDENTIALS, secretName, keys)]),
    ...(certificateAuthority ? [fromFile('log-authority', CompanionPaths.LOG_AUTHORITY, certificateAuthority)] : []),
    ...(clientCertificateSecretName === undefined ? [] : [fromSecret('log-certificate', CompanionPaths.LOG_CERTIFICATE, clientCertificateSecretName)]),
  ];
}

function fromFile(name: string, path: string, { secretName, configMapName, key }: MqttFile): MountedFiles {
  return secretName === undefined ? fromConfigMap(name, path, configMapName!, [key]) : fromSecret(name, path, secretName, [key]);
}

/** The whole Secret, or some of its keys. */
function fromSecret(name: string, path: string, secretName: string, keys?: string[]): MountedFiles {
  return { path, volume: { name, secret: { secretName, defaultMode: SECRET_FILE_MODE, items: keys?.map((key) => ({ key, path: key })) } } };
}

function fromConfigMap(name: string, path: string, configMapName: string, keys?: string[]): MountedFiles {
  return { path, volume: { name, configMap: { name: configMapName, items: keys?.map((key) => ({ key, path: key })) } } };
}
