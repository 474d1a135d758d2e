import { Size } from 'cdk8s';
import type { MqttResources } from './mqtt-resources';
import { MqttAccessMode, MqttClaimRetention, type MqttStorage } from './mqtt-storage';
import { type ArgumentErrors, isSize, show } from '../manifest/arguments';
import type { KubernetesVersion } from '../manifest/kubernetes-version';
import { quantity } from '../manifest/quantity';
import { VersionGates } from '../manifest/version-gates';

/** What cannot work about the volumes. */
export function checkStorage(errors: ArgumentErrors, storage: MqttStorage | undefined, target: KubernetesVersion): void {
  if (!errors.like('storage', storage, ['isEphemeral'], 'MqttStorage.persistentVolume({ size: Size.gibibytes(100) })')) return;
  errors.size('storage size', storage.size, { min: Size.mebibytes(64) }, 'the store needs room to work');
  errors.dnsSubdomain('storage storageClassName', storage.storageClassName);
  errors.member('storage accessMode', storage.accessMode, MqttAccessMode);
  errors.member('storage whenDeleted', storage.whenDeleted, MqttClaimRetention);
  errors.member('storage whenScaled', storage.whenScaled, MqttClaimRetention);
  checkAttributesClass(errors, storage, target);
}

function checkAttributesClass(errors: ArgumentErrors, storage: MqttStorage, target: KubernetesVersion): void {
  const { volumeAttributesClass: made, volumeAttributesClassName: name } = storage;
  const example = "new MqttVolumeAttributesClass(this, 'Fast', { attributes: MqttVolumeAttributes.awsEbs({ iops: 6000 }) })";
  if (errors.like('storage volumeAttributesClass', made, ['name', 'kubernetesVersion', 'betaApi'], example)) {
    if (made.name !== name) errors.add(`storage volumeAttributesClass and volumeAttributesClassName are both set, to '${made.name}' and ${show(name)}: leave one of them out`);
    if (made.kubernetesVersion.minor !== target.minor) {
      errors.add(`storage volumeAttributesClass is made for Kubernetes ${made.kubernetesVersion}, but the target is ${target}: give both the same kubernetesVersion`);
    }
  }
  if (name === undefined) return;
  errors.dnsSubdomain('storage volumeAttributesClassName', name);
  errors.needs(
    'storage volumeAttributesClassName', made?.betaApi ? VersionGates.VOLUME_ATTRIBUTES_CLASS_BETA : VersionGates.VOLUME_ATTRIBUTES_CLASS, target,
    'the API server would drop the field, and the volumes would have the IOPS of their StorageClass', 'Write a storageClassName with those IOPS',
  );
}

/** What cannot work about CPU, memory and node-local storage. */
export function checkResources(errors: ArgumentErrors, resources: MqttResources | undefined): void {
  if (!errors.like('resources', resources, [], '{ memoryLimit: Size.gibibytes(2) }')) return;
  const { cpuRequest, cpuLimit, memoryRequest, memoryLimit, ephemeralStorageRequest, ephemeralStorageLimit } = resources;
  const enough = { min: Size.mebibytes(64) };
  errors.size('resources memoryRequest', memoryRequest, enough, 'a broker does not start with less');
  errors.size('resources memoryLimit', memoryLimit, enough, 'a broker does not start with less');
  const someLogs = { min: Size.mebibytes(1) };
  errors.size('resources ephemeralStorageRequest', ephemeralStorageRequest, someLogs, 'logs alone take that much');
  errors.size('resources ephemeralStorageLimit', ephemeralStorageLimit, someLogs, 'the pod would be evicted for its first logs');
  checkOrder(errors, 'memory', memoryRequest, memoryLimit);
  checkOrder(errors, 'ephemeralStorage', ephemeralStorageRequest, ephemeralStorageLimit);
  errors.like('resources cpuRequest', cpuRequest, ['amount'], 'Cpu.millis(500)');
  errors.like('resources cpuLimit', cpuLimit, ['amount'], 'Cpu.units(2)');
}

function checkOrder(errors: ArgumentErrors, resource: string, request: unknown, limit: unknown): void {
  if (isSize(request) && isSize(limit) && request.toKibibytes() > limit.toKibibytes()) {
    errors.add(`resources ${resource}Request is ${quantity(request)}, above ${resource}Limit ${quantity(limit)}: the API server refuses that`);
  }
}
