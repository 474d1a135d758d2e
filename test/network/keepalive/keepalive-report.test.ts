import { ApiObject, Duration, JsonPatch } from 'cdk8s';
import { balancer, brokers, firstPath, pathThrough, summary, UNPROBED } from './fixtures';
import { MqttCluster } from '../../../lib/cluster/mqtt-cluster';
import { MqttGateway } from '../../../lib/network/gateway/mqtt-gateway';
import { MqttGatewayRoute } from '../../../lib/network/gateway/mqtt-gateway-route';
import { keepaliveReport, MqttKeepaliveVerdict } from '../../../lib/network/keepalive';
import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import { IdleTimeoutKind, LoadBalancerExposure, LoadBalancerKind } from '../../../lib/network/load-balancer-traits';
import { MqttTcpKeepalive } from '../../../lib/workload/mqtt-tcp-keepalive';
import { messageOf, newChart } from '../../support/synth';

const { SURVIVES, NO_MARGIN, CUT } = MqttKeepaliveVerdict;
const BALANCER = 'idle timeout of the load balancer';
const EC2 = 'connection tracking of EC2 (default of Nitro v6)';
const NODE = "connection tracking of the node (kube-proxy's default)";
const MQTT = 'MQTT keepalive of the broker';
const TCP = 'TCP keepalive of the pods';
const aws = (seconds: number) => LoadBalancerProvider.awsNlb({ idleTimeout: Duration.seconds(seconds) });
const custom = (kind: LoadBalancerKind, seconds: number) =>
  LoadBalancerProvider.custom({ kind, exposure: LoadBalancerExposure.INTERNAL, idleTimeout: Duration.seconds(seconds) });

describe('the chain', () => {
  test('has every timer with its number, what it means and where it is written', () => {
    const { elements } = pathThrough(aws(400), 180);
    expect(elements.map(({ element, seconds, verdict }) => [element, seconds, verdict])).toEqual([
      ['longest keepalive of clients', 180, undefined],
      [BALANCER, 400, SURVIVES],
      [EC2, 350, SURVIVES],
      [NODE, 86_400, SURVIVES],
      [MQTT, 270, undefined],
      [TCP, 240, undefined],
    ]);
    elements.forEach(({ meaning, source }) => {
      expect(meaning).toMatch(/\w.*\.$/);
      expect(source).toMatch(/^https:\/\/\S+/);
    });
    expect(elements[1].meaning).toBe('Any packet resets it, a TCP keepalive probe too '
      + '(service.beta.kubernetes.io/aws-load-balancer-listener-attributes.TCP-1883: tcp.idle_timeout.seconds=400).');
    expect(elements[5].meaning).toBe("The kernel gives up a client that answers no probe. 120 s idle, then 4 probes, 30 s apart (the pod's sysctls).");
  });

  test.each<[string, LoadBalancerProvider, [string, number | undefined][]]>([
    ['Google Cloud', LoadBalancerProvider.gkeExternal(), [[BALANCER, 600], ['VPC firewall of Google Cloud', 600], [NODE, 86_400]]],
    ['EKS Auto Mode', LoadBalancerProvider.eksAutoMode(), [[BALANCER, 350], [EC2, 350], [NODE, 86_400]]],
    ['Azure', LoadBalancerProvider.azure(), [[BALANCER, 240], [NODE, 86_400]]],
    ['MetalLB', LoadBalancerProvider.metalLb(), [[BALANCER, undefined], [NODE, 86_400]]],
    ['Octavia', LoadBalancerProvider.octavia({ idleTimeout: Duration.seconds(90) }), [[BALANCER, 90], [NODE, 86_400]]],
  ])('on %s', (_, provider, expected) => {
    const { elements } = pathThrough(provider, 60);
    expect(elements.slice(1, -2).map(({ element, seconds }) => [element, seconds])).toEqual(expected);
  });

  test('without a limit has no keepalive', () => {
    const { elements } = pathThrough(LoadBalancerProvider.metalLb());
    expect([elements[0], elements[1], elements[3]].map(({ seconds, meaning }) => [seconds, meaning])).toEqual([
      [undefined, 'The broker accepts any keepalive, and none at all: a client may be silent for ever.'],
      [undefined, 'It has none (cdk8s-mqtt/load-balancer-idle-timeout-seconds: none).'],
      [undefined, 'Without a keepalive the broker never disconnects a silent client.'],
    ]);
  });

  test('says where a number comes from that the library does not know', () => {
    const { elements, path } = pathThrough(custom(LoadBalancerKind.PROXY, 900), 60);
    expect(path).toBe('Service mqtt/test-loadbalancer (custom, proxy)');
    expect(elements[1].source).toBe('annotations of Service mqtt/test-loadbalancer');
  });
});

describe('a passthrough load balancer', () => {
  test('survives by the keepalive', () => {
    const path = pathThrough(aws(350), 280, UNPROBED);
    expect(summary(path)).toEqual({ verdict: SURVIVES, cut: [BALANCER, 350], dead: [420, MQTT], fixes: [] });
    expect(path.conclusion).toBe('A client with a keepalive of 280 s survives. The shortest timer: idle timeout of the load balancer, 350 s. '
      + 'A dead idle connection lives 420 s at most, until found by: MQTT keepalive of the broker.');
  });

  test('survives by probes of the pods, without any keepalive', () => {
    const path = pathThrough(aws(350));
    expect(summary(path)).toEqual({ verdict: SURVIVES, cut: [undefined, undefined], dead: [240, TCP], fixes: [] });
    expect(path.conclusion).toBe('A client without a keepalive survives, because the pods probe connections after 120 idle seconds. '
      + 'The shortest timer: idle timeout of the load balancer, 350 s. A dead idle connection lives 240 s at most, until found by: TCP keepalive of the pods.');
  });

  test('with hardly any time to spare', () => {
    const path = pathThrough(custom(LoadBalancerKind.PASSTHROUGH, 350), 281, UNPROBED);
    expect(summary(path)).toEqual({
      verdict: NO_MARGIN,
      cut: [BALANCER, 350],
      dead: [421.5, MQTT],
      fixes: ['keepaliveLimit of the cluster: at most 280 s', 'idle timeout of the load balancer: at least 352 s', 'tcpKeepalive of the cluster: a time below 350 s'],
    });
    expect(path.conclusion).toContain('A client with a keepalive of 281 s has hardly any time to spare before: idle timeout of the load balancer, 350 s. A ping that is late is too late.');
  });

  test('cuts, and the connection tracking behind it too: both are to be raised together', () => {
    const path = pathThrough(aws(350), 600, UNPROBED);
    expect(summary(path)).toEqual({
      verdict: CUT,
      cut: [BALANCER, 350],
      dead: [900, MQTT],
      fixes: [
        'keepaliveLimit of the cluster: at most 280 s',
        "idle timeout of the load balancer: at least 750 s; and TcpEstablishedTimeout of the nodes' network interfaces: at least 750 s (then acknowledge MQTT-KEEPALIVE-004)",
        'tcpKeepalive of the cluster: a time below 350 s',
      ],
    });
    expect(path.conclusion).toContain('A client with a keepalive of 600 s is cut by: idle timeout of the load balancer, 350 s.');
  });

  test('is raised, but the connection tracking of the instances is not', () => {
    expect(summary(pathThrough(aws(6000), 600, UNPROBED))).toMatchObject({ verdict: CUT, cut: [EC2, 350] });
  });

  test.each(['load balancer', 'cluster'])('is raised, and somebody said on the %s that the instances are too', (where) => {
    const cluster = brokers(600, UNPROBED);
    const service = balancer(cluster, aws(6000));
    (where === 'cluster' ? cluster : service).acknowledge('MQTT-KEEPALIVE-004', 'TcpEstablishedTimeout is 6000 s in the launch template.');
    expect(summary(firstPath(cluster))).toEqual({ verdict: SURVIVES, cut: [BALANCER, 6000], dead: [900, MQTT], fixes: [] });
    expect(firstPath(cluster).elements[2].meaning).toMatch(/^Not counted: MQTT-KEEPALIVE-004 is acknowledged\. /);
  });

  test('whose idle timeout nobody can raise so far', () => {
    expect(pathThrough(aws(350), 5000, UNPROBED).fixes).toEqual(['keepaliveLimit of the cluster: at most 280 s', 'tcpKeepalive of the cluster: a time below 350 s']);
    expect(pathThrough(LoadBalancerProvider.gkeExternal(), 900, UNPROBED).fixes).toEqual(['keepaliveLimit of the cluster: at most 480 s', 'tcpKeepalive of the cluster: a time below 600 s']);
  });

  test('that ends TLS has a fixed idle timeout', () => {
    const cluster = brokers(400, UNPROBED);
    balancer(cluster, LoadBalancerProvider.awsNlb({ certificateArns: ['arn:aws:acm:eu-west-1:123456789012:certificate/x'] }));
    expect(firstPath(cluster)).toMatchObject({ verdict: CUT, firstToCut: BALANCER, cutAfterSeconds: 350 });
    expect(firstPath(cluster).fixes.join()).not.toContain('at least');
  });
});

describe('the connection tracking of the nodes', () => {
  test('of Cilium is shorter than that of kube-proxy, and decides behind Cilium', () => {
    const path = pathThrough(LoadBalancerProvider.cilium(), 7000, { tcpKeepalive: MqttTcpKeepalive.of({ time: Duration.seconds(9000) }) });
    expect(path.elements.map(({ element, seconds }) => [element, seconds]).slice(1, 4)).toEqual([
      [BALANCER, undefined], ['connection tracking of Cilium (its default since 1.15)', 8000], [NODE, 86_400],
    ]);
    expect(summary(path)).toMatchObject({
      verdict: NO_MARGIN,
      fixes: [
        'keepaliveLimit of the cluster: at most 6400 s',
        'bpf-ct-timeout-service-tcp and bpf-ct-timeout-regular-tcp of Cilium: at least 8750 s',
        'tcpKeepalive of the cluster: a time below 8000 s',
      ],
    });
  });

  test('counts as somebody states it, on every path', () => {
    const cluster = brokers(600, UNPROBED);
    balancer(cluster, custom(LoadBalancerKind.PASSTHROUGH, 6000));
    const report = cluster.keepaliveReport({ nodeConntrackTimeout: Duration.minutes(10) });
    expect(report.verdict).toBe(CUT);
    expect(report.paths.map(({ firstToCut, cutAfterSeconds }) => [firstToCut, cutAfterSeconds])).toEqual([
      ['connection tracking of the node (stated)', 600], ['connection tracking of the node (stated)', 600],
    ]);
    expect(report.fixes).toContain('conntrack.tcpEstablishedTimeout in the KubeProxyConfiguration: at least 750 s');
    expect(report.toString()).toContain('(conntrack.tcpEstablishedTimeout); the option nodeConntrackTimeout says how long');
  });

  test.each<[unknown, string]>([
    ['2h', "nodeConntrackTimeout is '2h', but must be a Duration, for example Duration.seconds(1)"],
    [Duration.seconds(0), 'nodeConntrackTimeout is 0 s, but must be at least 1 s: nodes that forget every connection at once serve no client'],
  ])('is refused as %j', (nodeConntrackTimeout, message) => {
    const cluster = brokers(600);
    expect(messageOf(() => cluster.keepaliveReport({ nodeConntrackTimeout: nodeConntrackTimeout as Duration }))).toContain(message);
  });
});

describe('a proxy', () => {
  test('answers the probes of the pods itself', () => {
    const path = pathThrough(custom(LoadBalancerKind.PROXY, 300), 400);
    expect(summary(path)).toEqual({
      verdict: CUT,
      cut: [BALANCER, 300],
      dead: [300, BALANCER],
      fixes: ['keepaliveLimit of the cluster: at most 240 s', 'idle timeout of the load balancer: at least 500 s'],
    });
    expect(path.elements.at(-1)!.meaning).toContain('The peer is the proxy, which answers for clients that are gone.');
    expect(path.elements[1].meaning).toMatch(/^Only what the client sends resets it, a TCP keepalive probe does not /);
  });

  test('survives by the keepalive, and closes dead connections only after the broker', () => {
    expect(summary(pathThrough(custom(LoadBalancerKind.PROXY, 300), 60))).toEqual({ verdict: SURVIVES, cut: [BALANCER, 300], dead: [90, MQTT], fixes: [] });
  });

  test('whose idle timeout nobody knows is counted as short, but trusted for nothing', () => {
    const path = pathThrough(LoadBalancerProvider.linode(), 120);
    expect(summary(path)).toEqual({
      verdict: CUT,
      cut: [BALANCER, 60],
      dead: [180, MQTT],
      fixes: [
        'keepaliveLimit of the cluster: at most 48 s',
        'idle timeout of the load balancer: measure it and declare it (cdk8s-mqtt/load-balancer-idle-timeout-seconds)',
      ],
    });
    expect(path.elements[1].meaning).toMatch(/^Nobody knows it; assumed\. /);
    expect(path.conclusion).toContain('idle timeout of the load balancer, assumed to be 60 s.');
  });

  test('with clients that never speak', () => {
    expect(pathThrough(custom(LoadBalancerKind.PROXY, 300)).fixes).toEqual(['keepaliveLimit of the cluster: at most 240 s']);
    expect(summary(pathThrough(LoadBalancerProvider.custom({
      kind: LoadBalancerKind.PROXY, exposure: LoadBalancerExposure.INTERNAL, idleTimeoutKind: IdleTimeoutKind.NONE,
    })))).toMatchObject({ verdict: SURVIVES, dead: [undefined, undefined] });
  });

  test('that cuts after a second leaves no keepalive to recommend', () => {
    expect(pathThrough(custom(LoadBalancerKind.PROXY, 1), 60).fixes).toEqual(['idle timeout of the load balancer: at least 75 s']);
  });
});

describe('inside the Kubernetes cluster', () => {
  test('only the nodes forget connections', () => {
    const { paths } = keepaliveReport(brokers(180).workload);
    expect(paths.map(({ path }) => path)).toEqual(['Service mqtt/test-broker, inside the Kubernetes cluster']);
    expect(summary(paths[0])).toEqual({ verdict: SURVIVES, cut: [undefined, undefined], dead: [240, TCP], fixes: [] });
  });

  test('a client that never speaks is forgotten after a day when nobody probes it either', () => {
    const cluster = brokers(undefined, UNPROBED);
    cluster.workload.addJsonPatch(JsonPatch.replace('/metadata/annotations/cdk8s-mqtt~1broker', 'other'));
    const [path] = keepaliveReport(cluster.workload).paths;
    expect(summary(path)).toEqual({ verdict: CUT, cut: [NODE, 86_400], dead: [undefined, undefined], fixes: ['keepaliveLimit of the cluster: at most 65535 s'] });
    expect(path.conclusion).toBe(`A client without a keepalive is cut by: ${NODE}, 86400 s. A dead idle connection is never found.`);
    expect(path.elements.at(-1)).toMatchObject({ meaning: 'Not counted: this broker is not known to ask for it (SO_KEEPALIVE).' });
    expect(path.elements.at(-1)!.seconds).toBeUndefined();
  });
});

describe('a route of the Gateway API', () => {
  const gateway = (kind: LoadBalancerKind, seconds: number) =>
    MqttGateway.fromName('edge', { kind, exposure: LoadBalancerExposure.INTERNAL, idleTimeout: Duration.seconds(seconds), implementation: 'envoy-gateway' });

  test('through a proxy', () => {
    const chart = newChart();
    const cluster = brokers(100, {}, chart);
    new MqttGatewayRoute(chart, 'Route', { cluster, gateway: gateway(LoadBalancerKind.PROXY, 90) });
    const { paths } = keepaliveReport(cluster.workload);
    expect(paths.map(({ path }) => path)).toEqual(['TCPRoute mqtt/test-route-mqtt-route (envoy-gateway, proxy)', 'Service mqtt/test-broker, inside the Kubernetes cluster']);
    expect(summary(paths[0])).toEqual({
      verdict: CUT,
      cut: ['idle timeout of the gateway', 90],
      dead: [90, 'idle timeout of the gateway'],
      fixes: ['keepaliveLimit of the cluster: at most 72 s', 'idle timeout of the gateway: at least 125 s'],
    });
    expect(paths[0].elements[1].source).toBe('annotations of TCPRoute mqtt/test-route-mqtt-route');
  });

  test('through a passthrough gateway', () => {
    const chart = newChart();
    const cluster = brokers(100, {}, chart);
    new MqttGatewayRoute(chart, 'Route', { cluster, gateway: gateway(LoadBalancerKind.PASSTHROUGH, 350) });
    expect(summary(firstPath(cluster))).toEqual({ verdict: SURVIVES, cut: [undefined, undefined], dead: [150, MQTT], fixes: [] });
  });

  test('that nothing is declared about is counted as the worst', () => {
    const chart = newChart();
    const cluster = brokers(100, {}, chart);
    const route = (id: string, name: string, backend: object) => new ApiObject(chart, id, {
      apiVersion: 'gateway.networking.k8s.io/v1', kind: 'TCPRoute', metadata: { name }, spec: { rules: [{ backendRefs: [backend] }] },
    });
    route('Ours', 'ours', { name: cluster.clientService.name, port: 1883 });
    route('Elsewhere', 'elsewhere', { name: cluster.clientService.name, namespace: 'other', port: 1883 });
    route('Import', 'import', { group: 'multicluster.x-k8s.io', kind: 'ServiceImport', name: cluster.clientService.name, port: 1883 });
    route('Others', 'others', { name: 'other', port: 1883 });
    const { paths } = keepaliveReport(cluster.workload);
    expect(paths.map(({ path }) => path)).toEqual(['TCPRoute mqtt/ours (class not declared, counted as a proxy)', 'Service mqtt/test-broker, inside the Kubernetes cluster']);
    expect(summary(paths[0])).toMatchObject({ verdict: CUT, cut: ['idle timeout of the gateway', 60] });
  });
});

describe('the sidecar of a service mesh', () => {
  const SIDECAR = 'sidecar of Istio';
  const inMesh = (keepalive: number | undefined, annotations: object) => {
    const cluster = brokers(keepalive);
    cluster.workload.addJsonPatch(JsonPatch.add('/spec/template/metadata/annotations', annotations));
    return cluster;
  };
  const injected = { 'sidecar.istio.io/inject': 'true' };

  test('of Istio cuts idle clients on every way, and answers the probes of the pods', () => {
    const cluster = inMesh(7200, injected);
    balancer(cluster, LoadBalancerProvider.metalLb());
    const [balanced, inside] = keepaliveReport(cluster.workload).paths;
    for (const { elements, ...path } of [balanced, inside]) {
      expect(elements.map(({ element }) => element).slice(-4)).toEqual([NODE, SIDECAR, MQTT, TCP]);
      expect(elements.at(-3)).toEqual({
        element: SIDECAR,
        seconds: 3600,
        verdict: CUT,
        meaning: 'Only what the client sends resets it, a TCP keepalive probe does not (sidecar.istio.io/inject: "true").',
        source: 'https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts#tcp',
      });
      expect(elements.at(-1)).toMatchObject({ seconds: undefined, meaning: 'Not counted: the sidecar of Istio answers it in the pod.' });
      expect(path).toMatchObject({
        verdict: CUT,
        firstToCut: SIDECAR,
        deadConnectionFoundBy: SIDECAR,
        fixes: ['keepaliveLimit of the cluster: at most 2880 s', 'traffic.sidecar.istio.io/excludeInboundPorts of the pods: 1883'],
      });
    }
  });

  test('of Istio lets clients live that speak in time', () => {
    expect(firstPath(inMesh(2880, injected))).toMatchObject({ verdict: SURVIVES, firstToCut: SIDECAR, cutAfterSeconds: 3600 });
  });

  test('of Istio is none for ports that it leaves alone', () => {
    const { elements, verdict } = firstPath(inMesh(7200, { ...injected, 'traffic.sidecar.istio.io/excludeInboundPorts': '1883' }));
    expect([elements.map(({ element }) => element), verdict]).toEqual([['longest keepalive of clients', NODE, MQTT, TCP], SURVIVES]);
    expect(elements.at(-1)!.meaning).toContain('The kernel gives up a client');
  });

  test('of Linkerd cuts nobody, and answers the probes too', () => {
    const { elements, verdict } = firstPath(inMesh(undefined, { 'linkerd.io/inject': 'enabled' }));
    expect(elements[2]).toMatchObject({ element: 'sidecar of Linkerd', seconds: undefined, meaning: 'It has no idle timeout (linkerd.io/inject: enabled).', verdict: SURVIVES });
    // Without probes that reach clients, the node forgets them after a day.
    expect(verdict).toBe(CUT);
  });
});

describe('overrides count', () => {
  test('of the load balancer', () => {
    const cluster = brokers(300, UNPROBED);
    balancer(cluster, aws(400)).service.addJsonPatch(JsonPatch.replace(
      '/metadata/annotations/service.beta.kubernetes.io~1aws-load-balancer-listener-attributes.TCP-1883', 'tcp.idle_timeout.seconds=60'));
    expect(firstPath(cluster)).toMatchObject({ verdict: CUT, firstToCut: BALANCER, cutAfterSeconds: 60 });
  });

  test('of the workload', () => {
    const cluster = brokers(300);
    balancer(cluster, aws(350));
    cluster.workload.addJsonPatch(JsonPatch.replace('/metadata/annotations/cdk8s-mqtt~1keepalive-max-seconds', '60'));
    cluster.workload.addJsonPatch(JsonPatch.replace('/spec/template/spec/securityContext/sysctls/0/value', '3000'));
    expect(summary(firstPath(cluster))).toEqual({ verdict: SURVIVES, cut: [BALANCER, 350], dead: [90, MQTT], fixes: [] });
  });

  test('with hostNetwork the sysctls of the pod are none', () => {
    const cluster = brokers();
    balancer(cluster, aws(350));
    cluster.workload.addJsonPatch(JsonPatch.add('/spec/template/spec/hostNetwork', true));
    const path = firstPath(cluster);
    expect(path).toMatchObject({ verdict: CUT, deadConnectionSeconds: 7875, deadConnectionFoundBy: TCP });
    expect(path.elements.at(-1)!.meaning).toContain("with hostNetwork the node's own sysctls count");
  });

  test('that take the broker away', () => {
    const cluster = brokers();
    cluster.workload.addJsonPatch(JsonPatch.remove('/metadata/annotations/cdk8s-mqtt~1broker'));
    expect(messageOf(() => keepaliveReport(cluster.workload))).toBe("[test/Broker/Resource] the keepalive report needs the annotation cdk8s-mqtt/broker on StatefulSet 'test-broker', and its pods: "
      + 'remove the override that takes them away');
  });
});

describe('the report', () => {
  test('takes the worst of all paths, and every fix once', () => {
    const chart = newChart();
    const cluster = brokers(400, { tcpKeepalive: MqttTcpKeepalive.of({ time: Duration.seconds(60), interval: Duration.seconds(10), probes: 3 }) }, chart);
    balancer(cluster, custom(LoadBalancerKind.PROXY, 300));
    const report = keepaliveReport(cluster.workload);
    expect(report.workload).toBe('StatefulSet mqtt/test-broker');
    expect(report.paths.map(({ verdict }) => verdict)).toEqual([CUT, SURVIVES]);
    expect(report.verdict).toBe(CUT);
    expect(report.fixes).toEqual(['keepaliveLimit of the cluster: at most 240 s', 'idle timeout of the load balancer: at least 500 s']);
  });

  test('is about one cluster of several', () => {
    const chart = newChart();
    const cluster = brokers(180, {}, chart);
    balancer(cluster, aws(350));
    const other = new MqttCluster(chart, 'Other');
    expect([cluster, other].map(({ workload }) => keepaliveReport(workload).paths.length)).toEqual([2, 1]);
  });
});
