import { Duration } from 'cdk8s';
import { gatewayRoute, INTERNET, manifests } from './fixtures';
import { MqttGateway } from '../../../lib/network/gateway/mqtt-gateway';
import { describeWithDefinitions, problemsOf } from '../../monitoring/custom-resources';

const DEFINITIONS: { [kind: string]: string } = {
  Gateway: 'gateway.networking.k8s.io_gateways',
  TCPRoute: 'gateway.networking.k8s.io_tcproutes',
  TLSRoute: 'gateway.networking.k8s.io_tlsroutes',
};

describeWithDefinitions('against the definitions of Gateway API 1.6', () => {
  const everyOption = { ...INTERNET, idleTimeout: Duration.hours(1), implementation: 'envoy-gateway', annotations: { a: 'b' } };

  test.each([
    ['routes by port, own Gateway', gatewayRoute({ listeners: ['mqtt', 'mqtts'], gateway: MqttGateway.ofClass('envoy', INTERNET) })],
    ['a route by SNI, own Gateway', gatewayRoute({ hostnames: ['mqtt.example.com', '*.example.com'], gateway: MqttGateway.ofClass('envoy', { ...everyOption, ports: { mqtts: 443 }, name: 'edge' }) })],
    ['routes through a Gateway that exists', gatewayRoute({ gateway: MqttGateway.fromName('edge', { ...INTERNET, namespace: 'infra', sectionNames: { mqtts: 'tls.passthrough' } }) })],
  ])('%s are valid', (_, route) => {
    expect(manifests(route).flatMap((manifest) => problemsOf(DEFINITIONS[manifest.kind], manifest))).toEqual([]);
  });

  test('a field that the definition does not name is found', () => {
    const [route] = manifests(gatewayRoute());
    route.spec.rules[0].backendRefs[0].portName = 'mqtts';
    expect(problemsOf(DEFINITIONS.TCPRoute, route)).toEqual(['/spec/rules/0/backendRefs/0 must NOT have additional properties {"additionalProperty":"portName"}']);
  });
});
