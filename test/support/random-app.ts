import { type Chart, Duration, JsonPatch, Size, Testing } from 'cdk8s';
import type { Construct } from 'constructs';
import * as fc from 'fast-check';
import { randomProps } from './random-props';
import { providerFactories, randomProvider } from './random-provider';
import { refusingRules } from './refusals';
import { newChart } from './synth';
import {
  ExternalTrafficPolicy, IdleTimeoutKind, KubernetesVersion, LoadBalancerExposure, LoadBalancerKind, MqttAlert, MqttAlerts, MqttAutoscaler, MqttAutoscalerKind, type MqttAutoscalerProps,
  MqttCapacity, type MqttCapacityOptions, MqttCluster, type MqttClusterProps, MqttDashboard, MqttDnsName, MqttGateway, MqttGatewayRoute, type MqttGatewayRouteProps, MqttGuardRails,
  MqttGuardRailsAction, type MqttGuardRailsProps, MqttKeepaliveLimit, MqttLoadBalancer, type MqttLoadBalancerProps, MqttMonitoring, type MqttMonitoringProps, MqttScaleDown,
  MqttScalingMetric, MqttScrape, MqttTcpRouteVersion,
} from '../../lib';

/** What an app is made of. What is not there is not made. */
export interface RandomApp {
  /** Without the version, which is that of the whole app. */
  readonly cluster: MqttClusterProps;
  readonly capacity?: Omit<MqttCapacityOptions, 'profile'>;
  /** Whether each listener gets a port for other proxies, where no load balancer may ask for one of its own. */
  readonly proxyPorts?: boolean;
  readonly loadBalancers?: readonly Omit<MqttLoadBalancerProps, 'cluster'>[];
  readonly route?: Omit<MqttGatewayRouteProps, 'cluster'>;
  readonly autoscaler?: Omit<MqttAutoscalerProps, 'cluster'>;
  readonly monitoring?: Omit<MqttMonitoringProps, 'cluster'>;
  readonly guardRails?: Omit<MqttGuardRailsProps, 'kubernetesVersion'>;
  readonly dnsName?: boolean;
  readonly override?: keyof typeof overrides;
}

const sidecar = {
  name: 'sidecar',
  image: 'example.com/sidecar:1',
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
};

/** What users change that no property covers; some of it breaks a rule, and one leads nowhere. */
const overrides = {
  'a label': (cluster: MqttCluster) => cluster.workload.addJsonPatch(JsonPatch.add('/metadata/labels/team', 'iot')),
  'an annotation of a Service': (cluster: MqttCluster) => cluster.clientService.addJsonPatch(JsonPatch.add('/metadata/annotations', { 'example.com/audit': 'yes' })),
  'a sidecar': (cluster: MqttCluster) => cluster.workload.addJsonPatch(JsonPatch.add('/spec/template/spec/containers/-', sidecar)),
  'a volume': (cluster: MqttCluster) => cluster.workload.addJsonPatch(JsonPatch.add('/spec/template/spec/volumes/-', { name: 'scratch', emptyDir: { sizeLimit: '1Gi' } })),
  'other readiness': (cluster: MqttCluster) => cluster.workload.addJsonPatch(JsonPatch.replace('/spec/template/spec/containers/0/readinessProbe/periodSeconds', 5)),
  'no liveness probe': (cluster: MqttCluster) => cluster.workload.addJsonPatch(JsonPatch.remove('/spec/template/spec/containers/0/livenessProbe')),
  'the wrong path': (cluster: MqttCluster) => cluster.workload.addJsonPatch(JsonPatch.replace('/spec/template/metadata/annotation/x', 'y')),
} as const;

/** Makes the app for a Kubernetes version, in a chart of its own. `acknowledged` are the rules whose findings are accepted. */
function makeApp(app: RandomApp, kubernetesVersion: KubernetesVersion, acknowledged: readonly string[]): Chart {
  const chart = newChart();
  const { profile } = app.capacity ? MqttCapacity.plan({ ...app.capacity, profile: app.cluster.profile }) : app.cluster;
  const cluster = new MqttCluster(chart, 'Broker', { ...app.cluster, profile, kubernetesVersion });
  if (app.proxyPorts && !app.loadBalancers) cluster.listeners.forEach(({ name }) => cluster.openProxyPort(name, { sources: ['10.0.0.0/16'] }));
  app.loadBalancers?.forEach((props, index) => new MqttLoadBalancer(chart, `LoadBalancer${index}`, { cluster, ...props }));
  if (app.route) new MqttGatewayRoute(chart, 'Route', { cluster, ...app.route });
  if (app.override) overrides[app.override](cluster);
  if (app.autoscaler) new MqttAutoscaler(chart, 'Autoscaler', { cluster, ...app.autoscaler });
  if (app.monitoring) new MqttMonitoring(chart, 'Monitoring', { cluster, ...app.monitoring });
  if (app.dnsName) MqttDnsName.addTo(cluster.clientService, 'mqtt.internal.example.com');
  if (app.guardRails) new MqttGuardRails(chart, 'GuardRails', { ...app.guardRails, kubernetesVersion });
  acknowledged.forEach((rule) => cluster.acknowledge(rule, 'accepted, in this test'));
  return chart;
}

/** The app, and what it is synthesized to. */
interface SynthesizedApp {
  readonly chart: Chart;
  readonly manifests: any[];
  readonly acknowledged: readonly string[];
}

export function synthApp(app: RandomApp, minor: number, acknowledged: readonly string[] = []): SynthesizedApp {
  const chart = makeApp(app, KubernetesVersion.of(`1.${minor}`), acknowledged);
  return { chart, manifests: Testing.synth(chart), acknowledged };
}

/** The app as it is kept, with what had to be acknowledged for it; nothing where arguments refuse it. Fails if a refusal is not explained. */
export function keptApp(app: RandomApp, minor: number): SynthesizedApp | undefined {
  try {
    return synthApp(app, minor);
  } catch (error) {
    const rules = [...new Set(refusingRules((error as Error).message))];
    return rules.length > 0 ? synthApp(app, minor, rules) : undefined;
  }
}

/** Apps of everything that there is. The Secrets that they refer to are made in the scope. */
export function randomApp(scope: Construct): fc.Arbitrary<RandomApp> {
  return fc.record({
    cluster: fc.oneof(randomProps(scope), randomProps(scope).map(withShortKeepalive)),
    capacity,
    proxyPorts: fc.boolean(),
    loadBalancers: fc.array(fc.constantFrom(...providerFactories).chain(randomLoadBalancer), { minLength: 1, maxLength: 2 }),
    route,
    autoscaler,
    monitoring,
    guardRails,
    dnsName: fc.boolean(),
    override: fc.constantFrom(...Object.keys(overrides) as (keyof typeof overrides)[]),
  }, { requiredKeys: ['cluster'] });
}

/** Apps with a load balancer of this provider. */
export function randomAppBehind(factory: string, scope: Construct): fc.Arbitrary<RandomApp> {
  return fc.record({ cluster: randomProps(scope, 5).map(withShortKeepalive), loadBalancers: fc.tuple(randomLoadBalancer(factory)) });
}

/** Clients that speak often enough for every load balancer, unless the props say otherwise. */
function withShortKeepalive(props: MqttClusterProps): MqttClusterProps {
  return { keepaliveLimit: MqttKeepaliveLimit.of(Duration.seconds(30)), ...props };
}

function randomLoadBalancer(factory: string): fc.Arbitrary<Omit<MqttLoadBalancerProps, 'cluster'>> {
  const policy = fc.constantFrom(
    {}, ...Object.values(ExternalTrafficPolicy).map((trafficPolicy) => ({ trafficPolicy })), { trafficPolicy: ExternalTrafficPolicy.LOCAL, healthCheckNodePort: 30_100 },
  );
  const others = fc.record({
    provider: randomProvider(factory),
    sourceRanges: fc.constantFrom<(string[] | undefined)[]>(undefined, undefined, ['10.0.0.0/8', '2001:db8::/32']),
    annotations: fc.constant({ 'example.com/team': 'iot' }),
    labels: fc.constant({ team: 'iot' }),
  }, { requiredKeys: ['provider'] });
  return fc.tuple(others, policy).map(([props, given]) => ({ ...props, ...given }));
}

const capacity = fc.record({
  clients: fc.integer({ min: 1, max: 30_000 }),
  publishesPerSecond: fc.integer({ min: 0, max: 3000 }),
  fanOut: fc.integer({ min: 1, max: 3 }),
  messageSize: fc.constant(Size.kibibytes(1)),
  qos1Share: fc.constantFrom(0, 0.5, 1),
  persistentShare: fc.constantFrom(0, 0.5, 1),
  retention: fc.constant(Duration.hours(1)),
  replicas: fc.constantFrom(1, 3),
}, { requiredKeys: ['clients', 'publishesPerSecond'] });

const reach = {
  exposure: fc.constantFrom(...Object.values(LoadBalancerExposure)),
  kind: fc.constantFrom(...Object.values(LoadBalancerKind)),
  idleTimeoutKind: fc.constant(IdleTimeoutKind.KNOWN),
  idleTimeout: fc.constantFrom(60, 300, 600).map((seconds) => Duration.seconds(seconds)),
};
const route: fc.Arbitrary<Omit<MqttGatewayRouteProps, 'cluster'>> = fc.record({
  gateway: fc.oneof(
    fc.record(reach).map((options) => MqttGateway.fromName('edge', { ...options, namespace: 'infra' })),
    fc.record(reach).map((options) => MqttGateway.ofClass('envoy', options)),
  ),
  hostnames: fc.constantFrom<(string[] | undefined)[]>(undefined, undefined, undefined, ['mqtt.example.com']),
  tcpRouteVersion: fc.constantFrom(...Object.values(MqttTcpRouteVersion)),
}, { requiredKeys: ['gateway'] });

const autoscaler = fc.record({
  maxReplicas: fc.integer({ min: 2, max: 9 }),
  minReplicas: fc.integer({ min: 1, max: 3 }),
  kind: fc.constantFrom(MqttAutoscalerKind.horizontalPodAutoscaler(), MqttAutoscalerKind.keda({ prometheusUrl: 'http://prometheus:9090' })),
  metrics: fc.constantFrom<MqttScalingMetric[][]>([MqttScalingMetric.cpu(70)], [MqttScalingMetric.connections(1000)], [MqttScalingMetric.connections(1000), MqttScalingMetric.cpu()]),
  scaleDown: fc.constantFrom(...Object.values(MqttScaleDown)),
}, { requiredKeys: ['maxReplicas', 'metrics'] });

const monitoring = fc.record({
  scrape: fc.constantFrom(MqttScrape.podMonitor({ interval: Duration.seconds(15) }), MqttScrape.serviceMonitor(), MqttScrape.none()),
  alerts: fc.constantFrom(MqttAlerts.none(), MqttAlerts.prometheusRule({ without: [MqttAlert.CLUSTER_DOWN] })),
  dashboard: fc.constantFrom(MqttDashboard.none(), MqttDashboard.grafanaDashboard({ instanceLabels: { dashboards: 'grafana' } })),
  labels: fc.constant({ release: 'prometheus' }),
}, { requiredKeys: [] });

const guardRails = fc.record({ action: fc.constantFrom(...Object.values(MqttGuardRailsAction)), namespaces: fc.constant<string[]>(['mqtt']) }, { requiredKeys: [] });
