import { checkMeasuredIdleTimeout, type MeasuredIdleTimeoutOptions, measuredIdleSeconds, measuredIdleTimeout } from './measured-idle-timeout';
import { checkWord, defined } from './option-checks';
import type { ProviderDefinition } from './provider-definition';
import { LoadBalancerExposure, LoadBalancerKind, LocalHealthCheck, ProxyProtocolVersion } from '../load-balancer-traits';

const PREFIX = 'service.beta.kubernetes.io/do-loadbalancer-';
const SOURCE = 'https://github.com/digitalocean/digitalocean-cloud-controller-manager/blob/master/docs/controllers/services/annotations.md';

/** Type of a DigitalOcean load balancer. */
export enum DigitalOceanLoadBalancerType {
  /** Forwards packets. */
  REGIONAL_NETWORK = 'REGIONAL_NETWORK',
  /** Ends connections and opens its own. */
  REGIONAL = 'REGIONAL',
}

/** Options of a DigitalOcean load balancer. */
export interface DigitalOceanOptions extends MeasuredIdleTimeoutOptions {
  /**
   * Its type. Always written.
   * @default DigitalOceanLoadBalancerType.REGIONAL_NETWORK (DigitalOcean's own default)
   */
  readonly type?: DigitalOceanLoadBalancerType;

  /**
   * Whether only the VPC reaches it.
   * @default false
   */
  readonly internal?: boolean;

  /**
   * Nodes of the load balancer, 1 to 200; each takes up to 10,000 simultaneous connections.
   * @default - DigitalOcean's own default
   */
  readonly sizeUnit?: number;

  /**
   * DNS name that stands in the Service's status in place of the address.
   * @default - the address
   */
  readonly hostname?: string;
}

/** DigitalOcean load balancer. */
export function digitalOcean(options: DigitalOceanOptions): ProviderDefinition {
  const type = options.type ?? DigitalOceanLoadBalancerType.REGIONAL_NETWORK;
  const isProxy = type === DigitalOceanLoadBalancerType.REGIONAL;
  return {
    traits: {
      name: 'digital-ocean',
      title: 'DigitalOcean load balancer',
      kind: isProxy ? LoadBalancerKind.PROXY : LoadBalancerKind.PASSTHROUGH,
      idleTimeout: measuredIdleTimeout(options, `${SOURCE} (says nothing of TCP; the HTTP idle timeout has no part in MQTT)`),
      proxyProtocol: isProxy ? [ProxyProtocolVersion.UNKNOWN] : [],
      localHealthCheck: LocalHealthCheck.AUTOMATIC,
      localPreferred: true,
      source: SOURCE,
    },
    check: (_request, errors) => {
      checkMeasuredIdleTimeout(options, errors);
      errors.member('provider.type', options.type, DigitalOceanLoadBalancerType);
      errors.boolean('provider.internal', options.internal);
      errors.wholeNumber('provider.sizeUnit', options.sizeUnit, { min: 1, max: 200 }, `the range of DigitalOcean, see ${SOURCE}`);
      checkWord(errors, 'provider.hostname', options.hostname, 'DNS name', /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);
    },
    service: () => ({
      annotations: defined({
        [`${PREFIX}type`]: type,
        [`${PREFIX}network`]: options.internal ? 'INTERNAL' : undefined,
        [`${PREFIX}size-unit`]: options.sizeUnit?.toString(),
        [`${PREFIX}hostname`]: options.hostname,
      }),
      exposure: options.internal ? LoadBalancerExposure.INTERNAL : LoadBalancerExposure.INTERNET,
      idleTimeout: measuredIdleSeconds(options),
      localHealthCheck: LocalHealthCheck.AUTOMATIC,
    }),
  };
}
