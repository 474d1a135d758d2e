import { declared, DeclaredOfService } from './declared';
import type { ManifestObject } from './manifest-object';
import {
  AWS_NLB_CLASSES, AWS_PREFIX, AZURE_IDLE_MINUTES, IDLE_DURATION_ANNOTATIONS, IDLE_TIMEOUT_ANNOTATIONS, OCTAVIA, OCTAVIA_DEFAULT_IDLE_SECONDS,
  type ProviderIdleTimeout, providerIdleTimeout, SCALEWAY,
} from './provider-annotations';
import { Annotations } from '../../manifest/annotations';

/*
 * What a provider makes of a Service besides what model/provider-annotations.ts reads: who can reach the load balancer, how it learns of nodes without a ready pod, what becomes of source ranges, and its
 * idle timeout where nothing sets one.
 * A provider that does not find its key takes its default, so that the absence of a key says as much as its presence.
 */

/** A key of a Service's annotations, and the values that have an effect. */
export interface ProviderKey {
  readonly key: string;
  readonly value: RegExp;
}

/** How a provider makes a load balancer that the private network only reaches, or the internet too. */
export interface ExposureKeys {
  /** What it makes where nothing below says otherwise. */
  readonly byDefault: 'internet' | 'internal';
  /** Each of these keys says the opposite. Empty: there is none. */
  readonly otherwise: readonly ProviderKey[];
  /** So does each of these values of `spec.loadBalancerClass`. */
  readonly otherwiseClasses?: readonly string[];
}

/** How a provider is told to ask nodes whether they have a ready pod. */
export interface HealthCheckKeys {
  /** It takes all of them. */
  readonly all: readonly ProviderKey[];
  /** Whether the cloud's own configuration decides where there are none. */
  readonly cloudDecides?: boolean;
}

/** What a provider makes of `spec.loadBalancerSourceRanges`. */
export interface SourceRangesHandling {
  /** `honoured` is documented, `ignored` too; `unconfirmed` is what neither documentation nor source that could be found says. */
  readonly support: 'honoured' | 'ignored' | 'unconfirmed';
  /** URL, with a word on what it depends. */
  readonly source: string;
  /** Keys that filter in its place. */
  readonly instead?: readonly string[];
}

/** The idle timeout of a provider that reads it from the Service. */
export interface IdleTimeoutDefault {
  /** Each of these sets it. */
  readonly keys: readonly string[];
  /** What it is where none of them is there. */
  readonly seconds: number;
}

/** What is known of a provider by its keys. */
export interface ProviderKeys {
  /** Values of the annotation `cdk8s-mqtt/load-balancer-provider`. */
  readonly names: readonly [string, ...string[]];
  /** What only a Service for this provider carries: the beginning of an annotation's key. */
  readonly prefixes?: readonly string[];
  /** The same: an annotation with its value. */
  readonly marks?: readonly ProviderKey[];
  /** Its values of `spec.loadBalancerClass`. */
  readonly classes?: readonly string[];
  /** Not set: its Services do not show it. */
  readonly exposure?: ExposureKeys;
  /** Not set: it asks by itself, or it is not known. `missing`: it cannot be told to. */
  readonly healthCheck?: HealthCheckKeys | 'missing';
  /** Not set: the Service does not set it, or it keeps its last value when the key goes away (AWS). */
  readonly idleTimeout?: IdleTimeoutDefault;
  readonly sourceRanges: SourceRangesHandling;
}

const HETZNER = 'load-balancer.hetzner.cloud/';
const OCI_LB = 'service.beta.kubernetes.io/oci-load-balancer-';
const OCI_NLB = 'oci-network-load-balancer.oraclecloud.com/';
const LINODE = 'service.beta.kubernetes.io/linode-loadbalancer-';
const IBM = 'service.kubernetes.io/ibm-load-balancer-cloud-provider-';
const DIGITAL_OCEAN = 'service.beta.kubernetes.io/do-loadbalancer-';
const AZURE = 'service.beta.kubernetes.io/azure-';
const KUBE_PROXY = 'https://github.com/kubernetes/kubernetes/issues/109575 (kube-proxy filters at the address of the load balancer)';

const TRUE = /^true$/;

const IBM_EXPOSURE: ExposureKeys = { byDefault: 'internet', otherwise: [{ key: `${IBM}ip-type`, value: /^private$/ }] };
const IBM_SOURCE_RANGES: SourceRangesHandling = {
  support: 'unconfirmed',
  source: 'https://cloud.ibm.com/docs/containers?topic=containers-vpc-lbaas (says nothing of the field; it filters by security groups)',
  instead: [`${IBM}vpc-security-group`],
};

export const PROVIDER_KEYS: readonly ProviderKeys[] = [
  {
    names: ['aws-nlb', 'eks-auto-mode'],
    classes: AWS_NLB_CLASSES,
    prefixes: [`${AWS_PREFIX}scheme`],
    marks: [{ key: `${AWS_PREFIX}type`, value: /^(external|nlb-ip)$/ }],
    exposure: { byDefault: 'internal', otherwise: [{ key: `${AWS_PREFIX}scheme`, value: /^internet-facing$/ }, { key: `${AWS_PREFIX}internal`, value: /^false$/ }] },
    sourceRanges: { support: 'honoured', source: 'https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/#lb-source-ranges (not with security groups of your own)' },
  },
  {
    // The cloud controller manager, which other than the AWS Load Balancer Controller makes load balancers for the internet by default.
    names: ['aws-cloud-controller-manager'],
    marks: [{ key: `${AWS_PREFIX}type`, value: /^nlb$/ }],
    exposure: { byDefault: 'internet', otherwise: [{ key: `${AWS_PREFIX}internal`, value: /^(true|0\.0\.0\.0\/0)$/ }] },
    sourceRanges: { support: 'honoured', source: 'https://kubernetes.io/docs/concepts/services-networking/service/#loadbalancer (rules of the nodes\' security groups)' },
  },
  {
    names: ['azure'],
    prefixes: [AZURE],
    exposure: { byDefault: 'internet', otherwise: [{ key: `${AZURE}load-balancer-internal`, value: TRUE }] },
    idleTimeout: { keys: [AZURE_IDLE_MINUTES], seconds: 240 },
    sourceRanges: { support: 'honoured', source: 'https://cloud-provider-azure.sigs.k8s.io/topics/loadbalancer/ (rules of the network security group)' },
  },
  {
    names: ['gke-external', 'gke-internal'],
    prefixes: ['networking.gke.io/', 'cloud.google.com/l4-rbs', 'cloud.google.com/load-balancer-type', 'cloud.google.com/network-tier'],
    classes: ['networking.gke.io/l4-regional-external', 'networking.gke.io/l4-regional-internal'],
    exposure: {
      byDefault: 'internet',
      otherwise: [{ key: 'networking.gke.io/load-balancer-type', value: /^Internal$/ }, { key: 'cloud.google.com/load-balancer-type', value: /^Internal$/ }],
      otherwiseClasses: ['networking.gke.io/l4-regional-internal'],
    },
    sourceRanges: { support: 'honoured', source: 'https://cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer-parameters (rules of the VPC firewall)' },
  },
  {
    names: ['digital-ocean'],
    prefixes: [DIGITAL_OCEAN],
    exposure: { byDefault: 'internet', otherwise: [{ key: `${DIGITAL_OCEAN}network`, value: /^INTERNAL$/i }] },
    sourceRanges: {
      support: 'honoured',
      source: 'https://github.com/digitalocean/digitalocean-cloud-controller-manager/pull/731 (for the load balancer itself; at the nodes the ports stay open to everybody, see https://github.com/digitalocean/digitalocean-cloud-controller-manager/pull/915)',
    },
  },
  {
    names: ['hetzner'],
    prefixes: [HETZNER],
    exposure: { byDefault: 'internet', otherwise: [{ key: `${HETZNER}disable-public-network`, value: TRUE }] },
    healthCheck: { all: [{ key: `${HETZNER}health-check-protocol`, value: /^http$/ }, { key: `${HETZNER}health-check-port`, value: /^\d+$/ }] },
    sourceRanges: { support: 'ignored', source: 'https://github.com/hetznercloud/hcloud-cloud-controller-manager/blob/main/docs/reference/load_balancer_annotations.md (nothing filters)' },
  },
  {
    names: ['oci-nlb'],
    prefixes: [OCI_NLB],
    marks: [{ key: 'oci.oraclecloud.com/load-balancer-type', value: /^nlb$/ }],
    exposure: { byDefault: 'internet', otherwise: [{ key: `${OCI_NLB}internal`, value: TRUE }] },
    sourceRanges: {
      support: 'unconfirmed',
      source: 'https://github.com/oracle/oci-cloud-controller-manager/issues/499 (open: seen to let everybody in; the ranges become rules of a security list, beside whatever that lets in already)',
    },
  },
  {
    names: ['oci-lb'],
    prefixes: [OCI_LB, 'oci.oraclecloud.com/'],
    exposure: { byDefault: 'internet', otherwise: [{ key: `${OCI_LB}internal`, value: TRUE }] },
    idleTimeout: { keys: [`${OCI_LB}connection-idle-timeout`], seconds: 300 },
    sourceRanges: {
      support: 'honoured',
      source: 'https://github.com/oracle/oci-cloud-controller-manager/blob/master/docs/load-balancer-annotations.md#security-list-management-modes (rules of the security list, unless its management mode is None)',
    },
  },
  {
    names: ['linode'],
    prefixes: [LINODE],
    exposure: { byDefault: 'internet', otherwise: [] },
    healthCheck: 'missing',
    sourceRanges: {
      support: 'unconfirmed',
      source: 'https://github.com/linode/linode-cloud-controller-manager/blob/main/docs/configuration/annotations.md (documents the annotation firewall-acl, and nothing of the field)',
      instead: [`${LINODE}firewall-acl`, `${LINODE}firewall-id`],
    },
  },
  {
    names: ['scaleway'],
    prefixes: [SCALEWAY],
    exposure: { byDefault: 'internet', otherwise: [{ key: `${SCALEWAY}private`, value: TRUE }] },
    healthCheck: { all: [{ key: `${SCALEWAY}health-check-from-service`, value: /^(true|\*|\d)/ }] },
    idleTimeout: { keys: IDLE_DURATION_ANNOTATIONS, seconds: 600 },
    sourceRanges: { support: 'honoured', source: 'https://github.com/scaleway/scaleway-cloud-controller-manager/pull/12 (access rules of the load balancer)' },
  },
  {
    names: ['octavia', 'ovh'],
    prefixes: [OCTAVIA, 'loadbalancer.ovhcloud.com/', 'service.beta.kubernetes.io/openstack-internal-load-balancer'],
    exposure: { byDefault: 'internet', otherwise: [{ key: 'service.beta.kubernetes.io/openstack-internal-load-balancer', value: TRUE }] },
    healthCheck: { all: [{ key: `${OCTAVIA}enable-health-monitor`, value: TRUE }], cloudDecides: true },
    idleTimeout: { keys: Object.keys(IDLE_TIMEOUT_ANNOTATIONS).filter((key) => key.startsWith(OCTAVIA)), seconds: OCTAVIA_DEFAULT_IDLE_SECONDS },
    sourceRanges: {
      support: 'honoured',
      source: 'https://github.com/kubernetes/cloud-provider-openstack/blob/master/docs/openstack-cloud-controller-manager/expose-applications-using-loadbalancer-type-service.md#restrict-access-for-loadbalancer-service (ignored where the Octavia API is older than 2.12)',
    },
  },
  {
    names: ['ibm-vpc-nlb'],
    marks: [{ key: `${IBM}enable-features`, value: /(^|,)nlb(,|$)/ }],
    exposure: IBM_EXPOSURE,
    sourceRanges: IBM_SOURCE_RANGES,
  },
  {
    names: ['ibm-vpc-alb'],
    prefixes: [IBM],
    exposure: IBM_EXPOSURE,
    idleTimeout: { keys: [`${IBM}vpc-idle-connection-timeout`], seconds: 50 },
    sourceRanges: IBM_SOURCE_RANGES,
  },
  { names: ['metallb'], prefixes: ['metallb.io/', 'metallb.universe.tf/'], sourceRanges: { support: 'honoured', source: KUBE_PROXY } },
  {
    names: ['cilium'],
    prefixes: ['lbipam.cilium.io/', 'io.cilium/'],
    classes: ['io.cilium/l2-announcer', 'io.cilium/bgp-control-plane'],
    sourceRanges: { support: 'honoured', source: 'https://docs.cilium.io/en/stable/network/kubernetes/kubeproxy-free/#loadbalancer-source-ranges-checks' },
  },
  { names: ['kube-vip'], prefixes: ['kube-vip.io/'], classes: ['kube-vip.io/kube-vip-class'], sourceRanges: { support: 'honoured', source: KUBE_PROXY } },
  {
    names: ['k3s-servicelb'],
    prefixes: ['svccontroller.k3s.cattle.io/'],
    sourceRanges: { support: 'honoured', source: 'https://github.com/k3s-io/k3s/pull/6549 (klipper-lb 0.4.0 and newer)' },
  },
];

/** The keys of the provider with this name; `undefined` for a load balancer that this library does not know. */
export function keysOf(provider: string | undefined): ProviderKeys | undefined {
  return PROVIDER_KEYS.find(({ names }) => provider !== undefined && names.includes(provider));
}

/** The provider that makes this load balancer: by its declaration where that names one of these, else by what only a Service for that provider carries. */
export function providerKeys(service: ManifestObject): ProviderKeys | undefined {
  return keysOf(service.annotations[Annotations.LOAD_BALANCER_PROVIDER]) ?? PROVIDER_KEYS.find((keys) => isFor(keys, service));
}

/** Who can reach the load balancer, as its provider is told; `undefined` where a Service does not show it. */
export function providerExposure(service: ManifestObject): 'internet' | 'internal' | undefined {
  const exposure = providerKeys(service)?.exposure;
  if (exposure === undefined) return undefined;
  const { byDefault, otherwise, otherwiseClasses = [] } = exposure;
  const isOtherwise = otherwise.some((key) => hasKey(service, key)) || otherwiseClasses.includes(service.spec.at('loadBalancerClass').text ?? '');
  return isOtherwise ? OPPOSITE[byDefault] : byDefault;
}

/** Whether the load balancer learns of nodes without a ready pod, as its provider is told; what is declared where a Service does not show it. */
export function localHealthCheck(service: ManifestObject): 'automatic' | 'configured' | 'missing' | 'not-needed' | undefined {
  const declaration = declared(service, DeclaredOfService.localHealthCheck);
  const keys = providerKeys(service)?.healthCheck;
  if (keys === undefined || keys === 'missing') return keys ?? declaration;
  if (keys.all.every((key) => hasKey(service, key))) return 'configured';
  const isSilent = keys.all.every(({ key }) => !(key in service.annotations));
  return isSilent && keys.cloudDecides && declaration === undefined ? undefined : 'missing';
}

/** The idle timeout that the provider is told, or its default where the Service tells it nothing; `undefined` where the default is not known. */
export function idleTimeoutOf(service: ManifestObject): ProviderIdleTimeout | undefined {
  const told = providerIdleTimeout(service);
  const keys = providerKeys(service);
  if (told !== undefined || keys?.idleTimeout === undefined || keys.idleTimeout.keys.some((key) => key in service.annotations)) return told;
  return { seconds: keys.idleTimeout.seconds, where: `default of ${keys.names[0]} without ${keys.idleTimeout.keys[0]}` };
}

function isFor({ classes = [], marks = [], prefixes = [] }: ProviderKeys, service: ManifestObject): boolean {
  return classes.includes(service.spec.at('loadBalancerClass').text ?? '')
    || marks.some((mark) => hasKey(service, mark))
    || Object.keys(service.annotations).some((key) => prefixes.some((prefix) => key.startsWith(prefix)));
}

function hasKey({ annotations }: ManifestObject, { key, value }: ProviderKey): boolean {
  return key in annotations && value.test(annotations[key]);
}

const OPPOSITE = { internet: 'internal', internal: 'internet' } as const;
