import { Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-27';
import type { MqttClusterSettings } from '../../../lib/cluster/mqtt-cluster-settings';
import { MqttProfile } from '../../../lib/cluster/mqtt-profile';
import { quantity } from '../../../lib/manifest/quantity';
import { clusterBasis } from '../../../lib/scaling/capacity/cluster-basis';
import type { Figures } from '../../../lib/scaling/capacity/figures';
import { resourcesOf, storageOf, storageSizeOf } from '../../../lib/scaling/capacity/settings';
import { MqttClaimRetention, MqttStorage } from '../../../lib/workload/mqtt-storage';

const GIBIBYTE = 1024 ** 3;
const basis = (settings: MqttClusterSettings = {}) => clusterBasis(MqttProfile.production(settings));
const figures = (some: Partial<Figures>) => some as Figures;

/** CPU, memory and limits as they stand in the manifest. */
function resources(needed: Partial<Figures>, settings?: MqttClusterSettings): (string | undefined)[] {
  const { cpuRequest, cpuLimit, memoryRequest, memoryLimit } = resourcesOf(figures({ cpuCores: 0, memoryBytes: 0, ...needed }), basis(settings));
  return [cpuRequest.amount, cpuLimit?.amount, memoryRequest && quantity(memoryRequest), quantity(memoryLimit)];
}

test('the production profile asks for 1 CPU and 2 GiB at least', () => {
  expect(resources({})).toEqual(['1', undefined, '2Gi', '2Gi']);
});

test('CPU is rounded up to 100m, and no further', () => {
  expect(resources({ cpuCores: 1.2 })[0]).toBe('1200m');
  expect(resources({ cpuCores: 1.201 })[0]).toBe('1300m');
  // 1.1 × 3 is 3.3000000000000003
  expect(resources({ cpuCores: 1.1 * 3 })[0]).toBe('3300m');
});

test('memory is rounded up to 128 MiB, request and limit alike', () => {
  expect(resources({ memoryBytes: 2.01 * GIBIBYTE }).slice(2)).toEqual(['2176Mi', '2176Mi']);
});

test('resources of the profile are not lowered', () => {
  const given = { resources: { cpuRequest: Cpu.units(4), cpuLimit: Cpu.units(6), memoryRequest: Size.gibibytes(4), memoryLimit: Size.gibibytes(8) } };
  expect(resources({ cpuCores: 2, memoryBytes: GIBIBYTE }, given)).toEqual(['4', '6', '8Gi', '8Gi']);
});

test('a limit of the CPU below what is needed is raised: the API server refuses a request above it', () => {
  expect(resources({ cpuCores: 3 }, { resources: { cpuLimit: Cpu.units(2) } }).slice(0, 2)).toEqual(['3', '3']);
});

test('the production profile asks for 100 GiB at least, the development profile for 15', () => {
  expect(storageSizeOf(figures({ volumeBytes: GIBIBYTE }), basis()).toGibibytes()).toBe(100);
  expect(storageSizeOf(figures({ volumeBytes: GIBIBYTE }), clusterBasis(MqttProfile.development())).toGibibytes()).toBe(15);
});

test('a volume is whole GiB', () => {
  expect(storageSizeOf(figures({ volumeBytes: 100.1 * GIBIBYTE }), basis()).toGibibytes()).toBe(101);
});

test('storage that is large enough stays as it is', () => {
  const storage = MqttStorage.persistentVolume({ size: Size.gibibytes(500) });
  expect(storageOf(figures({ volumeBytes: 400 * GIBIBYTE }), basis({ storage }))).toBe(storage);
});

test.each([
  ['too small', Size.gibibytes(100)],
  ['of no size', undefined],
])('storage that is %s gets the size and keeps everything else', (_, size) => {
  const storage = MqttStorage.persistentVolume({ size, storageClassName: 'fast', whenDeleted: MqttClaimRetention.DELETE });
  expect(storageOf(figures({ volumeBytes: 400 * GIBIBYTE }), basis({ storage })))
    .toEqual(MqttStorage.persistentVolume({ size: Size.gibibytes(400), storageClassName: 'fast', whenDeleted: MqttClaimRetention.DELETE }));
});

test('ephemeral storage stays ephemeral', () => {
  expect(storageOf(figures({ volumeBytes: 400 * GIBIBYTE }), basis({ storage: MqttStorage.ephemeral() })))
    .toEqual(MqttStorage.ephemeral({ sizeLimit: Size.gibibytes(400) }));
});
