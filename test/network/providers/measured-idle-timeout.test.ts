import { Duration } from 'cdk8s';
import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import { IdleTimeoutKind } from '../../../lib/network/load-balancer-traits';
import type { MeasuredIdleTimeoutOptions } from '../../../lib/network/providers/measured-idle-timeout';
import { refusals, serviceOf } from '../fixtures';

describe.each<[string, (options: MeasuredIdleTimeoutOptions) => LoadBalancerProvider]>([
  ['DigitalOcean', LoadBalancerProvider.digitalOcean],
  ['Hetzner', LoadBalancerProvider.hetzner],
  ['Linode', LoadBalancerProvider.linode],
  ['IBM VPC NLB', LoadBalancerProvider.ibmVpcNlb],
])('%s', (_name, provider) => {
  test('is unknown until somebody measures it', () => {
    expect(provider({}).traits.idleTimeout.kind).toBe(IdleTimeoutKind.UNKNOWN);
  });

  test('is what was measured', () => {
    const measured = provider({ measuredIdleTimeout: Duration.minutes(5) });
    expect(serviceOf(measured).annotations['cdk8s-mqtt/load-balancer-idle-timeout-seconds']).toBe('300');
    expect(measured.traits.idleTimeout).toMatchObject({ kind: IdleTimeoutKind.KNOWN, settable: false, source: 'measured, says the option measuredIdleTimeout' });
  });

  test.each<[unknown, string]>([
    [Duration.seconds(0), 'provider.measuredIdleTimeout is 0 s, but must be at least 1 s: the rules count idle timeouts in seconds'],
    [300, 'provider.measuredIdleTimeout is 300, but must be a Duration, for example Duration.seconds(1)'],
  ])('%p is refused', (value, message) => {
    expect(refusals(provider({ measuredIdleTimeout: value as Duration }))).toEqual([message]);
  });
});
