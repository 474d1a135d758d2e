import type { ManifestObject } from './manifest-object';
import { type ServicePort, servicePorts } from './service-port';

/**
 * What the annotations and fields that the cloud controllers themselves read say about a load balancer. They win over what was declared,
 * because an override may have changed them, and because manifests of other origin have nothing else.
 */

export const AWS_PREFIX = 'service.beta.kubernetes.io/aws-load-balancer-';
export const AZURE_IDLE_MINUTES = 'service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout';
export const OCTAVIA = 'loadbalancer.openstack.org/';
export const SCALEWAY = 'service.beta.kubernetes.io/scw-loadbalancer-';

/** https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/nlb/ and the class of EKS Auto Mode */
export const AWS_NLB_CLASSES = ['service.k8s.aws/nlb', 'eks.amazonaws.com/nlb'];
/** https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout */
export const AWS_NLB_DEFAULT_IDLE_SECONDS = 350;
/** https://github.com/openstack/octavia, octavia/common/constants.py */
export const OCTAVIA_DEFAULT_IDLE_SECONDS = 50;

/** An idle timeout as a provider reads it. */
export interface ProviderIdleTimeout {
  readonly seconds: number;
  /** Key and value, for messages. */
  readonly where: string;
}

/** An annotation that sets an idle timeout, with the values that its provider takes. */
export interface IdleTimeoutSetting {
  readonly key: string;
  readonly value: string;
  /** `undefined` if the value is no number. */
  readonly seconds?: number;
  /** What the provider takes, for messages. */
  readonly form: string;
  readonly valid: boolean;
}

export function isAwsNlb(service: ManifestObject): boolean {
  const type = service.annotations[`${AWS_PREFIX}type`];
  return AWS_NLB_CLASSES.includes(service.spec.at('loadBalancerClass').text ?? '') || type === 'external' || (type ?? '').startsWith('nlb');
}

/** Whether the NLB sends to nodes (the controller's default) and not to pods. */
export function hasAwsInstanceTargets(service: ManifestObject): boolean {
  const { annotations } = service;
  return isAwsNlb(service) && annotations[`${AWS_PREFIX}nlb-target-type`] !== 'ip' && annotations[`${AWS_PREFIX}type`] !== 'nlb-ip';
}

/** Whether the NLB ends TLS on this port: with a certificate, on the ports of `ssl-ports`, or on all when it is absent. */
export function endsTlsAtAwsNlb(service: ManifestObject, port: ServicePort): boolean {
  const { annotations } = service;
  const only = annotations[`${AWS_PREFIX}ssl-ports`];
  const onPort = only === undefined || only.split(',').some((entry) => ['*', String(port.port), port.name].includes(entry.trim()));
  return isAwsNlb(service) && annotations[`${AWS_PREFIX}ssl-cert`] !== undefined && onPort;
}

/** Whether the load balancer ends TLS on this port, so that a listener without TLS behind it does not face clients in the clear. */
export function endsTls(service: ManifestObject, port: ServicePort): boolean {
  return endsTlsAtAwsNlb(service, port) || endsTlsAtOci(service, port) || endsTlsAtScaleway(service, port);
}

/** https://github.com/oracle/oci-cloud-controller-manager/blob/master/docs/load-balancer-annotations.md#tls-related */
function endsTlsAtOci({ annotations }: ManifestObject, { port }: ServicePort): boolean {
  const prefix = 'service.beta.kubernetes.io/oci-load-balancer-';
  return annotations[`${prefix}tls-secret`] !== undefined && listedPorts(annotations[`${prefix}ssl-ports`] ?? '').includes(String(port));
}

/** `<certificate>,…` for every port, or `<port>,…:<certificate>,…;…`. */
function endsTlsAtScaleway({ annotations }: ManifestObject, { port }: ServicePort): boolean {
  const certificates = annotations[`${SCALEWAY}certificate-ids`] ?? '';
  return certificates.includes(':')
    ? certificates.split(';').some((entry) => listedPorts(entry.split(':')[0]).includes(String(port)))
    : certificates.trim() !== '';
}

function listedPorts(list: string): string[] {
  return list.split(',').map((entry) => entry.trim());
}

/** What the annotations of a Service set, in the order of the keys; a key of which the provider knows several has several. */
export function idleTimeoutSettings(service: ManifestObject): IdleTimeoutSetting[] {
  return Object.entries(service.annotations).flatMap(([key, value]) => settingsIn(key, value));
}

/** The shortest idle timeout that the provider's own annotations give; `undefined` where they say nothing that can be read. */
export function providerIdleTimeout(service: ManifestObject): ProviderIdleTimeout | undefined {
  const settings = idleTimeoutSettings(service).flatMap(({ key, value, seconds }) => seconds === undefined ? [] : { seconds, where: `${key}: ${value}` });
  const octavia = settings.filter(({ where }) => where.startsWith(OCTAVIA));
  if (octavia.length === 1) settings.push({ seconds: OCTAVIA_DEFAULT_IDLE_SECONDS, where: `Octavia's default beside ${octavia[0].where}` });
  if (servicePorts(service).some((port) => endsTlsAtAwsNlb(service, port))) {
    settings.push({ seconds: AWS_NLB_DEFAULT_IDLE_SECONDS, where: 'fixed for a TLS listener of an NLB' });
  }
  if (isAwsNlb(service) && settings.length > 0 && servicePorts(service).some((port) => !hasAwsIdleTimeout(service, port))) {
    settings.push({ seconds: AWS_NLB_DEFAULT_IDLE_SECONDS, where: 'default of an NLB listener' });
  }
  return settings.sort((a, b) => a.seconds - b.seconds)[0];
}

/** The annotation, with its value, that makes the load balancer send PROXY protocol. */
export function proxyProtocolSetting(service: ManifestObject): string | undefined {
  const on = Object.entries(service.annotations).find(([key, value]) => (Object.hasOwn(PROXY_PROTOCOL, key) && PROXY_PROTOCOL[key].test(value))
    || (/^service\.beta\.kubernetes\.io\/aws-load-balancer-target-group-attributes(\.|$)/.test(key) && /proxy_protocol_v2\.enabled=true/.test(value)));
  return on && `${on[0]}: ${on[1]}`;
}

/** Keys by provider, each with the values that switch PROXY protocol on. */
export const PROXY_PROTOCOL: Record<string, RegExp> = {
  [`${AWS_PREFIX}proxy-protocol`]: /^\*$/,
  [`${AWS_PREFIX}proxy-protocol-per-target-group`]: /\d/,
  'service.beta.kubernetes.io/azure-pls-proxy-protocol': /^true$/,
  'service.beta.kubernetes.io/do-loadbalancer-enable-proxy-protocol': /^true$/,
  'load-balancer.hetzner.cloud/uses-proxyprotocol': /^true$/,
  'service.beta.kubernetes.io/oci-load-balancer-connection-proxy-protocol-version': /^[12]$/,
  'oci-network-load-balancer.oraclecloud.com/is-ppv2-enabled': /^true$/,
  'service.beta.kubernetes.io/linode-loadbalancer-default-proxy-protocol': /^v[12]$/,
  [`${SCALEWAY}proxy-protocol-v1`]: /^(true|\*|\d)/,
  [`${SCALEWAY}proxy-protocol-v2`]: /^(true|\*|\d)/,
  'service.kubernetes.io/ibm-load-balancer-cloud-provider-enable-features': /(^|,)proxy-protocol(,|$)/,
  [`${OCTAVIA}proxy-protocol`]: /^(true|v[12])$/,
};

function hasAwsIdleTimeout(service: ManifestObject, port: ServicePort): boolean {
  return Object.entries(service.annotations).some(([key, value]) =>
    key.startsWith(`${AWS_PREFIX}listener-attributes.`) && key.endsWith(`-${port.port}`) && value.includes('tcp.idle_timeout.seconds='));
}

/** Whole numbers of seconds, minutes or milliseconds, each with the range that its provider documents. */
export const IDLE_TIMEOUT_ANNOTATIONS: Record<string, { secondsPerUnit: number; unit: string; minimum: number; maximum?: number }> = {
  [AZURE_IDLE_MINUTES]: { secondsPerUnit: 60, unit: 'minutes', minimum: 4, maximum: 100 },
  'service.beta.kubernetes.io/oci-load-balancer-connection-idle-timeout': { secondsPerUnit: 1, unit: 'seconds', minimum: 1 },
  'service.kubernetes.io/ibm-load-balancer-cloud-provider-vpc-idle-connection-timeout': { secondsPerUnit: 1, unit: 'seconds', minimum: 50, maximum: 7200 },
  [`${OCTAVIA}timeout-client-data`]: { secondsPerUnit: 0.001, unit: 'milliseconds', minimum: 1 },
  [`${OCTAVIA}timeout-member-data`]: { secondsPerUnit: 0.001, unit: 'milliseconds', minimum: 1 },
};
/** Durations as Go writes them, for example `10m` or `1h30m`: https://pkg.go.dev/time#ParseDuration */
export const IDLE_DURATION_ANNOTATIONS = [`${SCALEWAY}timeout-client`, `${SCALEWAY}timeout-server`, `${SCALEWAY}timeout-tunnel`];
export const GO_DURATION = /^([0-9]{1,9}(\.[0-9]{1,9})?(ns|us|ms|s)|[0-9]{1,5}(\.[0-9]{1,9})?(m|h)){1,3}$/;
const SECONDS_PER_UNIT: Record<string, number> = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };
export const AWS_IDLE_TIMEOUT = { secondsPerUnit: 1, unit: 'seconds', minimum: 60, maximum: 6000 };

function settingsIn(key: string, value: string): IdleTimeoutSetting[] {
  if (key.startsWith(`${AWS_PREFIX}listener-attributes.`)) {
    return value.split(',').map((attribute) => attribute.trim()).flatMap((attribute) => {
      const [name, number = ''] = attribute.split('=');
      return name === 'tcp.idle_timeout.seconds' ? setting(key, attribute, number, AWS_IDLE_TIMEOUT) : [];
    });
  }
  if (IDLE_DURATION_ANNOTATIONS.includes(key)) return [durationSetting(key, value)];
  return Object.hasOwn(IDLE_TIMEOUT_ANNOTATIONS, key) ? [setting(key, value, value, IDLE_TIMEOUT_ANNOTATIONS[key])] : [];
}

function setting(key: string, value: string, text: string, range: (typeof IDLE_TIMEOUT_ANNOTATIONS)[string]): IdleTimeoutSetting {
  const { secondsPerUnit, unit, minimum, maximum } = range;
  const number = /^\d+$/.test(text) ? Number(text) : undefined;
  return {
    key,
    value,
    seconds: number === undefined ? undefined : number * secondsPerUnit,
    form: `a whole number of ${unit} from ${minimum}${maximum === undefined ? '' : ` to ${maximum}`}`,
    valid: number !== undefined && number >= minimum && number <= (maximum ?? Infinity),
  };
}

function durationSetting(key: string, value: string): IdleTimeoutSetting {
  const seconds = GO_DURATION.test(value)
    ? [...value.matchAll(/([\d.]+)(ns|us|ms|s|m|h)/g)].reduce((sum, [, number, unit]) => sum + Number(number) * SECONDS_PER_UNIT[unit], 0)
    : undefined;
  return { key, value, seconds, form: 'a duration of at least one second, for example 600s or 10m', valid: seconds !== undefined && seconds >= 1 };
}
