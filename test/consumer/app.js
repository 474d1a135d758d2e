const { App, Chart, Duration } = require('cdk8s');
const { LoadBalancerProvider, MqttCluster, MqttLoadBalancer, MqttMonitoring, MqttProfile, MqttSessionStore } = require('cdk8s-mqtt');

const app = new App();
const chart = new Chart(app, 'consumer', { namespace: 'mqtt' });
const cluster = new MqttCluster(chart, 'Broker', { profile: MqttProfile.production({ replicas: 1, sessionStore: MqttSessionStore.embedded() }) });
new MqttLoadBalancer(chart, 'LoadBalancer', { cluster, provider: LoadBalancerProvider.awsNlb({ idleTimeout: Duration.seconds(350) }) });
new MqttMonitoring(chart, 'Monitoring', { cluster });
app.synth();
