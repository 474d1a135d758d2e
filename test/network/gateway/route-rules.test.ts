import { Duration } from 'cdk8s';
import { chart, cluster } from './fixtures';
import { MqttGateway } from '../../../lib/network/gateway/mqtt-gateway';
import { MqttGatewayRoute } from '../../../lib/network/gateway/mqtt-gateway-route';
import { LoadBalancerExposure, LoadBalancerKind } from '../../../lib/network/load-balancer-traits';

function findings(kind: LoadBalancerKind, seconds?: number): string[] {
  const scope = chart();
  const brokers = cluster(scope);
  const idleTimeout = seconds === undefined ? undefined : Duration.seconds(seconds);
  const gateway = MqttGateway.fromName('edge', { exposure: LoadBalancerExposure.INTERNAL, kind, idleTimeout });
  new MqttGatewayRoute(scope, 'Route', { cluster: brokers, gateway });
  return brokers.findings.filter(({ path }) => path.startsWith('iot/Route/')).map(({ id }) => id);
}

test.each([
  [LoadBalancerKind.PROXY, 300, ['MQTT-KEEPALIVE-001']],
  [LoadBalancerKind.PROXY, undefined, ['MQTT-KEEPALIVE-001', 'MQTT-KEEPALIVE-002']],
  [LoadBalancerKind.PASSTHROUGH, 300, []],
])('the rules see a %s gateway with an idle timeout of %p', (kind, seconds, ids) => {
  expect(findings(kind, seconds)).toEqual(ids);
});
