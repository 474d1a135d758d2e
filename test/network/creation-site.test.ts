import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Chart, Testing } from 'cdk8s';
import { LoadBalancerExposure, LoadBalancerProvider, MqttCluster, MqttGateway, MqttGatewayRoute, MqttLoadBalancer } from '../../lib';

// Code review shows a finding at the line that makes the construct it is about: the load balancer's or the route's, not the cluster's.

const REPORT = 'CDK8S_MQTT_REPORT';
const QUIET = 'CDK8S_MQTT_QUIET';

function linesOf(make: (chart: Chart, cluster: MqttCluster) => void): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'cdk8s-mqtt-site-'));
  Object.assign(process.env, { [REPORT]: join(folder, 'findings.sarif'), [QUIET]: '1' });
  try {
    const chart = new Chart(Testing.app(), 'chart', { disableResourceNameHashes: true });
    const cluster = new MqttCluster(chart, 'Broker');
    make(chart, cluster);
    expect(() => Testing.synth(chart)).toThrow('MQTT-KEEPALIVE-001');
    const source = readFileSync(__filename, 'utf8').split('\n');
    return JSON.parse(readFileSync(process.env[REPORT]!, 'utf8')).runs[0].results
      .filter(({ ruleId }: { ruleId: string }) => ruleId === 'MQTT-KEEPALIVE-001')
      .map(({ locations: [{ physicalLocation }] }: any) => source[physicalLocation.region.startLine - 1].trim());
  } finally {
    rmSync(folder, { recursive: true });
    delete process.env[REPORT];
    delete process.env[QUIET];
  }
}

test('of a load balancer', () => {
  const provider = LoadBalancerProvider.octavia({ internal: true });
  expect(linesOf((chart, cluster) => {
    new MqttLoadBalancer(chart, 'LoadBalancer', { cluster, provider });
  })).toEqual(["new MqttLoadBalancer(chart, 'LoadBalancer', { cluster, provider });"]);
});

test('of a route', () => {
  const gateway = MqttGateway.fromName('edge', { exposure: LoadBalancerExposure.INTERNAL });
  expect(linesOf((chart, cluster) => {
    new MqttGatewayRoute(chart, 'Route', { cluster, gateway });
  })).toEqual(["new MqttGatewayRoute(chart, 'Route', { cluster, gateway });"]);
});
