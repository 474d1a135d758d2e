import { Duration, Size } from 'cdk8s';
import {
  KubernetesVersion, MqttAccessMode, MqttClaimRetention, MqttCluster, MqttClusterProps, MqttPersistentVolumeOptions, MqttPodUser, MqttStorage, MqttTcpKeepalive,
} from '../../lib';
import { findObject, newChart } from '../support/synth';

function statefulSet(props: MqttClusterProps = {}) {
  const chart = newChart();
  new MqttCluster(chart, 'Broker', props);
  return findObject(chart, 'StatefulSet').spec;
}

test('brokers start side by side, and roll one after the other', () => {
  expect(statefulSet()).toMatchObject({ podManagementPolicy: 'Parallel', updateStrategy: { type: 'RollingUpdate' } });
});

describe('the pod', () => {
  const { spec } = statefulSet().template;

  test('runs as Pod Security restricted demands, with a root file system that cannot be written', () => {
    expect(spec.securityContext).toMatchObject({
      runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000, fsGroupChangePolicy: 'OnRootMismatch', seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(spec.containers[0].securityContext).toEqual({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } });
  });

  test('names no user and no group where the platform assigns them, and is as restricted as before', () => {
    const { securityContext, containers } = statefulSet({ podUser: MqttPodUser.ASSIGNED_BY_PLATFORM }).template.spec;
    expect(securityContext).toEqual({
      runAsNonRoot: true, fsGroupChangePolicy: 'OnRootMismatch', seccompProfile: { type: 'RuntimeDefault' }, sysctls: spec.securityContext.sysctls,
    });
    expect(containers[0].securityContext).toEqual(spec.containers[0].securityContext);
  });

  test('asks the broker how it is', () => {
    const { startupProbe, livenessProbe, readinessProbe } = spec.containers[0];
    expect([startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet)).toEqual(
      ['/startupz', '/livez', '/readyz'].map((path) => ({ path, port: 'http' })),
    );
    // five minutes for a large store
    expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBe(300);
  });

  test('gets no environment from other Services', () => {
    expect(spec.enableServiceLinks).toBe(false);
  });
});

describe('TCP keepalive', () => {
  const sysctls = (props: MqttClusterProps) => statefulSet(props).template.spec.securityContext.sysctls;

  test('by default a dead peer is found after four minutes', () => {
    expect(sysctls({})).toEqual([
      { name: 'net.ipv4.tcp_keepalive_time', value: '120' },
      { name: 'net.ipv4.tcp_keepalive_intvl', value: '30' },
      { name: 'net.ipv4.tcp_keepalive_probes', value: '4' },
    ]);
  });

  test('numbers of your own', () => {
    expect(sysctls({ tcpKeepalive: MqttTcpKeepalive.of({ time: Duration.minutes(5), interval: Duration.seconds(10), probes: 2 }) }).map(({ value }: any) => value)).toEqual(['300', '10', '2']);
  });

  test('none where the kernel shall decide, and none on Kubernetes that does not count them as safe', () => {
    expect(sysctls({ tcpKeepalive: MqttTcpKeepalive.kernelDefaults() })).toBeUndefined();
    expect(sysctls({ kubernetesVersion: KubernetesVersion.V1_28 })).toBeUndefined();
    expect(sysctls({ kubernetesVersion: KubernetesVersion.V1_29 })).toHaveLength(3);
  });
});

describe('storage', () => {
  test('claims are kept by default', () => {
    expect(statefulSet()).toMatchObject({
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '15Gi' } } } }],
    });
  });

  test('everything of your own', () => {
    const options: Required<Omit<MqttPersistentVolumeOptions, 'volumeAttributesClass'>> = {
      size: Size.gibibytes(200),
      storageClassName: 'fast',
      accessMode: MqttAccessMode.READ_WRITE_ONCE_POD,
      volumeAttributesClassName: 'gold',
      whenDeleted: MqttClaimRetention.DELETE,
      whenScaled: MqttClaimRetention.DELETE,
    };
    const storage = MqttStorage.persistentVolume(options);
    expect(statefulSet({ storage })).toMatchObject({
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Delete' },
      volumeClaimTemplates: [{
        spec: { accessModes: ['ReadWriteOncePod'], storageClassName: 'fast', volumeAttributesClassName: 'gold', resources: { requests: { storage: '200Gi' } } },
      }],
    });
  });

  test('a volume that dies with the pod is requested from the scheduler', () => {
    const { template, volumeClaimTemplates } = statefulSet({ storage: MqttStorage.ephemeral({ sizeLimit: Size.gibibytes(20) }) });
    expect(volumeClaimTemplates).toBeUndefined();
    expect(template.spec.volumes).toContainEqual({ name: 'data', emptyDir: { sizeLimit: '20Gi' } });
    expect(template.spec.containers[0].resources.requests['ephemeral-storage']).toBe('20Gi');
    expect(template.spec.containers[0].resources.limits).not.toHaveProperty('ephemeral-storage');
    expect(template.spec.containers[0].volumeMounts[0]).toEqual({ name: 'data', mountPath: '/var/lib/mqtt-broker' });
  });
});

test('logs are requested on top of a volume that dies with the pod', () => {
  const storage = MqttStorage.ephemeral({ sizeLimit: Size.gibibytes(20) });
  const resources = { ephemeralStorageRequest: Size.gibibytes(1), ephemeralStorageLimit: Size.gibibytes(2) };
  expect(statefulSet({ storage, resources }).template.spec.containers[0].resources).toEqual({ requests: { 'ephemeral-storage': '21Gi' }, limits: { 'ephemeral-storage': '22Gi' } });
});

describe('changes', () => {
  test('nothing is said by default', () => {
    const spec = statefulSet();
    expect(spec.updateStrategy).toEqual({ type: 'RollingUpdate' });
    expect(spec).not.toHaveProperty('minReadySeconds');
    expect(spec).not.toHaveProperty('revisionHistoryLimit');
  });

  test('canaries, and time to look at them', () => {
    expect(statefulSet({ rollingUpdatePartition: 2, minReadyTime: Duration.minutes(2), revisionHistoryLimit: 3 })).toMatchObject({
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } },
      minReadySeconds: 120,
      revisionHistoryLimit: 3,
    });
  });

  test('node autoscalers leave brokers alone when asked to', () => {
    expect(statefulSet({ nodeConsolidation: false }).template.metadata.annotations).toMatchObject({
      'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false', 'karpenter.sh/do-not-disrupt': 'true',
    });
    expect(Object.keys(statefulSet().template.metadata.annotations)).toEqual(['cdk8s-mqtt/configuration-checksum']);
  });
});

test('the grace period is computed, or as it is given', () => {
  expect(statefulSet({ connectionsPerPod: 50_000 }).template.spec.terminationGracePeriodSeconds).toBe(144);
  expect(statefulSet({ terminationGracePeriod: Duration.minutes(5) }).template.spec.terminationGracePeriodSeconds).toBe(300);
});
