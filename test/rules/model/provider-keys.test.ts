import { ExternalTrafficPolicy } from '../../../lib/network/external-traffic-policy';
import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import { SourceRangesSupport } from '../../../lib/network/load-balancer-traits';
import { AwsNlbScheme } from '../../../lib/network/providers/aws-nlb-options';
import { ManifestObject } from '../../../lib/rules/model/manifest-object';
import { idleTimeoutOf, keysOf, localHealthCheck, PROVIDER_KEYS, providerExposure, providerKeys } from '../../../lib/rules/model/provider-keys';
import { loadBalancer, manifest } from '../../network/fixtures';
import { providers } from '../../network/providers/all';

const known = providers.filter(([factory]) => factory !== 'custom');
const internal = { internal: true };
/** Those whose Services show that they are internal, made so. */
const INTERNAL: [string, LoadBalancerProvider][] = [
  ['awsNlb', LoadBalancerProvider.awsNlb({ scheme: AwsNlbScheme.INTERNAL })],
  ['eksAutoMode', LoadBalancerProvider.eksAutoMode()],
  ['azure', LoadBalancerProvider.azure(internal)],
  ['gkeInternal', LoadBalancerProvider.gkeInternal()],
  ['digitalOcean', LoadBalancerProvider.digitalOcean(internal)],
  ['hetzner', LoadBalancerProvider.hetzner(internal)],
  ['ociLoadBalancer', LoadBalancerProvider.ociLoadBalancer(internal)],
  ['ociNetworkLoadBalancer', LoadBalancerProvider.ociNetworkLoadBalancer(internal)],
  ['scaleway', LoadBalancerProvider.scaleway(internal)],
  ['octavia', LoadBalancerProvider.octavia(internal)],
  ['ovh', LoadBalancerProvider.ovh(internal)],
  ['ibmVpcAlb', LoadBalancerProvider.ibmVpcAlb(internal)],
  ['ibmVpcNlb', LoadBalancerProvider.ibmVpcNlb(internal)],
];

/** The Service that a provider makes, as the rules read it. */
function serviceOf(provider: LoadBalancerProvider, trafficPolicy = ExternalTrafficPolicy.CLUSTER): ManifestObject {
  return new ManifestObject({ manifest: manifest(loadBalancer(provider, { trafficPolicy })), origin: 'test' });
}

function declaration({ annotations }: ManifestObject, key: string): string | undefined {
  return annotations[`cdk8s-mqtt/load-balancer-${key}`];
}

test.each(known)('%s has its keys', (_, { traits }) => {
  expect(keysOf(traits.name)?.names).toContain(traits.name);
});

test('each provider is there once', () => {
  const names = PROVIDER_KEYS.flatMap((keys) => [...keys.names]);
  expect(new Set(names).size).toBe(names.length);
});

// A rule that finds something about what the constructs themselves write would find it in every app.
test.each([...known, ...INTERNAL])('%s declares the exposure that its provider is told', (_, provider) => {
  const service = serviceOf(provider);
  expect([undefined, declaration(service, 'exposure')]).toContain(providerExposure(service));
});

test.each(INTERNAL)('the Service of %s shows that it is internal', (_, provider) => {
  expect(providerExposure(serviceOf(provider))).toBe('internal');
});

test.each([ExternalTrafficPolicy.CLUSTER, ExternalTrafficPolicy.LOCAL])('under %s each provider declares the health check that it is told', (policy) => {
  for (const [factory, provider] of known) {
    const service = serviceOf(provider, policy);
    expect([factory, localHealthCheck(service)]).toEqual([factory, declaration(service, 'local-health-check')]);
  }
});

test.each(known)('%s declares the idle timeout that its provider is told', (_, provider) => {
  const service = serviceOf(provider);
  const seconds = idleTimeoutOf(service)?.seconds;
  expect([undefined, declaration(service, 'idle-timeout-seconds')]).toContain(seconds?.toString());
});

// Manifests of other origin have the same keys without the declaration.
test.each(known.filter(([, provider]) => Object.keys(serviceOf(provider).annotations).some((key) => !key.startsWith('cdk8s-mqtt/'))))(
  'a Service for %s is recognised by what only that provider reads', (_, provider) => {
    const { metadata, ...rest } = manifest(loadBalancer(provider));
    const annotations = Object.fromEntries(Object.entries(metadata.annotations).filter(([key]) => !key.startsWith('cdk8s-mqtt/')));
    const service = new ManifestObject({ manifest: { ...rest, metadata: { ...metadata, annotations } }, origin: 'test' });
    expect(providerKeys(service)).toBe(keysOf(provider.traits.name));
  },
);

test('what becomes of source ranges has a source, and is what the traits say', () => {
  for (const [, { traits }] of known) {
    expect(traits.sourceRanges.source).toMatch(/^https:\/\//);
    const { support } = keysOf(traits.name)!.sourceRanges;
    // What the library writes in place of the field is more than the rules know of the field.
    expect([support, SourceRangesSupport.TRANSLATED]).toContain(traits.sourceRanges.support);
  }
});
