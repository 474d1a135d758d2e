import type { MqttListener } from '../../network/mqtt-listener';

/** Where the container sees what is mounted. Folders, not single files: the kubelet keeps those up to date, and the broker reloads them. */
export const CompanionPaths = {
  CONFIGURATION: '/etc/mqtt-broker/configuration',
  PASSWORDS: '/etc/mqtt-broker/passwords',
  ACL: '/etc/mqtt-broker/acl',
  LOG_CREDENTIALS: '/etc/mqtt-broker/message-log/credentials',
  LOG_AUTHORITY: '/etc/mqtt-broker/message-log/authority',
  LOG_CERTIFICATE: '/etc/mqtt-broker/message-log/certificate',
  JWT_KEYS: '/etc/mqtt-broker/jwt/keys',
  JWT_AUTHORITY: '/etc/mqtt-broker/jwt/authority',
  ADMIN_TOKEN: '/etc/mqtt-broker/admin-token',
  DATA: '/var/lib/mqtt-broker',
  certificate: (listener: MqttListener) => `/etc/mqtt-broker/certificates/${listener.name}`,
  revocationList: (listener: MqttListener) => `/etc/mqtt-broker/revocation-list/${listener.name}`,
  clientCa: (listener: MqttListener) => `/etc/mqtt-broker/client-ca/${listener.name}`,
} as const;
