// An app with as many clusters as the first argument says; the second says whether each has its monitoring. Prints what the clusters cost, without loading the library.
const { App, Chart, Duration, Size } = require('cdk8s');
const { LoadBalancerProvider, MqttCluster, MqttLoadBalancer, MqttMonitoring, MqttProfile, MqttStorage } = require('cdk8s-mqtt');

const count = Number(process.argv[2]);
const monitoring = process.argv[3] === 'monitoring';

const cpu = process.cpuUsage();
const begin = performance.now();
const app = new App();
for (let i = 0; i < count; i++) {
  const chart = new Chart(app, `plant-${i}`, { namespace: 'mqtt', disableResourceNameHashes: true });
  const cluster = new MqttCluster(chart, 'Broker', {
    name: `plant-${i}`,
    profile: MqttProfile.production(),
    storage: MqttStorage.persistentVolume({ size: Size.gibibytes(100) }),
    connectionsPerPod: 20_000,
  });
  cluster.acknowledge('MQTT-SESSION-001', 'Each device starts a clean session.');
  new MqttLoadBalancer(chart, 'LoadBalancer', {
    cluster,
    provider: LoadBalancerProvider.awsNlb({ idleTimeout: Duration.seconds(350) }),
    sourceRanges: ['192.0.2.0/24', '198.51.100.0/24'],
  });
  if (monitoring) new MqttMonitoring(chart, 'Monitoring', { cluster });
}
app.synth();
const { user, system } = process.cpuUsage(cpu);

process.stdout.write(JSON.stringify({
  milliseconds: performance.now() - begin,
  cpuMilliseconds: (user + system) / 1000,
  heapBytes: process.memoryUsage().heapUsed,
  maxResidentBytes: process.resourceUsage().maxRSS * 1024,
}));
