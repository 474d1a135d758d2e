// An app with as many clusters as the first argument says; "charts": each in a chart of its own, "monitoring": each with its monitoring. Prints what the
// clusters cost, without loading the library.
const { App, Chart, Duration, Size } = require('cdk8s');
const { Construct } = require('constructs');
const { LoadBalancerProvider, MqttCluster, MqttLoadBalancer, MqttMonitoring, MqttProfile, MqttStorage } = require('cdk8s-mqtt');

const count = Number(process.argv[2]);
const charts = process.argv.includes('charts');
const monitoring = process.argv.includes('monitoring');

const cpu = process.cpuUsage();
const begin = performance.now();
const app = new App();
const newChart = (id) => new Chart(app, id, { namespace: 'mqtt', disableResourceNameHashes: true });
const chart = charts ? undefined : newChart('plants');
for (let i = 0; i < count; i++) {
  const plant = charts ? newChart(`plant-${i}`) : new Construct(chart, `plant-${i}`);
  const cluster = new MqttCluster(plant, 'Broker', {
    name: `plant-${i}`,
    profile: MqttProfile.production(),
    storage: MqttStorage.persistentVolume({ size: Size.gibibytes(100) }),
    connectionsPerPod: 20_000,
  });
  cluster.acknowledge('MQTT-LOG-005', 'The network encrypts.');
  new MqttLoadBalancer(plant, 'LoadBalancer', {
    cluster,
    provider: LoadBalancerProvider.awsNlb({ idleTimeout: Duration.seconds(350) }),
    sourceRanges: ['192.0.2.0/24', '198.51.100.0/24'],
  });
  if (monitoring) new MqttMonitoring(plant, 'Monitoring', { cluster });
}
app.synth();
const { user, system } = process.cpuUsage(cpu);

process.stdout.write(JSON.stringify({
  milliseconds: performance.now() - begin,
  cpuMilliseconds: (user + system) / 1000,
  heapBytes: process.memoryUsage().heapUsed,
  maxResidentBytes: process.resourceUsage().maxRSS * 1024,
}));
