import { type ClusterManifests, configure, podOf } from './base';
import { production, type RuleCases } from './rule-case';

const KEEPALIVE = 'cdk8s-mqtt/keepalive-max-seconds';

/** Brokers that accept a keepalive of two hours, in pods that say this. */
function inMesh(metadata: object, change: (manifests: ClusterManifests) => void = () => undefined): object[] {
  return production((manifests) => {
    const { statefulSet } = manifests;
    statefulSet.metadata.annotations[KEEPALIVE] = '7200';
    configure(manifests, ({ keepalive }) => { keepalive.maxSeconds = 7200; });
    statefulSet.spec.template.metadata = { ...statefulSet.spec.template.metadata, ...metadata };
    change(manifests);
  });
}

const labelled = (manifests: ClusterManifests, labels: object) => { Object.assign(manifests.statefulSet.spec.template.metadata.labels, labels); };
const namespace = (metadata: object) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'mqtt', ...metadata } });
const injected = { 'sidecar.istio.io/inject': 'true' };

const found = (by: string) => [{
  object: 'StatefulSet mqtt/broker',
  found: `${by}, in front of mqtts; the broker accepts a keepalive of up to 7200 s`,
  breaks: 'A client that is silent for 3600 s loses its connection.',
}];

export const meshCases: RuleCases[] = [
  {
    rule: 'MQTT-MESH-001',
    breaks: [
      { name: 'asked for by the pods', manifests: inMesh({}, (manifests) => labelled(manifests, injected)), findings: found('sidecar.istio.io/inject: "true"') },
      { name: 'asked for by an annotation of the pods', manifests: inMesh({ annotations: injected }), findings: found('sidecar.istio.io/inject: "true"') },
      { name: 'of a revision', manifests: inMesh({}, (manifests) => labelled(manifests, { 'istio.io/rev': 'canary' })), findings: found('istio.io/rev: canary') },
      {
        name: 'asked for by the Namespace',
        needsOtherObjects: 'the Namespace',
        manifests: inMesh({}, (manifests) => { manifests.namespace = namespace({ labels: { 'istio-injection': 'enabled' } }); }),
        findings: found('istio-injection: enabled on Namespace mqtt'),
      },
      {
        name: 'of a revision by the Namespace',
        needsOtherObjects: 'the Namespace',
        manifests: inMesh({}, (manifests) => { manifests.namespace = namespace({ labels: { 'istio.io/rev': 'canary' } }); }),
        findings: found('istio.io/rev: canary on Namespace mqtt'),
      },
      {
        name: 'in the manifest already',
        manifests: inMesh({}, (manifests) => { podOf(manifests).initContainers = [{ name: 'istio-proxy', restartPolicy: 'Always' }]; }),
        findings: found("container 'istio-proxy'"),
      },
      {
        name: 'without a limit of the keepalive, and another port kept out',
        beyondAdmission: 'without the annotation, the configuration file of the companion broker tells what it accepts',
        manifests: inMesh({ annotations: { 'traffic.sidecar.istio.io/excludeInboundPorts': '8080' } }, (manifests) => {
          labelled(manifests, injected);
          delete manifests.statefulSet.metadata.annotations[KEEPALIVE];
          configure(manifests, (configuration) => { delete configuration.keepalive; });
        }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'sidecar.istio.io/inject: "true", in front of mqtts; the broker accepts any keepalive, and none at all',
          breaks: 'A client that is silent for 3600 s loses its connection.',
        }],
      },
    ],
    satisfies: [
      { name: 'no mesh', manifests: inMesh({}) },
      { name: 'clients that speak in time', manifests: production(({ statefulSet }) => { statefulSet.spec.template.metadata.annotations = injected; }) },
      { name: 'pods that stay out', manifests: inMesh({ annotations: { 'sidecar.istio.io/inject': 'false' } }, (manifests) => { manifests.namespace = namespace({ labels: { 'istio-injection': 'enabled' } }); }) },
      {
        name: 'a Namespace that stays out, whatever the pods say',
        needsOtherObjects: 'the Namespace',
        manifests: inMesh({ annotations: injected }, (manifests) => {
          labelled(manifests, { 'istio.io/rev': 'canary' });
          manifests.namespace = namespace({ labels: { 'istio-injection': 'disabled', 'istio.io/rev': 'canary' } });
        }),
      },
      { name: 'listeners that stay out', manifests: inMesh({ annotations: { ...injected, 'traffic.sidecar.istio.io/excludeInboundPorts': '1883, 8883' } }) },
      { name: 'a range of ports that stays out', manifests: inMesh({ annotations: { ...injected, 'traffic.sidecar.istio.io/excludeInboundPorts': '80, 8000 - 9000, x' } }) },
      { name: 'no port that goes in', manifests: inMesh({ annotations: { ...injected, 'traffic.sidecar.istio.io/includeInboundPorts': '' } }) },
      { name: 'another port that goes in', manifests: inMesh({ annotations: { ...injected, 'traffic.sidecar.istio.io/includeInboundPorts': '8080' } }) },
      { name: 'another Namespace', manifests: inMesh({}, (manifests) => { manifests.namespace = { ...namespace({ name: 'other', labels: { 'istio-injection': 'enabled' } }) }; }) },
      { name: 'Linkerd, which has no such timeout', manifests: inMesh({ annotations: { 'linkerd.io/inject': 'enabled' } }) },
    ],
  },
];
