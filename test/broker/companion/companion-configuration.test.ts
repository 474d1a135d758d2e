import { Duration, Size } from 'cdk8s';
import { ConfigMap, Secret } from 'cdk8s-plus-27';
import { parse } from 'yaml';
import {
  MqttCompanionOptions, MqttAuthentication, MqttAuthorization, MqttBroker, MqttClientCertificate, MqttCluster, MqttClusterProps, MqttKeepaliveLimit, MqttListener, MqttLogLevel,
  MqttTls,
} from '../../../lib';
import { findObject, newChart } from '../../support/synth';

const chart = newChart();
const secret = (name: string) => Secret.fromSecretName(chart, name, name);

function configuration(props: MqttClusterProps = {}) {
  const own = newChart();
  new MqttCluster(own, 'Broker', props);
  return { file: parse(findObject(own, 'ConfigMap').data['broker.yaml']), pod: findObject(own, 'StatefulSet').spec.template.spec };
}

test('a cluster with everything at its default', () => {
  expect(configuration().file).toEqual({
    listeners: [{ name: 'mqtt', protocol: 'tcp', port: 1883 }],
    authentication: { anonymous: true },
    session: { expirySeconds: 604_800 },
    // nine tenths of 15 GiB: the file system itself must never be full
    store: { directory: '/var/lib/mqtt-broker', maxBytes: 14_495_514_624 },
    operations: { port: 8080 },
    shutdown: { delaySeconds: 5, connectionsPerSecond: 500 },
  });
});

test('every listener, with its certificate mounted as a folder', () => {
  const { file, pod } = configuration({
    listeners: [
      MqttListener.tls(MqttTls.fromSecret(secret('server'), { clientCertificate: MqttClientCertificate.REQUIRE })),
      MqttListener.secureWebsocket(MqttTls.fromSecret(secret('web')), { maxConnections: 100 }),
      MqttListener.websocket({ path: '/ws' }),
    ],
  });
  expect(file.listeners).toEqual([
    {
      name: 'mqtts',
      protocol: 'tls',
      port: 8883,
      tls: {
        certificateFile: '/etc/mqtt-broker/certificates/mqtts/tls.crt',
        privateKeyFile: '/etc/mqtt-broker/certificates/mqtts/tls.key',
        clientCaFile: '/etc/mqtt-broker/certificates/mqtts/ca.crt',
        clientCertificate: 'require',
      },
    },
    {
      name: 'wss',
      protocol: 'wss',
      port: 8084,
      path: '/mqtt',
      maxConnections: 100,
      tls: { certificateFile: '/etc/mqtt-broker/certificates/wss/tls.crt', privateKeyFile: '/etc/mqtt-broker/certificates/wss/tls.key' },
    },
    { name: 'ws', protocol: 'ws', port: 8083, path: '/ws' },
  ]);
  expect(pod.containers[0].volumeMounts).toContainEqual({ name: 'certificate-mqtts', mountPath: '/etc/mqtt-broker/certificates/mqtts', readOnly: true });
  expect(pod.volumes).toContainEqual({ name: 'certificate-wss', secret: { secretName: 'web', defaultMode: 0o440 } });
});

test('users and rules by reference', () => {
  const { file, pod } = configuration({
    authentication: MqttAuthentication.passwordFile(secret('users'), { key: 'htpasswd', allowAnonymous: true }),
    authorization: MqttAuthorization.aclFromConfigMap(ConfigMap.fromConfigMapName(chart, 'Rules', 'rules')),
  });
  expect(file.authentication).toEqual({ anonymous: true, passwordFile: '/etc/mqtt-broker/passwords/htpasswd' });
  expect(file.authorization).toEqual({ aclFile: '/etc/mqtt-broker/acl/acl.yaml' });
  expect(pod.volumes).toContainEqual({ name: 'passwords', secret: { secretName: 'users', defaultMode: 0o440 } });
  expect(pod.volumes).toContainEqual({ name: 'acl', configMap: { name: 'rules' } });
});

test('rules in a Secret, with a key of its own', () => {
  const { file, pod } = configuration({ authorization: MqttAuthorization.aclFromSecret(secret('rules'), { key: 'list' }) });
  expect(file.authorization).toEqual({ aclFile: '/etc/mqtt-broker/acl/list' });
  expect(pod.volumes).toContainEqual({ name: 'acl', secret: { secretName: 'rules', defaultMode: 0o440 } });
});

test('limits', () => {
  const options: MqttCompanionOptions = {
    logLevel: MqttLogLevel.WARN,
    maxPacketSize: Size.mebibytes(4),
    maxQueuedMessages: 5000,
    maxQueuedSize: Size.mebibytes(50),
  };
  const { file } = configuration({
    broker: MqttBroker.companion(options), keepaliveLimit: MqttKeepaliveLimit.of(Duration.minutes(2)), sessionExpiry: Duration.days(1), drainConnectionsPerSecond: 100,
  });
  expect(file).toMatchObject({
    keepalive: { maxSeconds: 120 },
    limits: { maxPacketBytes: 4_194_304 },
    session: { expirySeconds: 86_400, maxQueuedMessages: 5000, maxQueuedBytes: 52_428_800 },
    shutdown: { connectionsPerSecond: 100 },
    log: { level: 'warn' },
  });
});
