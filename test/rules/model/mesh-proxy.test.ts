import { Fields } from '../../../lib/rules/model/fields';
import { ManifestObject } from '../../../lib/rules/model/manifest-object';
import { meshProxy } from '../../../lib/rules/model/mesh-proxy';
import { PodTemplate } from '../../../lib/rules/model/pod-template';

const pods = (metadata: object, spec: object = {}): PodTemplate => new PodTemplate(new Fields({ metadata, spec }), 'mqtt');
const namespace = (metadata: object): ManifestObject => new ManifestObject({ manifest: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'mqtt', ...metadata } }, origin: 'a.yaml:1' });
const taken = (template: PodTemplate, ...ports: number[]): number[] => ports.filter((port) => meshProxy(template)?.takes({ port, protocol: 'TCP' }));

describe('the sidecar of a mesh', () => {
  test.each<[string, PodTemplate, ManifestObject | undefined, string | undefined]>([
    ['nothing', pods({}), undefined, undefined],
    ['a Namespace without a mesh', pods({}), namespace({}), undefined],
    ['a label of Istio', pods({ labels: { 'sidecar.istio.io/inject': 'true' } }), undefined, 'Istio sidecar.istio.io/inject: "true"'],
    ['a revision that the pods leave', pods({ labels: { 'istio.io/rev': 'a', 'sidecar.istio.io/inject': 'false' } }), undefined, undefined],
    ['a Namespace that the pods leave', pods({ labels: { 'sidecar.istio.io/inject': 'false' } }), namespace({ labels: { 'istio-injection': 'enabled' } }), undefined],
    ['a Namespace that stays out with pods that ask for it', pods({ labels: { 'sidecar.istio.io/inject': 'true' } }), namespace({ labels: { 'istio-injection': 'disabled' } }), undefined],
    ['a Namespace that stays out and names a revision', pods({}), namespace({ labels: { 'istio-injection': 'disabled', 'istio.io/rev': 'a' } }), undefined],
    ['an annotation of Linkerd', pods({ annotations: { 'linkerd.io/inject': 'enabled' } }), undefined, 'Linkerd linkerd.io/inject: enabled'],
    ['a Namespace of Linkerd', pods({}), namespace({ annotations: { 'linkerd.io/inject': 'ingress' } }), 'Linkerd linkerd.io/inject: ingress on Namespace mqtt'],
    ['a Namespace of Linkerd that the pods leave', pods({ annotations: { 'linkerd.io/inject': 'disabled' } }), namespace({ annotations: { 'linkerd.io/inject': 'enabled' } }), undefined],
    ['a container of Linkerd', pods({}, { containers: [{ name: 'linkerd-proxy' }] }), undefined, "Linkerd container 'linkerd-proxy'"],
  ])('is known by %s', (_, template, object, expected) => {
    const proxy = meshProxy(template, object);
    expect(proxy && `${proxy.mesh} ${proxy.found}`).toBe(expected);
  });

  test('of Istio takes the connections to every port, but those that are excluded, or only those that are included', () => {
    const labels = { 'sidecar.istio.io/inject': 'true' };
    expect(taken(pods({ labels }), 1883, 8883)).toEqual([1883, 8883]);
    expect(taken(pods({ labels, annotations: { 'traffic.sidecar.istio.io/excludeInboundPorts': '1883' } }), 1883, 8883)).toEqual([8883]);
    expect(taken(pods({ labels, annotations: { 'traffic.sidecar.istio.io/includeInboundPorts': '1883' } }), 1883, 8883)).toEqual([1883]);
    expect(taken(pods({ labels, annotations: { 'traffic.sidecar.istio.io/includeInboundPorts': '' } }), 1883, 8883)).toEqual([]);
  });

  test('of Linkerd skips ports and ranges of them, as the pods or the Namespace say', () => {
    const injected = { 'linkerd.io/inject': 'enabled' };
    expect(taken(pods({ annotations: { ...injected, 'config.linkerd.io/skip-inbound-ports': '1883,8000-8883' } }), 1883, 1884, 8000, 8883)).toEqual([1884]);
    const ofNamespace = meshProxy(pods({}), namespace({ annotations: { ...injected, 'config.linkerd.io/skip-inbound-ports': '1883' } }))!;
    expect([1883, 8883].filter((port) => ofNamespace.takes({ port, protocol: 'TCP' }))).toEqual([8883]);
  });
});
