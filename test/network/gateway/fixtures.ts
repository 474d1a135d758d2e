import type { Chart } from 'cdk8s';
import { MqttGateway } from '../../../lib/network/gateway/mqtt-gateway';
import { MqttGatewayRoute } from '../../../lib/network/gateway/mqtt-gateway-route';
import type { MqttGatewayRouteProps } from '../../../lib/network/gateway/mqtt-gateway-route-props';
import { LoadBalancerExposure } from '../../../lib/network/load-balancer-traits';
import { messageOf } from '../../support/synth';
import { chart, cluster } from '../fixtures';

export const INTERNET = { exposure: LoadBalancerExposure.INTERNET };

/** A route to brokers with a plain and an encrypted listener. */
export function gatewayRoute(props: Partial<MqttGatewayRouteProps> = {}, scope: Chart = chart()): MqttGatewayRoute {
  return new MqttGatewayRoute(scope, 'Route', { cluster: cluster(scope), gateway: MqttGateway.fromName('edge', INTERNET), ...props });
}

/** What the constructor refuses: one message for each argument. */
export function refusals(props: Partial<MqttGatewayRouteProps>, scope?: Chart): string[] {
  return messageOf(() => gatewayRoute(props, scope)).split('\n').slice(1).map((line) => line.replace('  - ', ''));
}

/** The manifests of the route, without asking the rules. */
export function manifests({ gateway, routes }: MqttGatewayRoute): any[] {
  return [...gateway ? [gateway] : [], ...routes].map((object) => object.toJson());
}

export { chart, cluster };
