import { Duration } from 'cdk8s';
import { AwsNlbHealthCheckProtocol, type AwsNlbOptions, AwsNlbScheme, AwsNlbTargetType, type AwsNlbCommonOptions } from './aws-nlb-options';
import { checkNames, checkWord } from './option-checks';
import type { LoadBalancerPort, ServiceRequest } from './provider-definition';
import { nodeRemovalSeconds } from './target-removal';
import { checkTlsListeners, type TlsTermination, tlsPorts } from './tls-termination';
import type { ArgumentErrors } from '../../manifest/arguments';
import { defined } from '../../manifest/defined';
import { AWS_IP_TARGET_REMOVAL_SECONDS, AWS_LOCAL_HEALTH_CHECK } from '../../rules/model/target-removal';
import { ExternalTrafficPolicy } from '../external-traffic-policy';
import { LoadBalancerExposure, type LoadBalancerHealthCheck, LocalHealthCheck, ProxyProtocolVersion } from '../load-balancer-traits';

export const AWS_PREFIX = 'service.beta.kubernetes.io/aws-load-balancer-';

/** Of a TCP listener, and fixed for a TLS listener: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html */
export const AWS_IDLE_SECONDS = 350;

const HEALTH_CHECK_SOURCE = 'https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/#health-check';
const PROXY_PROTOCOL_SOURCE = 'https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html#proxy-protocol';

type AwsNlbHealthCheckOptions = Pick<AwsNlbOptions, 'healthCheckInterval' | 'unhealthyThreshold'>;

export function targetTypeOf(options: AwsNlbCommonOptions): AwsNlbTargetType {
  return options.targetType ?? AwsNlbTargetType.IP;
}

export function localHealthCheckOf(options: AwsNlbCommonOptions): LocalHealthCheck {
  return targetTypeOf(options) === AwsNlbTargetType.IP ? LocalHealthCheck.NOT_NEEDED : LocalHealthCheck.AUTOMATIC;
}

export function exposureOf(options: AwsNlbCommonOptions): LoadBalancerExposure {
  return options.scheme === AwsNlbScheme.INTERNET_FACING ? LoadBalancerExposure.INTERNET : LoadBalancerExposure.INTERNAL;
}

export function proxyProtocolOf(options: AwsNlbCommonOptions): ProxyProtocolVersion | undefined {
  return options.proxyProtocol ? ProxyProtocolVersion.V2 : undefined;
}

/** What the controller configures where no option says otherwise. */
export function healthCheckOf(options: AwsNlbHealthCheckOptions): LoadBalancerHealthCheck {
  return {
    interval: options.healthCheckInterval ?? Duration.seconds(AWS_LOCAL_HEALTH_CHECK.intervalSeconds),
    unhealthyThreshold: options.unhealthyThreshold ?? 3,
    source: `${HEALTH_CHECK_SOURCE} (unless set, a threshold of ${AWS_LOCAL_HEALTH_CHECK.unhealthyThreshold} for instance targets under Local)`,
  };
}

/** The health check decides for instance targets alone: of IP targets it sees the open port of a broker that is stopping, and what counts is how long their deregistration takes. */
export function targetRemovalSecondsOf(options: AwsNlbCommonOptions & AwsNlbHealthCheckOptions, request: ServiceRequest): number | undefined {
  if (targetTypeOf(options) === AwsNlbTargetType.IP) return AWS_IP_TARGET_REMOVAL_SECONDS;
  const unhealthyThreshold = options.unhealthyThreshold ?? AWS_LOCAL_HEALTH_CHECK.unhealthyThreshold;
  return nodeRemovalSeconds({ ...healthCheckOf(options), unhealthyThreshold }, request);
}

/** Where no two broker pods share a node. With IP targets the policy has no part in it; the health check of Local does not get along with PROXY protocol. */
export function prefersLocal(options: AwsNlbCommonOptions): boolean {
  return targetTypeOf(options) === AwsNlbTargetType.INSTANCE && !options.proxyProtocol;
}

/** The ports at which the load balancer itself ends TLS. */
export function tlsPortsOf(options: AwsNlbCommonOptions, request: ServiceRequest): LoadBalancerPort[] {
  return tlsPorts(terminationOf(options), request);
}

function terminationOf({ certificateArns, tlsListeners }: AwsNlbCommonOptions): TlsTermination {
  return { hasCertificate: certificateArns !== undefined, certificateOption: 'certificateArns', tlsListeners };
}

export function commonAnnotations(options: AwsNlbCommonOptions, request: ServiceRequest): { [key: string]: string } {
  const terminated = tlsPortsOf(options, request);
  return withPrefix({
    'scheme': options.scheme ?? AwsNlbScheme.INTERNAL,
    'nlb-target-type': targetTypeOf(options),
    'subnets': options.subnets?.join(','),
    'attributes': attributes({ 'load_balancing.cross_zone.enabled': options.crossZone }),
    'target-group-attributes': attributes({
      'deregistration_delay.timeout_seconds': options.deregistrationDelay?.toSeconds(),
      'preserve_client_ip.enabled': options.preserveClientIp,
      'proxy_protocol_v2.enabled': options.proxyProtocol || undefined,
      'target_health_state.unhealthy.connection_termination.enabled': options.unhealthyDraining && false,
      'target_health_state.unhealthy.draining_interval_seconds': options.unhealthyDraining?.toSeconds(),
    }),
    'healthcheck-protocol': options.healthCheckProtocol,
    'healthcheck-port': options.healthCheckPort?.toString(),
    'healthcheck-path': options.healthCheckPath,
    'ssl-cert': options.certificateArns?.join(','),
    'ssl-ports': terminated.length === 0 ? undefined : terminated.map(({ port }) => port).join(','),
  });
}

export function checkCommonOptions(options: AwsNlbCommonOptions, request: ServiceRequest, errors: ArgumentErrors): void {
  errors.member('provider.scheme', options.scheme, AwsNlbScheme);
  errors.member('provider.targetType', options.targetType, AwsNlbTargetType);
  checkNames(errors, 'provider.subnets', options.subnets, 'subnet ID or name');
  errors.boolean('provider.crossZone', options.crossZone);
  errors.duration('provider.deregistrationDelay', options.deregistrationDelay, { min: Duration.seconds(0), max: Duration.seconds(3600) },
    'the range of AWS, see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html');
  errors.duration('provider.unhealthyDraining', options.unhealthyDraining, { min: Duration.seconds(1), max: Duration.hours(1) }, 'AWS resets connections at once without it, and longer nobody waits for a target');
  errors.boolean('provider.preserveClientIp', options.preserveClientIp);
  checkProxyProtocol(options, request, errors);
  checkHealthCheck(options, request, errors);
  checkTls(options, request, errors);
}

export function withPrefix(suffixes: { [suffix: string]: string | undefined }): { [key: string]: string } {
  return Object.fromEntries(Object.entries(defined(suffixes)).map(([suffix, value]) => [`${AWS_PREFIX}${suffix}`, value]));
}

function attributes(values: { [name: string]: string | number | boolean | undefined }): string | undefined {
  return Object.entries(defined(values)).map(([name, value]) => `${name}=${value}`).join(',') || undefined;
}

function checkProxyProtocol(options: AwsNlbCommonOptions, request: ServiceRequest, errors: ArgumentErrors): void {
  errors.boolean('provider.proxyProtocol', options.proxyProtocol);
  if (!options.proxyProtocol) return;
  const alsoInHealthChecks = `the load balancer sends the PROXY protocol header in health checks too (${PROXY_PROTOCOL_SOURCE})`;
  if (targetTypeOf(options) === AwsNlbTargetType.IP && options.preserveClientIp === true) {
    errors.add('provider.proxyProtocol and provider.preserveClientIp are both set, but each tells the client\'s address, and with both the header comes from the client\'s own address, '
      + 'so that nobody can tell whose header to believe: leave one of them out');
  }
  if (targetTypeOf(options) === AwsNlbTargetType.INSTANCE && request.trafficPolicy === ExternalTrafficPolicy.LOCAL) {
    errors.add(`provider.proxyProtocol is set with instance targets and externalTrafficPolicy Local, but ${alsoInHealthChecks}, and kube-proxy, whom Local asks, does not understand it: `
      + 'leave it out (the client\'s address is preserved for instance targets), or take AwsNlbTargetType.IP');
  }
  if (options.healthCheckProtocol !== undefined && options.healthCheckProtocol !== AwsNlbHealthCheckProtocol.TCP) {
    errors.add(`provider.proxyProtocol and provider.healthCheckProtocol ${String(options.healthCheckProtocol).toUpperCase()} are both set, but ${alsoInHealthChecks}, `
      + 'which is no HTTP request: leave provider.healthCheckProtocol and provider.healthCheckPath out, and let it open a TCP connection');
  }
  const encrypted = tlsPortsOf(options, request).filter((port) => port.encrypted).map(({ listener }) => listener);
  if (encrypted.length > 0) {
    errors.add(`provider.proxyProtocol is set, and provider.certificateArns ends TLS for listeners that speak TLS in the broker (${encrypted.join(', ')}), `
      + 'but it is not documented whether the header comes before that second TLS or inside of it: name plain listeners, or let TLS end in the broker');
  }
}

function checkHealthCheck(options: AwsNlbCommonOptions, request: ServiceRequest, errors: ArgumentErrors): void {
  const { healthCheckProtocol: protocol, healthCheckPort: port, healthCheckPath: path } = options;
  errors.member('provider.healthCheckProtocol', protocol, AwsNlbHealthCheckProtocol);
  errors.wholeNumber('provider.healthCheckPort', port, { min: 1, max: 65535 }, 'it is a TCP port');
  checkWord(errors, 'provider.healthCheckPath', path, "path that begins with '/'", /^\/\S*$/);

  if (path !== undefined && (protocol ?? AwsNlbHealthCheckProtocol.TCP) === AwsNlbHealthCheckProtocol.TCP) {
    errors.add('provider.healthCheckPath is set, but a TCP health check has no path: '
      + 'set provider.healthCheckProtocol to AwsNlbHealthCheckProtocol.HTTP, or leave the path out');
  }
  const asksKubeProxy = targetTypeOf(options) === AwsNlbTargetType.INSTANCE && request.trafficPolicy === ExternalTrafficPolicy.LOCAL;
  if (asksKubeProxy && (protocol ?? port ?? path) !== undefined) {
    errors.add('provider.healthCheckProtocol, healthCheckPort or healthCheckPath is set, but with externalTrafficPolicy Local and instance targets the controller '
      + 'asks kube-proxy on the healthCheckNodePort which nodes have a broker pod, and any other check would send clients to nodes that drop them: leave these options out');
  }
}

function checkTls(options: AwsNlbCommonOptions, request: ServiceRequest, errors: ArgumentErrors): void {
  checkNames(errors, 'provider.certificateArns', options.certificateArns, 'ARN of a certificate in ACM or IAM', /^arn:aws[a-z-]*:(acm|iam):[^\s,]+$/);
  checkTlsListeners(terminationOf(options), request, errors);
}
