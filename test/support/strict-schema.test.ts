import { changesBetween, withChanges } from './kubernetes-api';
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

test.each([
  [35, 'workloadRef', {}, ['workloadRef.name', 'workloadRef.podGroup'].map((field) => `StatefulSet x: .spec.template.spec.${field} is missing`)],
  [36, 'workloadRef', {}, ['StatefulSet x: .spec.template.spec.workloadRef is unknown to Kubernetes 1.36']],
  [36, 'schedulingGroup', { podGroupName: 'a' }, []],
  [37, 'evictionResponders', [{ name: 'a', priority: '1' }], ['StatefulSet x: .spec.template.spec.evictionResponders[0].priority is "1", not number']],
])('Kubernetes 1.%i, by what it changes: %s', (minor, field, value, problems) => {
  expect(StrictSchema.of(minor).problems(statefulSet({ [field]: value }))).toEqual(problems);
});

test('the changes between two minors make the newer of the older', () => {
  const [older, newer] = [StrictSchema.of(30).api, StrictSchema.of(31).api];
  const changes = changesBetween(older, newer);
  expect(Object.keys(changes.types ?? {}).length).toBeGreaterThan(0);
  expect(withChanges(older, changes)).toEqual(newer);
});
