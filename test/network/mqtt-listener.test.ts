import { Secret } from 'cdk8s-plus-27';
import { MqttClientCertificate, MqttListener, MqttTls } from '../../lib';
import { newChart } from '../support/synth';

const certificate = MqttTls.fromSecret(Secret.fromSecretName(newChart(), 'Secret', 'server'));
const facts = ({ transport, name, port, path, encrypted, certificate: tls }: MqttListener) => ({ transport, name, port, path, encrypted, secret: tls?.secretName });

test('the ports and names that people expect', () => {
  expect([MqttListener.tcp(), MqttListener.tls(certificate), MqttListener.websocket(), MqttListener.secureWebsocket(certificate)].map(facts)).toEqual([
    { transport: 'tcp', name: 'mqtt', port: 1883, path: undefined, encrypted: false, secret: undefined },
    { transport: 'tls', name: 'mqtts', port: 8883, path: undefined, encrypted: true, secret: 'server' },
    { transport: 'ws', name: 'ws', port: 8083, path: '/mqtt', encrypted: false, secret: undefined },
    { transport: 'wss', name: 'wss', port: 8084, path: '/mqtt', encrypted: true, secret: 'server' },
  ]);
});

test('options replace them; an option that is undefined does not', () => {
  const listener = MqttListener.websocket({ name: 'browser', port: 443, path: '/broker', maxConnections: 7 });
  expect(facts(listener)).toMatchObject({ name: 'browser', port: 443, path: '/broker' });
  expect(listener.maxConnections).toBe(7);
  expect(facts(MqttListener.tcp({ port: undefined, name: undefined }))).toMatchObject({ name: 'mqtt', port: 1883 });
});

test('clients need no certificate unless they are asked for one', () => {
  expect(certificate.clientCertificate).toBe(MqttClientCertificate.NONE);
  const secret = Secret.fromSecretName(newChart(), 'Secret', 'server');
  expect(MqttTls.fromSecret(secret, { clientCertificate: MqttClientCertificate.REQUIRE }).clientCertificate).toBe('require');
});
