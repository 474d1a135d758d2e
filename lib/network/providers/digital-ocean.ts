import { Duration } from 'cdk8s';
import { checkMeasuredIdleTimeout, type MeasuredIdleTimeoutOptions, measuredIdleSeconds, measuredIdleTimeout } from './measured-idle-timeout';
import { checkIpAddress, checkWord } from './option-checks';
import type { ProviderDefinition } from './provider-definition';
import { sourceRangesOf } from './source-ranges';
import { nodeRemovalSeconds } from './target-removal';
import { defined } from '../../manifest/defined';
import { LoadBalancerExposure, LoadBalancerKind, LocalHealthCheck, ProxyProtocolSupport, ProxyProtocolVersion } from '../load-balancer-traits';

const PREFIX = 'service.beta.kubernetes.io/do-loadbalancer-';
const SOURCE = 'https://github.com/digitalocean/digitalocean-cloud-controller-manager/blob/master/docs/controllers/services/annotations.md';

const HEALTH_CHECK = { interval: Duration.seconds(3), unhealthyThreshold: 3, source: SOURCE };

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

  /**
   * Whether the broker is told the client's address by a PROXY protocol header. Switches the header on in the broker too, on a port of its own. Only with `REGIONAL`, which ends connections;
   * it sends version 1. DigitalOcean documents that its health checks fail where a backend does not expect the header; whether those of kube-proxy, which the controller sets up, come without it
   * could not be confirmed: look at the health of the nodes before you rely on it.
   * Source: https://github.com/digitalocean/digitalocean-cloud-controller-manager/blob/master/docs/controllers/services/annotations.md, https://docs.digitalocean.com/glossary/proxy/
   * @default false
   */
  readonly proxyProtocol?: boolean;

  /**
   * IPv4 address of your own (BYOIP) that is not in use. Counts when the load balancer is created. Not with `internal`.
   * Source: https://github.com/digitalocean/digitalocean-cloud-controller-manager/blob/master/docs/controllers/services/examples/http-with-byoip-and-subnet.yml
   * @default - DigitalOcean assigns one
   */
  readonly ipv4Address?: string;
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
      idleTimeout: measuredIdleTimeout(options, `${SOURCE} (says nothing of TCP; https://docs.digitalocean.com/products/networking/load-balancers/support/ has 60 s for idle connections in general, and the option for it is named after HTTP)`),
      proxyProtocol: isProxy ? ProxyProtocolSupport.V1 : ProxyProtocolSupport.NONE,
      localHealthCheck: LocalHealthCheck.AUTOMATIC,
      localPreferred: true,
      sourceRanges: sourceRangesOf('digital-ocean'),
      healthCheck: HEALTH_CHECK,
      source: SOURCE,
    },
    check: (_request, errors) => {
      checkMeasuredIdleTimeout(options, errors);
      errors.member('provider.type', options.type, DigitalOceanLoadBalancerType);
      errors.boolean('provider.internal', options.internal);
      errors.wholeNumber('provider.sizeUnit', options.sizeUnit, { min: 1, max: 200 }, `the range of DigitalOcean, see ${SOURCE}`);
      checkWord(errors, 'provider.hostname', options.hostname, 'DNS name', /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);
      errors.boolean('provider.proxyProtocol', options.proxyProtocol);
      checkIpAddress(errors, 'provider.ipv4Address', options.ipv4Address, 4);
      if (options.proxyProtocol && !isProxy) {
        errors.add('provider.proxyProtocol is set, but a load balancer of type REGIONAL_NETWORK forwards packets and sends no header: set provider.type to '
          + 'DigitalOceanLoadBalancerType.REGIONAL, or leave provider.proxyProtocol out and take externalTrafficPolicy Local, which preserves the client\'s address');
      }
      if (options.ipv4Address !== undefined && options.internal) {
        errors.add('provider.ipv4Address is set, but an internal load balancer has no public address: leave one of provider.ipv4Address and provider.internal out');
      }
    },
    service: (request) => ({
      proxyProtocol: options.proxyProtocol ? ProxyProtocolVersion.V1 : undefined,
      annotations: defined({
        [`${PREFIX}type`]: type,
        [`${PREFIX}network`]: options.internal ? 'INTERNAL' : undefined,
        [`${PREFIX}size-unit`]: options.sizeUnit?.toString(),
        [`${PREFIX}hostname`]: options.hostname,
        [`${PREFIX}enable-proxy-protocol`]: options.proxyProtocol ? 'true' : undefined,
        [`${PREFIX}ip`]: options.ipv4Address,
      }),
      exposure: options.internal ? LoadBalancerExposure.INTERNAL : LoadBalancerExposure.INTERNET,
      idleTimeout: measuredIdleSeconds(options),
      localHealthCheck: LocalHealthCheck.AUTOMATIC,
      targetRemovalSeconds: nodeRemovalSeconds(HEALTH_CHECK, request),
    }),
  };
}
