import { App, Chart, Duration } from 'cdk8s';
import { ExternalTrafficPolicy, LoadBalancerExposure, LoadBalancerKind, LoadBalancerProvider, LocalHealthCheck, MqttCluster, MqttLoadBalancer } from 'cdk8s-mqtt';

// One broker behind a load balancer that asks the nodes which of them has it. SESSION_EXPIRY_HOURS is what the user changes.
const app = new App();
const chart = new Chart(app, 'changing', { namespace: 'mqtt-changing', disableResourceNameHashes: true });

const cluster = new MqttCluster(chart, 'Broker', { sessionExpiry: Duration.hours(Number(process.env.SESSION_EXPIRY_HOURS)) });

new MqttLoadBalancer(chart, 'LoadBalancer', {
  cluster,
  provider: LoadBalancerProvider.custom({
    kind: LoadBalancerKind.PASSTHROUGH,
    exposure: LoadBalancerExposure.INTERNAL,
    idleTimeout: Duration.minutes(10),
    localHealthCheck: LocalHealthCheck.AUTOMATIC,
  }),
  trafficPolicy: ExternalTrafficPolicy.LOCAL,
});

app.synth();
