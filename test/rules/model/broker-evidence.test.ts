import { anyBroker, declaredBroker } from '../../../lib/rules/model/broker-evidence';
import { ManifestObject } from '../../../lib/rules/model/manifest-object';

function workload(containers: object[], { kind = 'StatefulSet', apiVersion = 'apps/v1', annotations = {} } = {}): ManifestObject {
  return new ManifestObject({ manifest: { apiVersion, kind, metadata: { name: 'a', annotations }, spec: { template: { spec: { containers } } } }, origin: 'a.yaml:1' });
}

const container = (image: string, rest: object = {}) => ({ name: 'main', image, ...rest });
const listening = (containerPort: number, protocol?: string) => ({ ports: [{ containerPort, protocol }] });

describe('a workload is recognised as a broker', () => {
  test.each([
    ['emqx/emqx:5.8.0', 'emqx'],
    ['registry.example.com:5000/mirror/emqx-enterprise@sha256:0123', 'emqx'],
    ['docker.io/hivemq/hivemq4:4.33.0', 'hivemq'],
    ['hivemq/hivemq-ce', 'hivemq-ce'],
    ['eclipse-mosquitto:2.0', 'mosquitto'],
    ['vernemq/vernemq:latest', 'vernemq'],
  ])('by the image %s', (image, broker) => {
    expect(anyBroker(workload([container(image)]))).toEqual({ broker, recognisedBy: `the image '${image}' of container 'main'`, container: 0 });
  });

  test.each([[1883], [8883]])('by the port %i, which is registered for MQTT', (port) => {
    expect(anyBroker(workload([container('example.com/our/broker:1', listening(port))], { kind: 'Deployment' })))
      .toEqual({ broker: 'broker', recognisedBy: `port ${port} of container 'main'`, container: 0 });
  });

  test('by the image rather than by a port, in whichever container', () => {
    expect(anyBroker(workload([container('busybox:1'), container('example.com/bridge:1', listening(1883)), { name: 'mqtt', image: 'eclipse-mosquitto:2.0' }])))
      .toEqual({ broker: 'mosquitto', recognisedBy: "the image 'eclipse-mosquitto:2.0' of container 'mqtt'", container: 2 });
  });

  test('by what it declares rather than by anything else', () => {
    expect(anyBroker(workload([container('emqx/emqx:5.8.0')], { annotations: { 'cdk8s-mqtt/broker': 'companion' } }))).toEqual({ broker: 'companion' });
  });

  test('only in manifests of other origin: the rules of an app look at what declares itself', () => {
    expect(declaredBroker(workload([container('emqx/emqx:5.8.0')]))).toBeUndefined();
  });
});

describe('a workload is not recognised as a broker', () => {
  test.each([
    ['of another image and port', workload([container('nginx:1', listening(80))])],
    ['that is the operator of brokers', workload([container('emqx/emqx-operator-controller:2.2')])],
    ['that is a proxy in front of one', workload([container('haproxy:3', listening(1883))])],
    ['that runs the clients of Mosquitto', workload([container('eclipse-mosquitto:2.0', { command: ['/usr/bin/mosquitto_sub', '-t', '#'] })])],
    ['that runs them in a shell', workload([container('eclipse-mosquitto:2.0', { command: ['sh', '-c'], args: ['while true; do mosquitto_pub -t a -m b; done'] })])],
    ['that listens by UDP', workload([container('example.com/mqtt-sn:1', listening(1883, 'UDP'))])],
    ['that is a Job', workload([container('emqx/emqx:5.8.0')], { kind: 'Job', apiVersion: 'batch/v1' })],
    ['without containers', workload([])],
  ])('%s', (_, object) => {
    expect(anyBroker(object)).toBeUndefined();
  });
});
