import type { RuleCases } from './rule-case';

const LICENSE = { name: 'EMQX_LICENSE__KEY', valueFrom: { secretKeyRef: { name: 'emqx-license', key: 'key' } } };

function emqx(spec: object, annotations: Record<string, string> = {}, apiVersion = 'apps.emqx.io/v2beta1'): object[] {
  return [{ apiVersion, kind: 'EMQX', metadata: { name: 'plant', namespace: 'mqtt', annotations }, spec: { image: 'emqx/emqx-enterprise:5.10.0', ...spec } }];
}

const drains = (connections: string, rate: string) => ({ 'cdk8s-mqtt/connections-per-pod': connections, 'cdk8s-mqtt/drain-connections-per-second': rate });

function hivemq(spec: object, profile?: string, ...others: object[]): object[] {
  const annotations = profile === undefined ? {} : { 'cdk8s-mqtt/profile': profile };
  return [{ apiVersion: 'hivemq.com/v1', kind: 'HiveMQPlatform', metadata: { name: 'plant', namespace: 'mqtt', annotations }, spec }, ...others];
}

const allowAll = (fields: object = {}) => ({ extensions: [{ id: 'hivemq-allow-all-extension', extensionUri: 'preinstalled', ...fields }] });
const container = (fields: object) => ({ statefulSet: { spec: { template: { spec: { containers: [{ name: 'hivemq', ...fields }] } } } } });
const configMap = (data: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'hivemq-configuration', namespace: 'mqtt' }, data });

const withoutLicense = (name: string, manifests: object[], found: string) => ({
  name, manifests, findings: [{ object: 'EMQX mqtt/plant', found, breaks: 'One node runs, the others end as soon as they find it.' }],
});

const tooShort = (name: string, manifests: object[], found: string) => ({
  name,
  manifests,
  findings: [{ object: 'EMQX mqtt/plant', found, breaks: 'Clients of a drained node lose their connections at the same moment, and storm the nodes that are left.' }],
});

const trial = (name: string, manifests: object[]) => ({
  name,
  manifests,
  findings: [{
    object: 'HiveMQPlatform mqtt/plant',
    found: 'no volume at /opt/hivemq/license, no variable HIVEMQ_LICENSE, and no license.xml in the configuration',
    breaks: 'The 26th client is refused.',
  }],
});

export const operatorCases: RuleCases[] = [
  {
    rule: 'MQTT-EMQX-001',
    breaks: [
      withoutLicense('three nodes', emqx({ coreTemplate: { spec: { replicas: 3 } } }), '3 core nodes and 0 replicants of emqx/emqx-enterprise:5.10.0, and no licence'),
      withoutLicense('a template without a number of nodes', emqx({ coreTemplate: { spec: {} } }), '2 core nodes and 0 replicants of emqx/emqx-enterprise:5.10.0, and no licence'),
      withoutLicense('replicants', emqx({ replicantTemplate: {} }), '1 core nodes and 2 replicants of emqx/emqx-enterprise:5.10.0, and no licence'),
      withoutLicense('the default of operator 2.3', emqx({}, {}, 'apps.emqx.io/v2'), '2 core nodes and 0 replicants of emqx/emqx-enterprise:5.10.0, and no licence'),
      withoutLicense(
        'the newest image, with a digest', emqx({ image: 'emqx/emqx:latest@sha256:00', coreTemplate: { spec: { replicas: 3 } } }),
        '3 core nodes and 0 replicants of emqx/emqx:latest@sha256:00, and no licence',
      ),
      withoutLicense(
        'the licence for one node', emqx({ image: 'emqx/emqx:6.0.0', coreTemplate: { spec: { replicas: 2 } }, config: { data: 'license.key = "default"' } }),
        '2 core nodes and 0 replicants of emqx/emqx:6.0.0, and no licence',
      ),
      withoutLicense(
        'a key of something else', emqx({ coreTemplate: { spec: { replicas: 2 } }, config: { data: 'license { connection_low_watermark = "60%" }\napi_key { key = "x" }' } }),
        '2 core nodes and 0 replicants of emqx/emqx-enterprise:5.10.0, and no licence',
      ),
    ],
    satisfies: [
      { name: 'one node', manifests: emqx({}) },
      { name: 'a version before', manifests: emqx({ image: 'emqx/emqx:5.8.6', coreTemplate: { spec: { replicas: 3 } } }) },
      { name: 'a version that the image does not tell', manifests: emqx({ image: 'registry.example.com:5000/emqx@sha256:00', coreTemplate: { spec: { replicas: 3 } } }) },
      { name: 'a licence by reference', manifests: emqx({ coreTemplate: { spec: { replicas: 3, env: [LICENSE] } } }) },
      { name: 'variables from elsewhere', manifests: emqx({ coreTemplate: { spec: { replicas: 3, envFrom: [{ secretRef: { name: 'emqx' } }] } } }) },
      { name: 'a licence in the configuration', manifests: emqx({ coreTemplate: { spec: { replicas: 3 } }, config: { data: 'license {\n  key = "file:///mounted/license"\n}' } }) },
      { name: 'a licence in the configuration of operator 3.0', manifests: emqx({ coreTemplate: { spec: { replicas: 3 } }, config: { roots: { license: { key: 'file:///mounted/license' } } } }, {}, 'apps.emqx.io/v3beta1') },
    ],
  },
  {
    rule: 'MQTT-EMQX-002',
    breaks: [
      tooShort(
        'nothing declared', emqx({}),
        'a grace period of 30 s, and no annotations cdk8s-mqtt/connections-per-pod and cdk8s-mqtt/drain-connections-per-second',
      ),
      tooShort('too many clients', emqx({}, drains('20000', '500')), 'a grace period of 30 s; needed are 40 s for 20000 connections'),
      tooShort(
        'a preStop hook that takes the time', emqx({ replicantTemplate: { spec: { lifecycle: { preStop: { exec: { command: ['sleep', '25'] } } } } } }, drains('5000', '500')),
        'a grace period of 30 s; needed are 35 s for 5000 connections',
      ),
    ],
    satisfies: [{ name: 'few clients', manifests: emqx({}, drains('15000', '500')) }],
  },
  {
    rule: 'MQTT-HIVEMQ-001',
    breaks: ['production', undefined].map((profile) => ({
      name: profile ?? 'no profile',
      manifests: hivemq(allowAll(profile === undefined ? {} : { enabled: true }), profile),
      findings: [{
        object: 'HiveMQPlatform mqtt/plant',
        found: 'spec.extensions: hivemq-allow-all-extension, enabled',
        breaks: 'Everybody who reaches a listener may publish and subscribe to everything.',
      }],
    })),
    satisfies: [
      { name: 'disabled', manifests: hivemq(allowAll({ enabled: false }), 'production') },
      { name: 'development', manifests: hivemq(allowAll(), 'development') },
      { name: 'other extensions', manifests: hivemq({ extensions: [{ id: 'hivemq-enterprise-security-extension', enabled: true }] }) },
      { name: 'the legacy resource', manifests: [{ apiVersion: 'hivemq.com/v1', kind: 'HiveMQCluster', metadata: { name: 'old' }, spec: allowAll() }] },
    ],
  },
  {
    rule: 'MQTT-HIVEMQ-002',
    breaks: [
      trial('nothing', hivemq({}, 'production')),
      trial('a volume elsewhere', hivemq(container({ volumeMounts: [{ name: 'data', mountPath: '/opt/hivemq/data' }] }), 'production')),
      {
        ...trial('a configuration without it', hivemq({ configMapName: 'hivemq-configuration' }, 'production', configMap({ 'config.xml': '<hivemq/>' }))),
        needsOtherObjects: 'the configuration stands in a ConfigMap',
      },
    ],
    satisfies: [
      { name: 'no profile', manifests: hivemq({}) },
      { name: 'development', manifests: hivemq({}, 'development') },
      { name: 'a volume', manifests: hivemq(container({ volumeMounts: [{ name: 'license', mountPath: '/opt/hivemq/license' }] }), 'production') },
      { name: 'a variable', manifests: hivemq(container({ env: [{ name: 'HIVEMQ_LICENSE', valueFrom: { secretKeyRef: { name: 'hivemq-license', key: 'license' } } }] }), 'production') },
      { name: 'a Secret as configuration', manifests: hivemq({ secretName: 'hivemq-configuration' }, 'production') },
      { name: 'a configuration with it', manifests: hivemq({ configMapName: 'hivemq-configuration' }, 'production', configMap({ 'license.xml': '<license/>' })) },
      { name: 'a configuration that is made elsewhere', manifests: hivemq({ configMapName: 'hivemq-configuration' }, 'production') },
    ],
  },
];
