import { ExternalMessageLog } from './external-message-log';
import { SMALLEST_LOG } from './log-room';
import type { MqttMessageLogCredentials } from './mqtt-message-log-credentials';
import type { IMqttMessageLog } from './mqtt-message-log-reference';
import { type ArgumentErrors, show } from '../manifest/arguments';
import { checkFile } from '../security/check-file';
import { checkPeers } from '../workload/check-peers';

export const CREDENTIALS_EXAMPLE = "MqttMessageLogCredentials.fromSecret(Secret.fromSecretName(this, 'Log', 'message-log'))";

/** What the broker takes for `cluster.log.replicas`, and the constructs for the nodes: more than half must live, so that an even number gains nothing. */
export const COPIES = [1, 3, 5];

/** Why a log cannot be smaller. */
export const ROOM_BETWEEN_SNAPSHOTS = 'a snapshot is made after 256 MiB, and the log has to hold two such parts and what comes meanwhile';

const ADDRESS = /^(nats|tls):\/\/(\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?)(:[1-9][0-9]{0,4})?$/;

/** What cannot work about a message log that a cluster is given. */
export function checkMessageLog(errors: ArgumentErrors, at: string, log: IMqttMessageLog | undefined): void {
  const example = "MqttMessageLog.fromServers(['nats://nats.messaging.svc:4222'])";
  if (!errors.like(at, log ?? (null as unknown as IMqttMessageLog), ['servers', 'credentials', 'addCluster', 'maxSizeOf', 'maxStoreSizeOf'], example)) return;
  const { servers, credentials, certificateAuthority, clientCertificateSecretName, copies, peers } = log!;
  if (errors.filledArray(`${at} servers`, servers ?? null, "write for example ['nats://nats.messaging.svc:4222']")) {
    servers.forEach((server, index) => checkAddress(errors, `${at} servers[${index}]`, server));
    checkEncryption(errors, at, servers, { certificateAuthority, clientCertificate: clientCertificateSecretName });
  }
  checkCredentials(errors, `${at} credentials`, credentials);
  checkFile(errors, `${at} certificateAuthority`, certificateAuthority, 'ca.crt');
  if (clientCertificateSecretName !== undefined) {
    errors.reference(`${at} clientCertificate`, clientCertificateSecretName, 'Secret', "Secret.fromSecretName(this, 'LogClient', 'message-log-client')");
  }
  if (copies !== undefined && !COPIES.includes(copies)) errors.add(`${at} copies is ${show(copies)}, but must be 1, 3 or 5: the log survives as long as more than half of them do`);
  if (log instanceof ExternalMessageLog) errors.size(`${at} maxSize`, log.maxSize, { min: SMALLEST_LOG }, ROOM_BETWEEN_SNAPSHOTS);
  checkPeers(errors, `${at} peers`, peers);
}

/** Answers whether they can be looked at. */
export function checkCredentials(
  errors: ArgumentErrors, at: string, credentials: MqttMessageLogCredentials | undefined,
): credentials is MqttMessageLogCredentials {
  if (!errors.like(at, credentials, ['secretName', 'credentialsKey'], CREDENTIALS_EXAMPLE)) return false;
  const { secretName, usernameKey, passwordKey, credentialsKey } = credentials;
  // Neither a name nor a key: everybody is let in, and that is meant.
  if (secretName === undefined && usernameKey === undefined && credentialsKey === undefined) return true;
  errors.reference(`${at} secret`, secretName, 'Secret', CREDENTIALS_EXAMPLE);
  errors.dataKey(`${at} usernameKey`, usernameKey);
  errors.dataKey(`${at} passwordKey`, passwordKey);
  errors.dataKey(`${at} key`, credentialsKey);
  if (usernameKey !== undefined && usernameKey === passwordKey) errors.add(`${at} usernameKey and passwordKey are both '${usernameKey}': the user name and the password each have a key`);
  return true;
}

function checkAddress(errors: ArgumentErrors, at: string, server: unknown): void {
  if (typeof server === 'string' && ADDRESS.test(server)) return;
  // An address may carry a user name and a password.
  const shown = typeof server === 'string' && server.includes('@') ? 'an address with something before an @ (not shown here)' : show(server);
  errors.add(`${at} is ${shown}, but must be an address like 'nats://nats.messaging.svc:4222', or 'tls://…' where NATS speaks TLS; user name and password stand in a Secret (credentials)`);
}

function checkEncryption(errors: ArgumentErrors, at: string, servers: string[], ofTls: { [name: string]: unknown }): void {
  const encrypted = servers.filter((server) => typeof server === 'string' && server.startsWith('tls://')).length;
  if (encrypted > 0 && encrypted < servers.length) errors.add(`${at} servers are partly 'nats://' and partly 'tls://': all of them speak TLS, or none`);
  const unused = Object.keys(ofTls).filter((name) => ofTls[name] !== undefined);
  if (encrypted === 0 && unused.length > 0) errors.add(`${at} ${unused.join(' and ')} would not be used: write 'tls://' addresses, or leave ${unused.length === 1 ? 'it' : 'them'} out`);
}
