import { VersionGates } from '../../lib/manifest/version-gates';

/** What each gate adds or changes in manifests, as `differences` writes it; nothing where the gate only refuses. */
const CHANGED_BY: { readonly [gate in keyof typeof VersionGates]: readonly RegExp[] } = {
  SAFE_KEEPALIVE_SYSCTLS: [/^StatefulSet \S+ spec\.template\.spec\.securityContext\.sysctls$/],
  VALIDATING_ADMISSION_POLICY: [],
  TRAFFIC_DISTRIBUTION: [],
  TLS_ROUTE: [],
  SAME_TRAFFIC_DISTRIBUTION: [/^Service \S+ spec\.trafficDistribution$/],
  VOLUME_ATTRIBUTES_CLASS_BETA: [],
  VOLUME_ATTRIBUTES_CLASS: [/^VolumeAttributesClass \S+ apiVersion$/],
};

/** What manifests for one minor have other than those of the same app for an older one, and no version gate between the two explains. */
export function unexplainedDifferences(older: readonly any[], olderMinor: number, newer: readonly any[], newerMinor: number): string[] {
  const gates = Object.entries(VersionGates).filter(([, { since }]) => since > olderMinor && since <= newerMinor).map(([gate]) => gate as keyof typeof VersionGates);
  const explained = gates.flatMap((gate) => CHANGED_BY[gate]);
  return differences(older, newer).filter((difference) => !explained.some((pattern) => pattern.test(difference)));
}

/** The fields that two sets of objects do not have in common: kind, name and path. What only one of them has counts once, with everything in it. */
function differences(one: readonly any[], other: readonly any[]): string[] {
  const nameOf = ({ kind, metadata }: any) => `${kind} ${metadata.name}`;
  const [ones, others] = [one, other].map((objects) => new Map(objects.map((object) => [nameOf(object), object])));
  return [...new Set([...ones.keys(), ...others.keys()])].flatMap((name) => fieldDifferences(ones.get(name), others.get(name)).map((path) => `${name} ${path.replace(/^\./, '')}`));
}

function fieldDifferences(one: any, other: any): string[] {
  const haveFields = [one, other].every((value) => typeof value === 'object' && value !== null) && Array.isArray(one) === Array.isArray(other);
  if (!haveFields) return one === other ? [] : [''];
  return [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .flatMap((key) => fieldDifferences(one[key], other[key]).map((path) => `${Array.isArray(one) ? `[${key}]` : `.${key}`}${path}`));
}
