import { Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-27';
import type { ClusterBasis } from './cluster-basis';
import type { Figures } from './figures';
import { bytes } from './load';
import { Fields } from '../../rules/model/fields';
import { parseQuantity } from '../../rules/model/quantity';
import type { MqttResources } from '../../workload/mqtt-resources';
import { MqttStorage } from '../../workload/mqtt-storage';

const MEBIBYTE = 1024 ** 2;
const GIBIBYTE = 1024 ** 3;

/** Steps in which people write such numbers. */
const CPU_STEP_MILLIS = 100;
const MEMORY_STEP = 128 * MEBIBYTE;

interface PlannedResources extends MqttResources {
  readonly cpuRequest: Cpu;
  readonly memoryLimit: Size;
}

/** CPU and memory of each pod, in whole steps and not below what the profile has. */
export function resourcesOf(figures: Figures, { resources }: ClusterBasis): PlannedResources {
  const millis = roundUp(figures.cpuCores * 1000, CPU_STEP_MILLIS);
  const cpuRequest = largerCpu(resources.cpuRequest, millis % 1000 === 0 ? Cpu.units(millis / 1000) : Cpu.millis(millis));
  // A broker that may use more than it asked for is the first to be evicted when the node runs out of memory.
  const needed = Size.mebibytes(roundUp(figures.memoryBytes, MEMORY_STEP) / MEBIBYTE);
  const memory = [resources.memoryRequest, resources.memoryLimit].reduce<Size>(larger, needed);
  return {
    cpuRequest,
    ...(resources.cpuLimit && { cpuLimit: largerCpu(resources.cpuLimit, cpuRequest) }),
    memoryRequest: memory,
    memoryLimit: memory,
  };
}

/** The storage of the profile, with room for the load. */
export function storageOf(figures: Figures, { storage, storageBytes }: ClusterBasis): MqttStorage {
  const size = Size.gibibytes(Math.ceil(Math.max(figures.volumeBytes, storageBytes) / GIBIBYTE));
  if (storage === undefined) return MqttStorage.persistentVolume({ size });
  if (storage.size !== undefined && bytes(storage.size) >= figures.volumeBytes) return storage;
  // Everything else about it stays as the profile says.
  return Object.assign(Object.create(Object.getPrototypeOf(storage) as object) as MqttStorage, storage, { size });
}

/** Size of the volume of each pod. */
export function storageSizeOf(figures: Figures, basis: ClusterBasis): Size {
  return storageOf(figures, basis).size ?? Size.gibibytes(Math.ceil(basis.storageBytes / GIBIBYTE));
}

function roundUp(amount: number, step: number): number {
  // Seventeen digits are more than any of the numbers has: 0.3 × 1000 is not to become 400.
  return Math.ceil(Number((amount / step).toPrecision(12))) * step;
}

function larger(one: Size, other: Size | undefined): Size {
  return other !== undefined && bytes(other) > bytes(one) ? other : one;
}

function largerCpu(one: Cpu | undefined, other: Cpu): Cpu {
  return one !== undefined && coresOf(one) > coresOf(other) ? one : other;
}

export function coresOf(cpu: Cpu): number {
  return parseQuantity(new Fields(cpu.amount))!;
}
