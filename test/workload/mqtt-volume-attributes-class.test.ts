import {
  KubernetesVersion, MqttAwsEbsAttributes, MqttAwsEbsType, MqttAzureDiskAttributes, MqttCluster, MqttGoogleHyperdiskAttributes, MqttStorage, MqttVolumeAttributes, MqttVolumeAttributesClass,
  MqttVolumeAttributesClassProps,
} from '../../lib';
import { KNOWN_MINORS, StrictSchema } from '../support/strict-schema';
import { findObject, messageOf, newChart } from '../support/synth';

const FAST = MqttVolumeAttributes.awsEbs({ iops: 6000 });

const manifestOf = (props: MqttVolumeAttributesClassProps, chart = newChart()): any => new MqttVolumeAttributesClass(chart, 'Fast', props).resource.toJson();

function complaints(props: unknown): string[] {
  const [heading, ...lines] = messageOf(() => new MqttVolumeAttributesClass(newChart(), 'Fast', props as MqttVolumeAttributesClassProps)).split('\n');
  expect(heading).toMatch(/^\[test\/Fast\] MqttVolumeAttributesClass: (an argument cannot work|\d+ arguments cannot work):$/);
  return lines.map((line) => line.replace('  - ', ''));
}

test('the whole object, with every property, of the whole Kubernetes cluster', () => {
  const props: Required<MqttVolumeAttributesClassProps> = { attributes: FAST, name: 'fast', kubernetesVersion: KubernetesVersion.V1_37, betaApi: false, labels: { team: 'iot' } };
  expect(manifestOf(props)).toEqual({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttributesClass',
    metadata: { name: 'fast', labels: { 'app.kubernetes.io/managed-by': 'cdk8s-mqtt', 'app.kubernetes.io/part-of': 'mqtt', 'team': 'iot' } },
    driverName: 'ebs.csi.aws.com',
    parameters: { iops: '6000' },
  });
});

test('has a generated name, and no namespace to take away where the chart has none', () => {
  expect(manifestOf({ attributes: FAST }, newChart({ namespace: undefined })).metadata).toEqual({ name: 'test-fast', labels: expect.any(Object) });
});

describe('attributes', () => {
  const ebs: Required<MqttAwsEbsAttributes> = { type: MqttAwsEbsType.GP3, iops: 6000, throughputMebibytesPerSecond: 250 };
  const azure: Required<MqttAzureDiskAttributes> = { iops: 5000, throughputMegabytesPerSecond: 200 };
  const google: Required<MqttGoogleHyperdiskAttributes> = { iops: 7000, throughputMebibytesPerSecond: 300 };

  test.each<[MqttVolumeAttributes, string, object]>([
    [MqttVolumeAttributes.awsEbs(ebs), 'ebs.csi.aws.com', { type: 'gp3', iops: '6000', throughput: '250' }],
    [MqttVolumeAttributes.awsEbs({ type: MqttAwsEbsType.IO2 }), 'ebs.csi.aws.com', { type: 'io2' }],
    [MqttVolumeAttributes.azureDisk(azure), 'disk.csi.azure.com', { DiskIOPSReadWrite: '5000', DiskMBpsReadWrite: '200' }],
    [MqttVolumeAttributes.googleHyperdisk(google), 'pd.csi.storage.gke.io', { iops: '7000', throughput: '300Mi' }],
    [MqttVolumeAttributes.ofDriver('local.csi.example.com', { qosIopsLimit: '50000' }), 'local.csi.example.com', { qosIopsLimit: '50000' }],
  ])('case %# is what its driver reads', (attributes, driverName, parameters) => {
    const manifest = manifestOf({ attributes });
    expect(manifest.driverName).toBe(driverName);
    expect(manifest.parameters).toEqual(parameters);
  });

  const ofAws = 'the range of AWS, see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVolume.html';
  test.each<[unknown, string]>([
    [undefined, 'attributes is null, but must be made like this: MqttVolumeAttributes.awsEbs({ iops: 6000 })'],
    [{ iops: 6000 }, 'attributes is an object, but must be made like this: MqttVolumeAttributes.awsEbs({ iops: 6000 })'],
    [MqttVolumeAttributes.awsEbs({}), 'attributes says nothing, but a VolumeAttributesClass has one parameter at least: write for example the IOPS'],
    [MqttVolumeAttributes.awsEbs('fast' as any), 'attributes says nothing, but a VolumeAttributesClass has one parameter at least: write for example the IOPS'],
    [MqttVolumeAttributes.awsEbs({ type: 'gp2' as any }), "attributes.type is 'gp2', but must be one of GP3, IO1, IO2"],
    [MqttVolumeAttributes.awsEbs({ type: MqttAwsEbsType.GP3, iops: 2999 }), `attributes.iops is 2999, but must be a whole number from 3000 to 80000: ${ofAws}`],
    [MqttVolumeAttributes.awsEbs({ type: MqttAwsEbsType.IO1, iops: 64_001 }), `attributes.iops is 64001, but must be a whole number from 100 to 64000: ${ofAws}`],
    [MqttVolumeAttributes.awsEbs({ iops: '6000' as any }), `attributes.iops is '6000', but must be a whole number from 100 to 256000: ${ofAws}`],
    [MqttVolumeAttributes.awsEbs({ throughputMebibytesPerSecond: 2001 }), `attributes.throughputMebibytesPerSecond is 2001, but must be a whole number from 125 to 2000: ${ofAws}`],
    [MqttVolumeAttributes.awsEbs({ type: MqttAwsEbsType.IO2, throughputMebibytesPerSecond: 250 }),
      'attributes.throughputMebibytesPerSecond is set, but only gp3 takes a throughput, and the type is io2: leave it out'],
    [MqttVolumeAttributes.azureDisk({ iops: 0 }), 'attributes.iops is 0, but must be a whole number of at least 1: a disk without any does nothing'],
    [MqttVolumeAttributes.azureDisk({ throughputMegabytesPerSecond: 0.5 }), 'attributes.throughputMegabytesPerSecond is 0.5, but must be a whole number of at least 1: a disk without any does nothing'],
    [MqttVolumeAttributes.googleHyperdisk({ iops: NaN }), 'attributes.iops is NaN, but must be a whole number of at least 1: a disk without any does nothing'],
    [MqttVolumeAttributes.googleHyperdisk({ throughputMebibytesPerSecond: -1 }), 'attributes.throughputMebibytesPerSecond is -1, but must be a whole number of at least 1: a disk without any does nothing'],
    [MqttVolumeAttributes.ofDriver('example.com', { a: 1 as any }), "parameters['a'] is 1, but must be a string"],
  ])('case %# is refused', (attributes, message) => {
    expect(complaints({ attributes })).toEqual([message]);
  });

  test('a driver has a name', () => {
    expect(complaints({ attributes: MqttVolumeAttributes.ofDriver('EBS', { a: 'b' }) })).toEqual([expect.stringMatching(/^the name of the driver is 'EBS', but must be lower-case/)]);
  });
});

test('everything else that cannot work is named at once', () => {
  expect(complaints({ attributes: FAST, name: 'Fast', betaApi: 'yes', labels: { 'a b': 'c' } })).toEqual([
    expect.stringMatching(/^name is 'Fast'/), "betaApi is 'yes', but must be true or false", expect.stringMatching(/^labels has the key 'a b'/),
  ]);
  expect(complaints({ attributes: FAST, kubernetesVersion: '1.35' })).toEqual(["kubernetesVersion is '1.35', but must be made like this: KubernetesVersion.of('1.35')"]);
  expect(complaints(undefined)).toEqual([expect.stringMatching(/^attributes is null/)]);
});

describe.each(KNOWN_MINORS)('Kubernetes 1.%i', (minor) => {
  const kubernetesVersion = KubernetesVersion.of(`1.${minor}`);
  const use = (betaApi: boolean) => {
    const chart = newChart();
    const volumeAttributesClass = new MqttVolumeAttributesClass(chart, 'Fast', { attributes: FAST, kubernetesVersion, betaApi });
    new MqttCluster(chart, 'Broker', { kubernetesVersion, storage: MqttStorage.persistentVolume({ volumeAttributesClass }) });
    const [claim] = findObject(chart, 'StatefulSet').spec.volumeClaimTemplates;
    return { resource: findObject(chart, 'VolumeAttributesClass'), workload: findObject(chart, 'StatefulSet'), claim };
  };
  const needs = (what: string, since: number) => `[test/Fast] MqttVolumeAttributesClass: an argument cannot work:\n  - MqttVolumeAttributesClass needs a field of claims that is ${what} since Kubernetes 1.${since}, `
    + `but the target is 1.${minor}: the API server would refuse the object`;

  test(minor >= 34 ? 'has the class' : 'does not have the class by itself', () => {
    if (minor < 34) {
      expect(() => use(false)).toThrow(needs('known', 34));
      return;
    }
    const { resource, workload, claim } = use(false);
    expect(resource.apiVersion).toBe('storage.k8s.io/v1');
    expect(claim.spec.volumeAttributesClassName).toBe(resource.metadata.name);
    expect([resource, workload].flatMap((object) => StrictSchema.of(minor).problems(object))).toEqual([]);
  });

  test(minor >= 31 ? 'has the class behind the feature gate' : 'has it as alpha only', () => {
    if (minor < 31) {
      expect(() => use(true)).toThrow(needs('known behind a feature gate', 31));
      return;
    }
    const { resource, workload, claim } = use(true);
    expect(resource.apiVersion).toBe(minor >= 34 ? 'storage.k8s.io/v1' : 'storage.k8s.io/v1beta1');
    expect(claim.spec.volumeAttributesClassName).toBe('test-fast');
    expect([resource, workload].flatMap((object) => StrictSchema.of(minor).problems(object))).toEqual([]);
  });
});

describe('a cluster that uses it', () => {
  const said = (options: object, kubernetesVersion?: KubernetesVersion) => {
    const chart = newChart();
    const made = { volumeAttributesClass: new MqttVolumeAttributesClass(chart, 'Fast', { attributes: FAST }) };
    return messageOf(() => new MqttCluster(chart, 'Broker', { storage: MqttStorage.persistentVolume({ ...made, ...options }), kubernetesVersion }))
      .split('\n').slice(1).map((line) => line.replace('  - ', ''));
  };

  test('names one class', () => {
    expect(said({ volumeAttributesClassName: 'gold' })).toEqual([
      "storage volumeAttributesClass and volumeAttributesClassName are both set, to 'test-fast' and 'gold': leave one of them out",
    ]);
  });

  test('is made for the same Kubernetes version', () => {
    expect(said({}, KubernetesVersion.V1_36)).toEqual([
      'storage volumeAttributesClass is made for Kubernetes 1.35, but the target is 1.36: give both the same kubernetesVersion',
    ]);
  });

  test('takes no name in its place', () => {
    expect(said({ volumeAttributesClass: 'gold' })).toEqual([
      "storage volumeAttributesClass is 'gold', but must be made like this: new MqttVolumeAttributesClass(this, 'Fast', { attributes: MqttVolumeAttributes.awsEbs({ iops: 6000 }) })",
    ]);
  });
});
