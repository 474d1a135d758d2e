/** Something that not every supported Kubernetes has. */
export interface VersionGate {
  /** What it is, as it stands in a message: `needs … since Kubernetes 1.31`. */
  readonly what: string;
  /** First minor in which it can be relied on: on by default, or general. */
  readonly since: number;
  readonly source: string;
}

const FEATURE_GATES = 'https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates/';

/**
 * The one table of what is newer than Kubernetes 1.27, the oldest minor that is supported. What that has already stands nowhere: claim retention, minDomains,
 * nodeTaintsPolicy, unhealthyPodEvictionPolicy, ReadWriteOncePod and the metric ContainerResource of a HorizontalPodAutoscaler are on by default since 1.27 or before.
 */
export const VersionGates = {
  SAFE_KEEPALIVE_SYSCTLS: {
    what: 'sysctls that are safe',
    since: 29,
    source: 'https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/#safe-and-unsafe-sysctls',
  },
  VALIDATING_ADMISSION_POLICY: {
    what: 'ValidatingAdmissionPolicy, which is general',
    since: 30,
    source: 'https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/',
  },
  /** `PreferClose`, the first value: the same zone. */
  TRAFFIC_DISTRIBUTION: { what: 'a field of Services that is known', since: 31, source: `${FEATURE_GATES} (ServiceTrafficDistribution)` },
  /** `PreferSameZone`, the new name of `PreferClose`, and `PreferSameNode`. */
  SAME_TRAFFIC_DISTRIBUTION: { what: 'a value in Services that is known', since: 34, source: `${FEATURE_GATES} (PreferSameTrafficDistribution)` },
  /** Where somebody switched the feature gate on: it is off by default until it is general. */
  VOLUME_ATTRIBUTES_CLASS_BETA: { what: 'a field of claims that is known behind a feature gate', since: 31, source: `${FEATURE_GATES} (VolumeAttributesClass)` },
  /** Of Gateway API 1.5. */
  TLS_ROUTE: {
    what: 'TLSRoute, whose validation expressions are known',
    since: 31,
    source: 'https://github.com/kubernetes-sigs/gateway-api/releases/tag/v1.5.0',
  },
  VOLUME_ATTRIBUTES_CLASS: { what: 'a field of claims that is known', since: 34, source: `${FEATURE_GATES} (VolumeAttributesClass)` },
} as const satisfies { readonly [gate: string]: VersionGate };
