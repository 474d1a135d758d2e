import { Duration } from 'cdk8s';
import { AwsNlbHealthCheckProtocol, AwsNlbScheme, AwsNlbTargetType, type AwsNlbCommonOptions } from './aws-nlb-options';
import { checkNames, checkWord, defined } from './option-checks';
import type { LoadBalancerPort, ServiceRequest } from './provider-definition';
import type { ArgumentErrors } from '../../manifest/arguments';
import { ExternalTrafficPolicy } from '../external-traffic-policy';
import { LoadBalancerExposure, LocalHealthCheck } from '../load-balancer-traits';

export const AWS_PREFIX = 'service.beta.kubernetes.io/aws-load-balancer-';

/** Of a TCP listener, and fixed for a TLS listener: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html */
export const AWS_IDLE_SECONDS = 350;

export function targetTypeOf(options: AwsNlbCommonOptions): AwsNlbTargetType {
  return options.targetType ?? AwsNlbTargetType.IP;
}

export function localHealthCheckOf(options: AwsNlbCommonOptions): LocalHealthCheck {
  return targetTypeOf(options) === AwsNlbTargetType.IP ? LocalHealthCheck.NOT_NEEDED : LocalHealthCheck.AUTOMATIC;
}

export function exposureOf(options: AwsNlbCommonOptions): LoadBalancerExposure {
  return options.scheme === AwsNlbScheme.INTERNET_FACING ? LoadBalancerExposure.INTERNET : LoadBalancerExposure.INTERNAL;
}

/** The ports at which the load balancer itself ends TLS. */
export function tlsPortsOf(options: AwsNlbCommonOptions, request: ServiceRequest): LoadBalancerPort[] {
  if (options.certificateArns === undefined) return [];
  return request.ports.filter(({ listener }) => !Array.isArray(options.tlsListeners) || options.tlsListeners.includes(listener));
}

export function commonAnnotations(options: AwsNlbCommonOptions, request: ServiceRequest): { [key: string]: string } {
  const tlsPorts = tlsPortsOf(options, request);
  return withPrefix({
    'scheme': options.scheme ?? AwsNlbScheme.INTERNAL,
    'nlb-target-type': targetTypeOf(options),
    'subnets': options.subnets?.join(','),
    'attributes': attributes({ 'load_balancing.cross_zone.enabled': options.crossZone }),
    'target-group-attributes': attributes({
      'deregistration_delay.timeout_seconds': options.deregistrationDelay?.toSeconds(),
      'preserve_client_ip.enabled': options.preserveClientIp,
    }),
    'healthcheck-protocol': options.healthCheckProtocol,
    'healthcheck-port': options.healthCheckPort?.toString(),
    'healthcheck-path': options.healthCheckPath,
    'ssl-cert': options.certificateArns?.join(','),
    'ssl-ports': tlsPorts.length === 0 ? undefined : tlsPorts.map(({ port }) => port).join(','),
  });
}

export function checkCommonOptions(options: AwsNlbCommonOptions, request: ServiceRequest, errors: ArgumentErrors): void {
  errors.member('provider.scheme', options.scheme, AwsNlbScheme);
  errors.member('provider.targetType', options.targetType, AwsNlbTargetType);
  checkNames(errors, 'provider.subnets', options.subnets, 'subnet ID or name');
  errors.boolean('provider.crossZone', options.crossZone);
  errors.duration('provider.deregistrationDelay', options.deregistrationDelay, { min: Duration.seconds(0), max: Duration.seconds(3600) },
    'the range of AWS, see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html');
  errors.boolean('provider.preserveClientIp', options.preserveClientIp);
  checkHealthCheck(options, request, errors);
  checkTls(options, request, errors);
}

export function withPrefix(suffixes: { [suffix: string]: string | undefined }): { [key: string]: string } {
  return Object.fromEntries(Object.entries(defined(suffixes)).map(([suffix, value]) => [`${AWS_PREFIX}${suffix}`, value]));
}

function attributes(values: { [name: string]: string | number | boolean | undefined }): string | undefined {
  return Object.entries(defined(values)).map(([name, value]) => `${name}=${value}`).join(',') || undefined;
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
  checkNames(errors, 'provider.tlsListeners', options.tlsListeners, "listener's name");
  if (!Array.isArray(options.tlsListeners)) return;

  if (options.certificateArns === undefined) {
    errors.add('provider.tlsListeners is set, but there is no certificate to end TLS with: set provider.certificateArns, or leave provider.tlsListeners out');
  }
  const known = request.ports.map(({ listener }) => listener);
  for (const listener of options.tlsListeners.filter((name) => typeof name === 'string' && !known.includes(name))) {
    errors.add(`provider.tlsListeners has '${listener}', which is no listener of this load balancer: it has ${known.join(', ')}`);
  }
}
