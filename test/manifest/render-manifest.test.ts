import { JsonPatch, Testing } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { renderManifest } from '../../lib/manifest/render-manifest';
import { messageOf, newChart } from '../support/synth';

const service = (chart = newChart(), name?: string) => renderManifest(chart, 'Service', {
  gvk: k8s.KubeService.GVK,
  name,
  labels: { a: 'b' },
  fields: { spec: () => ({ clusterIP: 'None', ports: [{ port: 1883 }] }) },
});

test('the object has the label of the library and the fields as they are computed', () => {
  const chart = newChart();
  service(chart);
  expect(Testing.synth(chart)).toEqual([{
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'test-service', namespace: 'mqtt', labels: { 'a': 'b', 'app.kubernetes.io/managed-by': 'cdk8s-mqtt' } },
    spec: { clusterIP: 'None', ports: [{ port: 1883 }] },
  }]);
});

test('the chart generates the name where none is given', () => {
  expect(service(newChart({ disableResourceNameHashes: false })).name).toMatch(/^test-service-c8[0-9a-f]{6}$/);
  expect(service(newChart(), 'given').name).toBe('given');
});

test('a name that Kubernetes would refuse is refused at once', () => {
  expect(messageOf(() => service(newChart(), 'not_good'))).toBe(
    "[test/Service] Service: an argument cannot work:\n  - metadata.name is 'not_good', but must be lower-case letters, digits and dashes, beginning and ending with a letter or digit "
    + '(a DNS-1123 label): set a name, or change the ids of the chart and the construct that it is made of',
  );
});

test('overrides work on the names of the manifest, in order, also on fields that no typed class knows', () => {
  const object = service();
  object.addJsonPatch(JsonPatch.add('/spec/trafficDistribution', 'PreferClose'), JsonPatch.replace('/spec/clusterIP', '198.19.0.7'));
  object.addJsonPatch(JsonPatch.add('/spec/ports/-', { port: 8883 }), JsonPatch.remove('/spec/ports/0'));
  expect(object.toJson().spec).toEqual({ trafficDistribution: 'PreferClose', clusterIP: '198.19.0.7', ports: [{ port: 8883 }] });
});

test.each([
  [JsonPatch.replace('/spec/clusterIp', 'None'), "(replace '/spec/clusterIp') leads nowhere: '/spec' has no 'clusterIp'. It has clusterIP, ports"],
  [JsonPatch.remove('/data'), "(remove '/data') leads nowhere: the object has no 'data'. It has apiVersion, kind, metadata, spec"],
  [JsonPatch.add('/spec/selectors/app', 'x'), "(add '/spec/selectors/app') leads nowhere: '/spec' has no 'selectors'. It has clusterIP, ports"],
  [JsonPatch.add('/spec/ports/5', {}), "(add '/spec/ports/5') leads nowhere: '/spec/ports' has no '5'. It has the entries 0 to 0"],
  [JsonPatch.replace('/spec/ports/-', {}), "(replace '/spec/ports/-') leads nowhere: '/spec/ports' has no '-'. It has the entries 0 to 0"],
  [JsonPatch.add('/spec/clusterIP/x', 1), "(add '/spec/clusterIP/x') leads nowhere: '/spec/clusterIP' has no 'x'. It has no fields: it is 'None'"],
  [JsonPatch.move('/spec/nothing', '/spec/ports'), "(move '/spec/nothing') leads nowhere: '/spec' has no 'nothing'. It has clusterIP, ports"],
  [JsonPatch.replace('spec.ports', []), "(replace 'spec.ports') has no JSON pointer for a path: write '/spec/ports'"],
  [JsonPatch.replace('/constructor', 1), "(replace '/constructor') leads nowhere: the object has no 'constructor'. It has apiVersion, kind, metadata, spec"],
])('an override that leads nowhere is an error: %j', (patch, message) => {
  const object = service();
  object.addJsonPatch(patch);
  expect(messageOf(() => object.toJson())).toBe(`[test/Service] the override of Service 'test-service' ${message}`);
});
