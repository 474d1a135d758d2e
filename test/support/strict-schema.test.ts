import { StrictSchema } from './strict-schema';

// A validator that accepts everything would make the matrix worthless.
const statefulSet = (podSpec: object, spec: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'x' },
  spec: { serviceName: 'x', selector: { matchLabels: { a: 'b' } }, template: { spec: { containers: [{ name: 'c' }], ...podSpec } }, ...spec },
});

test.each([
  [28, statefulSet({ containers: [{ name: 'c', lifecycle: { preStop: { sleep: { seconds: 5 } } } }] }), ['StatefulSet x: .spec.template.spec.containers[0].lifecycle.preStop.sleep is unknown to Kubernetes 1.28']],
  [30, statefulSet({ containers: [{ name: 'c', lifecycle: { preStop: { sleep: { seconds: 5 } } } }] }), []],
  [34, statefulSet({}, { replicas: '3' }), ['StatefulSet x: .spec.replicas is "3", not number']],
  [34, statefulSet({ containers: [{}] }), ['StatefulSet x: .spec.template.spec.containers[0].name is missing']],
  [34, statefulSet({ containers: {} }), ['StatefulSet x: .spec.template.spec.containers is {}, not an array']],
  [34, { apiVersion: 'apps/v2', kind: 'StatefulSet' }, ['apps/v2 StatefulSet: not in Kubernetes 1.34']],
])('Kubernetes 1.%i: %j', (minor, object, problems) => {
  expect(StrictSchema.of(minor).problems(object)).toEqual(problems);
});
