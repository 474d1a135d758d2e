import { Duration } from 'cdk8s';
import {
  AWS_IDLE_SECONDS, checkCommonOptions, commonAnnotations, exposureOf, healthCheckOf, localHealthCheckOf,
  prefersLocal, proxyProtocolOf, targetRemovalSecondsOf, targetTypeOf, tlsPortsOf, withPrefix,
} from './aws-nlb-annotations';
import { AwsNlbScheme, AwsNlbTargetType, type AwsNlbOptions } from './aws-nlb-options';
import { checkIpAddresses, checkNames, checkWord } from './option-checks';
import type { LoadBalancerPort, ProviderDefinition, ServiceParts, ServiceRequest } from './provider-definition';
import { sourceRangesOf } from './source-ranges';
import type { ArgumentErrors } from '../../manifest/arguments';
import { IdleTimeoutKind, LoadBalancerKind, ProxyProtocolSupport } from '../load-balancer-traits';

const IDLE_SOURCE = 'https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html';
const IDLE_MIN = Duration.seconds(60);
const IDLE_MAX = Duration.seconds(6000);

// The controller's own default, ELBSecurityPolicy-2016-08, still accepts TLS 1.0.
const TLS_POLICY = 'ELBSecurityPolicy-TLS13-1-2-2021-06';

/** AWS Network Load Balancer, made by the AWS Load Balancer Controller. */
export function awsNlb(options: AwsNlbOptions): ProviderDefinition {
  return {
    traits: {
      name: 'aws-nlb',
      title: 'AWS Network Load Balancer (AWS Load Balancer Controller)',
      kind: LoadBalancerKind.PASSTHROUGH,
      idleTimeout: {
        kind: IdleTimeoutKind.KNOWN,
        defaultValue: Duration.seconds(AWS_IDLE_SECONDS),
        min: IDLE_MIN,
        max: IDLE_MAX,
        settable: true,
        source: `${IDLE_SOURCE} (TCP listeners; 350 s, fixed, where the load balancer ends TLS)`,
      },
      proxyProtocol: ProxyProtocolSupport.V2,
      localHealthCheck: localHealthCheckOf(options),
      localPreferred: prefersLocal(options),
      sourceRanges: sourceRangesOf('aws-nlb'),
      healthCheck: healthCheckOf(options),
      source: 'https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/',
    },
    check: (request, errors) => {
      checkCommonOptions(options, request, errors);
      checkOptions(options, request, errors);
    },
    service: (request) => parts(options, request),
  };
}

function parts(options: AwsNlbOptions, request: ServiceRequest): ServiceParts {
  const tlsPorts = tlsPortsOf(options, request);
  const tcpPorts = request.ports.filter((port) => !tlsPorts.includes(port));
  const idleSeconds = options.idleTimeout?.toSeconds() ?? AWS_IDLE_SECONDS;
  return {
    annotations: {
      ...commonAnnotations(options, request),
      ...withPrefix({
        'eip-allocations': options.elasticIpAllocations?.join(','),
        'private-ipv4-addresses': options.privateIpv4Addresses?.join(','),
        'security-groups': options.securityGroups?.join(','),
        'name': options.loadBalancerName,
        'healthcheck-interval': options.healthCheckInterval?.toSeconds().toString(),
        'healthcheck-healthy-threshold': options.healthyThreshold?.toString(),
        'healthcheck-unhealthy-threshold': options.unhealthyThreshold?.toString(),
        ...(tlsPorts.length > 0 && {
          'ssl-negotiation-policy': options.tlsPolicy ?? TLS_POLICY,
          'backend-protocol': tlsPorts[0].encrypted ? 'ssl' : 'tcp',
        }),
      }),
      ...idleAnnotations(tcpPorts, idleSeconds),
    },
    loadBalancerClass: 'service.k8s.aws/nlb',
    // IP targets are reached without a node port. The controller fails on instance targets without one.
    ...(targetTypeOf(options) === AwsNlbTargetType.IP && { allocateLoadBalancerNodePorts: false as const }),
    exposure: exposureOf(options),
    idleTimeout: Math.min(...(tlsPorts.length > 0 ? [AWS_IDLE_SECONDS] : []), ...(tcpPorts.length > 0 ? [idleSeconds] : [])),
    localHealthCheck: localHealthCheckOf(options),
    targetRemovalSeconds: targetRemovalSecondsOf(options, request),
    proxyProtocol: proxyProtocolOf(options),
  };
}

/** Written even when it is AWS' default: a listener that once had another value keeps it when the annotation goes away. */
function idleAnnotations(ports: LoadBalancerPort[], seconds: number): { [key: string]: string } {
  return withPrefix(Object.fromEntries(ports.map(({ port }) => [`listener-attributes.TCP-${port}`, `tcp.idle_timeout.seconds=${seconds}`])));
}

function checkOptions(options: AwsNlbOptions, request: ServiceRequest, errors: ArgumentErrors): void {
  checkIdleTimeout(options, request, errors);
  checkTlsBackend(options, request, errors);
  checkAddresses(options, request, errors);
  checkWord(errors, 'provider.loadBalancerName', options.loadBalancerName,
    'name of 1 to 32 letters, digits and dashes that neither begins nor ends with a dash', /^(?!-)[A-Za-z0-9-]{1,32}(?<!-)$/);
  const source = 'the range of AWS, see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html';
  errors.duration('provider.healthCheckInterval', options.healthCheckInterval, { min: Duration.seconds(5), max: Duration.seconds(300) }, source);
  errors.wholeNumber('provider.healthyThreshold', options.healthyThreshold, { min: 2, max: 10 }, source);
  errors.wholeNumber('provider.unhealthyThreshold', options.unhealthyThreshold, { min: 2, max: 10 }, source);
}

function checkIdleTimeout(options: AwsNlbOptions, request: ServiceRequest, errors: ArgumentErrors): void {
  errors.duration('provider.idleTimeout', options.idleTimeout, { min: IDLE_MIN, max: IDLE_MAX }, `the range of AWS for TCP listeners, see ${IDLE_SOURCE}`);
  const seconds = Number(options.idleTimeout?.toMilliseconds?.()) / 1000;
  const endsAllTls = request.ports.length > 0 && tlsPortsOf(options, request).length === request.ports.length;
  if (endsAllTls && seconds !== AWS_IDLE_SECONDS && !Number.isNaN(seconds)) {
    errors.add(`provider.idleTimeout is ${seconds} s, but where the load balancer ends TLS it is ${AWS_IDLE_SECONDS} s and cannot be changed `
      + `(${IDLE_SOURCE}): leave it out, or leave provider.certificateArns out and let TLS end in the broker`);
  }
}

function checkTlsBackend(options: AwsNlbOptions, request: ServiceRequest, errors: ArgumentErrors): void {
  checkWord(errors, 'provider.tlsPolicy', options.tlsPolicy, "name that begins with 'ELBSecurityPolicy-'", /^ELBSecurityPolicy-[A-Za-z0-9-]+$/);
  if (options.tlsPolicy !== undefined && options.certificateArns === undefined) {
    errors.add('provider.tlsPolicy is set, but there is no certificate to end TLS with: set provider.certificateArns, or leave provider.tlsPolicy out');
  }
  const tlsPorts = tlsPortsOf(options, request);
  const encrypted = tlsPorts.filter((port) => port.encrypted).map(({ listener }) => listener);
  if (encrypted.length > 0 && encrypted.length < tlsPorts.length) {
    const plain = tlsPorts.filter((port) => !port.encrypted).map(({ listener }) => listener);
    errors.add(`TLS would end at the load balancer for listeners that speak TLS in the broker (${encrypted.join(', ')}) and for listeners that do not (${plain.join(', ')}), `
      + 'but the controller has one backend-protocol for the whole Service: name one kind in provider.tlsListeners, or give each kind a load balancer of its own');
  }
}

function checkAddresses(options: AwsNlbOptions, request: ServiceRequest, errors: ArgumentErrors): void {
  const { elasticIpAllocations, privateIpv4Addresses, securityGroups, subnets } = options;
  checkNames(errors, 'provider.elasticIpAllocations', elasticIpAllocations, "allocation ID that begins with 'eipalloc-'", /^eipalloc-[0-9a-z]+$/);
  checkIpAddresses(errors, 'provider.privateIpv4Addresses', privateIpv4Addresses, 4);
  checkNames(errors, 'provider.securityGroups', securityGroups, 'security group ID or name');

  const internetFacing = options.scheme === AwsNlbScheme.INTERNET_FACING;
  if (elasticIpAllocations !== undefined && !internetFacing) {
    errors.add('provider.elasticIpAllocations is set, but an internal load balancer has no public address: set provider.scheme to AwsNlbScheme.INTERNET_FACING');
  }
  if (privateIpv4Addresses !== undefined && internetFacing) {
    errors.add('provider.privateIpv4Addresses is set, but the load balancer is internet-facing: use provider.elasticIpAllocations');
  }
  for (const [name, addresses] of Object.entries({ elasticIpAllocations, privateIpv4Addresses })) {
    if (!Array.isArray(addresses) || !Array.isArray(subnets) || addresses.length === subnets.length) continue;
    errors.add(`provider.${name} has ${addresses.length} of them for ${subnets.length} subnets, but each subnet takes exactly one`);
  }
  if (securityGroups !== undefined && request.sourceRanges !== undefined) {
    errors.add('sourceRanges and provider.securityGroups are both set, but with security groups of your own the controller ignores the source ranges: write them into the security groups');
  }
}
