import { Size } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { ClusterIntent } from './cluster-intent';
import { quantity } from '../manifest/quantity';

/** CPU, memory and node-local storage of the container, as far as they are given. */
export function containerResources({ resources: given, storage, storageSize }: Pick<ClusterIntent, 'resources' | 'storage' | 'storageSize'>): k8s.ResourceRequirements | undefined {
  const quantities = (entries: [string, string | undefined][]) => {
    const set = entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, k8s.Quantity.fromString(value)]]));
    return set.length > 0 ? Object.fromEntries(set) : undefined;
  };
  const { ephemeralStorageRequest, ephemeralStorageLimit } = given;
  // An emptyDir counts as ephemeral storage: without a request the scheduler does not know that the node must have it. Its own limit evicts already.
  const volume = storage.isEphemeral ? storageSize : undefined;
  const requests = quantities([
    ['cpu', given.cpuRequest?.amount], ['memory', given.memoryRequest && quantity(given.memoryRequest)], ['ephemeral-storage', sum(volume, ephemeralStorageRequest)],
  ]);
  const limits = quantities([
    ['cpu', given.cpuLimit?.amount],
    ['memory', given.memoryLimit && quantity(given.memoryLimit)],
    ['ephemeral-storage', ephemeralStorageLimit && sum(volume, ephemeralStorageLimit)],
  ]);
  return requests || limits ? { requests, limits } : undefined;
}

function sum(...sizes: (Size | undefined)[]): string | undefined {
  const given = sizes.filter((size) => size !== undefined);
  return given.length === 0 ? undefined : quantity(Size.kibibytes(given.reduce((kibibytes, size) => kibibytes + size.toKibibytes(), 0)));
}
