import { App, Chart, Duration } from 'cdk8s';
import { MqttCluster, MqttSessionStore, MqttSpread } from 'cdk8s-mqtt';

// From one broker on its own disk to a cluster, and from three brokers to four. BROKERS and SESSION_STORE are what the user changes.
const { BROKERS, SESSION_STORE } = process.env;
const app = new App();
const chart = new Chart(app, 'growing', { namespace: 'mqtt-growing', disableResourceNameHashes: true });

new MqttCluster(chart, 'Broker', {
  name: 'growing',
  replicas: Number(BROKERS),
  sessionStore: SESSION_STORE === 'replicated' ? MqttSessionStore.replicated({ nodes: 3, antiAffinity: MqttSpread.REQUIRED }) : MqttSessionStore.embedded(),
  sessionExpiry: Duration.hours(1),
});

app.synth();
