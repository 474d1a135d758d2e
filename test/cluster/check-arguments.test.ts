import { Duration, Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-27';
import { KubernetesVersion, MqttBroker, MqttCluster, MqttClusterProps, MqttKeepaliveLimit, MqttListener, MqttProfile, MqttStorage, MqttTcpKeepalive } from '../../lib';
import { complaints } from '../support/complaints';
import { messageOf, newChart } from '../support/synth';

test.each<[string, MqttClusterProps | Record<string, unknown>, string[]]>([
  ['no replicas', { replicas: 0 }, ['replicas is 0, but must be a whole number of at least 1: a cluster needs a broker; to switch it off, scale the StatefulSet']],
  ['negative replicas', { replicas: -1 }, ['replicas is -1, but must be a whole number of at least 1: a cluster needs a broker; to switch it off, scale the StatefulSet']],
  ['NaN replicas', { replicas: NaN }, ['replicas is NaN, but must be a whole number of at least 1: a cluster needs a broker; to switch it off, scale the StatefulSet']],
  ['a bad default in a profile', { profile: MqttProfile.production({ replicas: 0.5 }) }, ['replicas is 0.5, but must be a whole number of at least 1: a cluster needs a broker; to switch it off, scale the StatefulSet']],
  ['a name with capitals', { name: 'Broker' }, ["name is 'Broker', but must be lower-case letters, digits and dashes, beginning and ending with a letter or digit (a DNS-1123 label): the names of Services and pods are made of it"]],
  ['a long name', { name: 'a'.repeat(50) }, [`name is '${'a'.repeat(50)}' with 50 characters, but may have 49: the names of Services and pods are made of it`]],
  ['a profile by its name', { profile: 'production' }, ["profile is 'production', but must be made like this: MqttProfile.production()"]],
  ['a broker by its name', { broker: 'hivemq' }, ["broker is 'hivemq', but must be made like this: MqttBroker.companion()"]],
  ['a version as text', { kubernetesVersion: '1.35' }, ["kubernetesVersion is '1.35', but must be made like this: KubernetesVersion.of('1.35')"]],
  ['a size as text', { storage: '20Gi' }, ["storage is '20Gi', but must be made like this: MqttStorage.persistentVolume({ size: Size.gibibytes(100) })"]],
  ['a tiny volume', { storage: MqttStorage.persistentVolume({ size: Size.mebibytes(1) }) }, ['storage size is 1Mi, but must be at least 64Mi: the store needs room to work']],
  ['a storage class that is none', { storage: MqttStorage.persistentVolume({ storageClassName: 'Fast SSD' }) }, ["storage storageClassName is 'Fast SSD', but must be lower-case letters, digits, dashes and dots, at most 253 (a DNS-1123 subdomain): Kubernetes refuses the object otherwise"]],
  ['an unknown retention', { storage: MqttStorage.persistentVolume({ whenDeleted: 'Keep' as any }) }, ["storage whenDeleted is 'Keep', but must be one of RETAIN, DELETE"]],
  ['an unknown spread', { antiAffinity: 'always' }, ["antiAffinity is 'always', but must be one of REQUIRED, PREFERRED, NONE"]],
  ['a user as a number', { podUser: 1001 }, ['podUser is 1001, but must be one of FIXED, ASSIGNED_BY_PLATFORM']],
  ['no nodes', { nodeCount: 0 }, ['nodeCount is 0, but must be a whole number of at least 1: it is the number of nodes that can take a pod']],
  ['a node selector that is none', { nodeSelector: { 'a b': 'c' } }, ["nodeSelector has the key 'a b', which is not a label key: [prefix/]name, name of at most 63 letters, digits, '-', '_', '.'"]],
  ['a label of the library', { labels: { 'app.kubernetes.io/instance': 'x' } }, ["labels has the key 'app.kubernetes.io/instance', which the library sets itself: choose another"]],
  ['text for a boolean', { networkPolicy: 'yes' }, ["networkPolicy is 'yes', but must be true or false"]],
  ['a drain that never ends', { drainConnectionsPerSecond: 0 }, ['drainConnectionsPerSecond is 0, but must be a whole number of at least 1: a drain at that rate would never end']],
  ['a delay as a number', { shutdownDelay: 5 }, ['shutdownDelay is 5, but must be a Duration, for example Duration.seconds(0)']],
  ['a grace period of zero', { terminationGracePeriod: Duration.seconds(0) }, ['terminationGracePeriod is 0 s, but must be at least 1 s: Kubernetes counts it in seconds, and 0 kills at once']],
  ['a session for ever', { sessionExpiry: Duration.seconds(0) }, ['sessionExpiry is 0 s, but must be at least 1 s: it is configured in seconds']],
  ['half a second of keepalive', { keepaliveLimit: MqttKeepaliveLimit.of(Duration.millis(500)) }, ['keepaliveLimit is 0.5 s, but can only be expressed in whole seconds: CONNECT carries it in two bytes (MQTT 3.1.1 §3.1.2.10)']],
  ['a day of keepalive', { keepaliveLimit: MqttKeepaliveLimit.of(Duration.days(1)) }, ['keepaliveLimit is 86400 s, but must be from 1 s to 65535 s: CONNECT carries it in two bytes (MQTT 3.1.1 §3.1.2.10)']],
  ['a keepalive as a Duration', { keepaliveLimit: Duration.seconds(60) }, ['keepaliveLimit is a Duration, but must be made like this: MqttKeepaliveLimit.of(Duration.seconds(180))']],
  ['too many probes', { tcpKeepalive: MqttTcpKeepalive.of({ probes: 200 }) }, ['tcpKeepalive probes is 200, but must be a whole number from 1 to 127: the kernel takes no other value']],
  ['sysctls that are not safe yet', { tcpKeepalive: MqttTcpKeepalive.of(), kubernetesVersion: KubernetesVersion.V1_28 }, [
    'tcpKeepalive needs sysctls that are safe since Kubernetes 1.29, but the target is 1.28: the kubelet would refuse the pods (SysctlForbidden). Write MqttTcpKeepalive.kernelDefaults(), or raise kubernetesVersion',
  ]],
  ['more memory than the limit', { resources: { memoryRequest: Size.gibibytes(2), memoryLimit: Size.gibibytes(1) } }, ['resources memoryRequest is 2Gi, above memoryLimit 1Gi: the API server refuses that']],
  ['CPU as text', { resources: { cpuRequest: '500m' } }, ["resources cpuRequest is '500m', but must be made like this: Cpu.millis(500)"]],
  ['no listeners', { listeners: [] }, ['listeners is empty: a broker without a listener has no clients; write for example [MqttListener.tcp()]']],
  ['a listener as a number', { listeners: [1883] }, ['listeners[0] is 1883, but must be an MqttListener, for example MqttListener.tcp()']],
  ['a port out of range', { listeners: [MqttListener.tcp({ port: 70000 })] }, ['listeners[0] port is 70000, but must be a whole number from 1 to 65535: there are no other TCP ports']],
  ['a port used twice', { listeners: [MqttListener.tcp(), MqttListener.tcp({ name: 'other' })] }, ['listeners[1] port 1883 is taken already, by listeners[0]: choose another']],
  ['a name used twice', { listeners: [MqttListener.tcp(), MqttListener.tcp({ port: 1884 })] }, ["listeners[1] name 'mqtt' is taken already, by listeners[0]: choose another"]],
  ['the port of the probes', { listeners: [MqttListener.tcp({ port: 8080, name: 'http' })] }, ['listeners[0] port 8080 is taken already, by probes and metrics: choose another', "listeners[0] name 'http' is taken already, by probes and metrics: choose another"]],
  ['a port name that is too long', { listeners: [MqttListener.tcp({ name: 'a-very-long-name' })] }, ["listeners[0] name is 'a-very-long-name' with 16 characters, but may have 15: it names a container port"]],
  ['a path that is none', { listeners: [MqttListener.websocket({ path: 'mqtt' })] }, ["listeners[0] path is 'mqtt', but must be the path of a URL, for example '/mqtt'"]],
  ['a listener for nobody', { listeners: [MqttListener.tcp({ maxConnections: 0 })] }, ['listeners[0] maxConnections is 0, but must be a whole number of at least 1: a listener that accepts nobody is none']],
  ['an image that is none', { broker: MqttBroker.companion({ image: 'my image' }) }, ["broker image is 'my image', but must be an image reference, for example 'example.com/mqtt/broker@sha256:…'"]],
  ['an unknown log level', { broker: MqttBroker.companion({ logLevel: 'loud' as any }) }, ["broker logLevel is 'loud', but must be one of DEBUG, INFO, WARN, ERROR"]],
  ['a packet larger than MQTT allows', { broker: MqttBroker.companion({ maxPacketSize: Size.gibibytes(1), maxQueuedSize: Size.gibibytes(1) }) }, ['broker maxPacketSize is 1Gi, but must be from 1Ki to 255Mi: MQTT 3.1.1 §2.2.3 ends below 256 MiB']],
  ['a queue that is smaller than a packet', { broker: MqttBroker.companion({ maxQueuedSize: Size.kibibytes(1) }) }, ['broker maxQueuedSize is 1Ki, but must be at least 1Mi: the largest packet (maxPacketSize) could never be queued']],
  ['packets that are larger than the default queue', { broker: MqttBroker.companion({ maxPacketSize: Size.mebibytes(101) }) }, [
    'broker maxPacketSize is 101Mi, above what a session may have waiting (100Mi by default): the largest packet could never be queued. Set maxQueuedSize too',
  ]],
  ['a queue for nothing', { broker: MqttBroker.companion({ maxQueuedMessages: 0 }) }, ['broker maxQueuedMessages is 0, but must be a whole number of at least 1: a session must be able to hold a message']],
])('%s', (_, props, expected) => {
  expect(complaints(props)).toEqual(expected);
});

test('everything at once', () => {
  expect(complaints({ replicas: 0, name: '-', listeners: [], resources: { cpuLimit: Cpu.units(1), memoryLimit: Size.kibibytes(1) }, disruptionBudget: 1 })).toHaveLength(5);
});

test('nothing is rendered when an argument is wrong', () => {
  const chart = newChart();
  expect(() => new MqttCluster(chart, 'Broker', { replicas: 0 })).toThrow();
  expect(chart.node.findAll().filter((construct: any) => construct.kind)).toEqual([]);
});

test('the name that the chart generates must fit too', () => {
  const id = 'a'.repeat(54);
  expect(messageOf(() => new MqttCluster(newChart(), id))).toBe(
    `[test/${id}] MqttCluster: an argument cannot work:\n  - name is '${id}' with 54 characters, but may have 49: the names of Services and pods are made of it; `
    + 'set a shorter name',
  );
});
