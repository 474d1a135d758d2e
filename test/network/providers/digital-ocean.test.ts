import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import { LoadBalancerKind } from '../../../lib/network/load-balancer-traits';
import { type DigitalOceanOptions, DigitalOceanLoadBalancerType } from '../../../lib/network/providers/digital-ocean';
import { declarations, refusals, serviceOf } from '../fixtures';

const DO = 'service.beta.kubernetes.io/do-loadbalancer-';

test('forwards packets by default, and says so', () => {
  expect(serviceOf(LoadBalancerProvider.digitalOcean())).toEqual({
    annotations: { ...declarations('digital-ocean', 'passthrough', 'unknown', 'internet', 'automatic'), [`${DO}type`]: 'REGIONAL_NETWORK' },
    externalTrafficPolicy: 'Cluster',
  });
});

test('a proxy with every option', () => {
  const options: Required<Omit<DigitalOceanOptions, 'measuredIdleTimeout'>> = {
    type: DigitalOceanLoadBalancerType.REGIONAL,
    internal: true,
    sizeUnit: 3,
    hostname: 'mqtt.example.com',
  };
  const provider = LoadBalancerProvider.digitalOcean(options);
  expect(provider.traits.kind).toBe(LoadBalancerKind.PROXY);
  expect(serviceOf(provider).annotations).toEqual({
    ...declarations('digital-ocean', 'proxy', 'unknown', 'internal', 'automatic'),
    [`${DO}hostname`]: 'mqtt.example.com',
    [`${DO}network`]: 'INTERNAL',
    [`${DO}size-unit`]: '3',
    [`${DO}type`]: 'REGIONAL',
  });
});

test.each<[object, RegExp]>([
  [{ type: 'regional' }, /^provider.type is 'regional', but must be one of REGIONAL_NETWORK, REGIONAL$/],
  [{ internal: 1 }, /^provider.internal is 1, but must be true or false$/],
  [{ sizeUnit: 201 }, /^provider.sizeUnit is 201, but must be a whole number from 1 to 200: the range of DigitalOcean, see https:/],
  [{ hostname: 'MQTT' }, /^provider.hostname is 'MQTT', but must be a DNS name$/],
])('%j is refused', (options, message) => {
  expect(refusals(LoadBalancerProvider.digitalOcean(options))).toEqual([expect.stringMatching(message)]);
});
