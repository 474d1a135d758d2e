import { Duration } from 'cdk8s';
import { checkMeasuredIdleTimeout, type MeasuredIdleTimeoutOptions, measuredIdleSeconds, measuredIdleTimeout } from './measured-idle-timeout';
import { checkNames, checkWord } from './option-checks';
import type { ProviderDefinition } from './provider-definition';
import { sourceRangesOf } from './source-ranges';
import { nodeRemovalSeconds } from './target-removal';
import type { ArgumentErrors } from '../../manifest/arguments';
import { defined } from '../../manifest/defined';
import { IdleTimeoutKind, LoadBalancerExposure, LoadBalancerKind, LocalHealthCheck, ProxyProtocolSupport } from '../load-balancer-traits';

const PREFIX = 'service.kubernetes.io/ibm-load-balancer-cloud-provider-';
const SOURCE = 'https://cloud.ibm.com/docs/containers?topic=containers-vpc-lbaas';
const IDLE_SOURCE = 'https://cloud.ibm.com/docs/vpc?topic=vpc-advanced-traffic-management';
const IDLE_MIN = Duration.seconds(50);
const IDLE_MAX = Duration.seconds(7200);
const IDLE_DEFAULT = Duration.minutes(10);
const HEALTH_CHECK = { interval: Duration.seconds(5), unhealthyThreshold: 2, source: SOURCE };

/** Options that both load balancers of IBM Cloud VPC have. */
export interface IbmVpcCommonOptions {
  /**
   * Whether only the private network reaches it. Cannot be changed later.
   * @default false
   */
  readonly internal?: boolean;

  /**
   * IDs, names or CIDR blocks of the subnets.
   * @default - those of the cluster
   */
  readonly subnets?: string[];

  /**
   * Name; a load balancer with one outlives its cluster. Cannot be changed later.
   * @default - IBM Cloud makes one up
   */
  readonly loadBalancerName?: string;

  /**
   * ID of a security group, which can filter clients. [U] Whether `sourceRanges` of MqttLoadBalancer do could not be confirmed.
   * @default - IBM Cloud makes one
   */
  readonly securityGroup?: string;
}

/** Options of an Application Load Balancer for VPC. */
export interface IbmVpcAlbOptions extends IbmVpcCommonOptions {
  /**
   * How long a connection may carry nothing before it is cut: 50 to 7200 seconds. Always written: the account's own default is 50 seconds as a rule,
   * less than the keepalive of many MQTT clients.
   * Source: https://cloud.ibm.com/docs/vpc?topic=vpc-advanced-traffic-management
   * @default Duration.minutes(10)
   */
  readonly idleTimeout?: Duration;

  /**
   * Whether the broker is told the client's address by a PROXY protocol header. Switches the header on in the broker too, on a port of its own. Can only be set when the load balancer is created;
   * a pool of the load balancer can have either version, and which one the controller chooses is not documented, so that the broker takes both.
   * Source: https://cloud.ibm.com/docs/containers?topic=containers-vpc-lbaas
   * @default false
   */
  readonly proxyProtocol?: boolean;
}

/** Options of a Network Load Balancer for VPC. */
export interface IbmVpcNlbOptions extends IbmVpcCommonOptions, MeasuredIdleTimeoutOptions {
  /**
   * Zone; a Network Load Balancer for VPC is in one.
   * @default - IBM Cloud picks one
   */
  readonly zone?: string;
}

/** Application Load Balancer for IBM Cloud VPC, in TCP mode. */
export function ibmVpcAlb(options: IbmVpcAlbOptions): ProviderDefinition {
  const idleTimeout = options.idleTimeout ?? IDLE_DEFAULT;
  return {
    traits: {
      name: 'ibm-vpc-alb',
      title: 'IBM Cloud Application Load Balancer for VPC',
      kind: LoadBalancerKind.PROXY,
      idleTimeout: {
        kind: IdleTimeoutKind.KNOWN,
        defaultValue: IDLE_MIN,
        min: IDLE_MIN,
        max: IDLE_MAX,
        settable: true,
        source: `${IDLE_SOURCE} (the default is a setting of the account, 50 s as a rule)`,
      },
      proxyProtocol: ProxyProtocolSupport.UNDOCUMENTED_VERSION,
      localHealthCheck: LocalHealthCheck.AUTOMATIC,
      localPreferred: true,
      sourceRanges: sourceRangesOf('ibm-vpc-alb'),
      healthCheck: HEALTH_CHECK,
      source: SOURCE,
    },
    check: (_request, errors) => {
      checkCommon(options, errors);
      errors.boolean('provider.proxyProtocol', options.proxyProtocol);
      errors.duration('provider.idleTimeout', options.idleTimeout, { min: IDLE_MIN, max: IDLE_MAX }, `the range of IBM Cloud, see ${IDLE_SOURCE}`);
    },
    service: (request) => ({
      annotations: defined({
        [`${PREFIX}enable-features`]: options.proxyProtocol ? 'proxy-protocol' : undefined,
        [`${PREFIX}vpc-idle-connection-timeout`]: idleTimeout.toSeconds().toString(),
        ...commonAnnotations(options),
      }),
      exposure: exposureOf(options),
      idleTimeout: idleTimeout.toSeconds(),
      proxyProtocol: options.proxyProtocol ? 'any' : undefined,
      localHealthCheck: LocalHealthCheck.AUTOMATIC,
      targetRemovalSeconds: nodeRemovalSeconds(HEALTH_CHECK, request),
    }),
  };
}

/** Network Load Balancer for IBM Cloud VPC. */
export function ibmVpcNlb(options: IbmVpcNlbOptions): ProviderDefinition {
  return {
    traits: {
      name: 'ibm-vpc-nlb',
      title: 'IBM Cloud Network Load Balancer for VPC',
      kind: LoadBalancerKind.PASSTHROUGH,
      idleTimeout: measuredIdleTimeout(options, `${SOURCE} (says nothing of it)`),
      proxyProtocol: ProxyProtocolSupport.NONE,
      localHealthCheck: LocalHealthCheck.AUTOMATIC,
      localPreferred: true,
      sourceRanges: sourceRangesOf('ibm-vpc-nlb'),
      healthCheck: HEALTH_CHECK,
      source: SOURCE,
    },
    check: (_request, errors) => {
      checkCommon(options, errors);
      checkMeasuredIdleTimeout(options, errors);
      checkWord(errors, 'provider.zone', options.zone, 'zone, for example us-south-1', /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
    },
    service: (request) => ({
      annotations: defined({
        [`${PREFIX}enable-features`]: 'nlb',
        [`${PREFIX}zone`]: options.zone,
        ...commonAnnotations(options),
      }),
      exposure: exposureOf(options),
      idleTimeout: measuredIdleSeconds(options),
      localHealthCheck: LocalHealthCheck.AUTOMATIC,
      targetRemovalSeconds: nodeRemovalSeconds(HEALTH_CHECK, request),
    }),
  };
}

function exposureOf(options: IbmVpcCommonOptions): LoadBalancerExposure {
  return options.internal ? LoadBalancerExposure.INTERNAL : LoadBalancerExposure.INTERNET;
}

function commonAnnotations(options: IbmVpcCommonOptions): { [key: string]: string | undefined } {
  return {
    [`${PREFIX}ip-type`]: options.internal ? 'private' : 'public',
    [`${PREFIX}vpc-subnets`]: options.subnets?.join(','),
    [`${PREFIX}vpc-lb-name`]: options.loadBalancerName,
    [`${PREFIX}vpc-security-group`]: options.securityGroup,
  };
}

function checkCommon(options: IbmVpcCommonOptions, errors: ArgumentErrors): void {
  errors.boolean('provider.internal', options.internal);
  checkNames(errors, 'provider.subnets', options.subnets, "subnet's ID, name or CIDR block");
  errors.dnsLabel('provider.loadBalancerName', options.loadBalancerName, 63, 'IBM Cloud refuses the load balancer otherwise');
  checkWord(errors, 'provider.securityGroup', options.securityGroup, "security group's ID");
}
