import fc from 'fast-check';
import { productionManifests } from './cases/base';
import { evaluate } from '../../lib/rules/evaluate';
import { Severity } from '../../lib/rules/finding';
import { type Rule, workloadRule } from '../../lib/rules/rule';

const description = { id: 'MQTT-TEST-001', severity: Severity.ERROR, title: 'A test', why: '.', source: '', remedy: '.', example: '' };
const broker = { manifest: productionManifests().statefulSet, origin: 'chart/Broker/Resource' };

describe('evaluate', () => {
  test('names the rule and the object when a rule fails on one', () => {
    const rule = workloadRule(description, () => { throw new TypeError('x is undefined'); });
    expect(() => evaluate([broker], [rule])).toThrow(
      'rule MQTT-TEST-001 failed on StatefulSet mqtt/broker (chart/Broker/Resource): x is undefined. This is a defect of the rule, not of the manifest: please report it',
    );
  });

  test('names the rule when it fails on the whole', () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error
    const rule: Rule = { ...description, check: () => { throw 'no reason'; } };
    expect(() => evaluate([broker], [rule])).toThrow(
      'rule MQTT-TEST-001 failed on the manifests: no reason. This is a defect of the rule, not of the manifest: please report it',
    );
  });

  test('says once what is found for each of several brokers of one object', () => {
    const { statefulSet, clientService } = productionManifests();
    const other = structuredClone(statefulSet);
    other.metadata.name = 'other';
    clientService.spec.sessionAffinity = 'ClientIP';
    const affinity = evaluate([statefulSet, other, clientService].map((manifest) => ({ manifest, origin: manifest.metadata.name })))
      .filter(({ rule }) => rule.id === 'MQTT-SERVICE-001');
    expect(affinity).toHaveLength(1);
    expect(affinity[0].brokers.map(({ object }) => object.name)).toEqual(['broker', 'other']);
  });

  test('finds nothing in nothing', () => {
    expect(evaluate([])).toEqual([]);
  });

  test.each([undefined, null, 7, 'text', [], {}, { kind: 'List', apiVersion: 'v1', items: [null] }])('does not stumble over %j', (manifest) => {
    expect(evaluate([{ manifest, origin: 'file.yaml:1' }])).toEqual([]);
  });

  test('does not stumble over any value anywhere in the manifests', () => {
    const manifests = Object.values(productionManifests());
    const places = manifests.flatMap((manifest, index) => pathsIn(manifest).map((path) => ({ index, path })));
    const strange = fc.oneof(fc.jsonValue(), fc.constantFrom('constructor', '__proto__', -1, 1e400, 'a'.repeat(300)));
    fc.assert(fc.property(fc.array(fc.tuple(fc.constantFrom(...places), strange), { minLength: 1, maxLength: 4 }), (changes) => {
      const changed = structuredClone(manifests);
      changes.forEach(([{ index, path }, value]) => replace(changed[index], path, value));
      expect(() => evaluate(changed.map((manifest) => ({ manifest, origin: 'generated' })))).not.toThrow();
    }), { numRuns: 500 });
  });
});

function pathsIn(value: unknown, path: string[] = []): string[][] {
  const children = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [...(path.length > 0 ? [path] : []), ...children.flatMap(([key, child]) => pathsIn(child, [...path, key]))];
}

/** Does nothing where an earlier change has taken the place away. */
function replace(root: any, path: string[], value: unknown): void {
  const parent = path.slice(0, -1).reduce((node, key) => node?.[key], root);
  if (typeof parent === 'object' && parent !== null) parent[path[path.length - 1]] = value;
}
