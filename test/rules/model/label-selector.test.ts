import { Fields } from '../../../lib/rules/model/fields';
import { selects } from '../../../lib/rules/model/label-selector';

const labels = { app: 'broker', zone: 'a' };

describe('a label selector', () => {
  test.each<[string, unknown, boolean]>([
    ['is absent', undefined, false],
    ['is empty', {}, true],
    ['is no map', 'app=broker', false],
    ['has a label', { matchLabels: { app: 'broker' } }, true],
    ['has another value', { matchLabels: { app: 'web' } }, false],
    ['has a label more', { matchLabels: { app: 'broker', tier: 'x' } }, false],
    ['has a value that is no text', { matchLabels: { missing: 1 } }, false],
    ['In', { matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'broker'] }] }, true],
    ['In, others', { matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] }, false],
    ['In, absent', { matchExpressions: [{ key: 'tier', operator: 'In', values: ['web'] }] }, false],
    ['NotIn', { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] }, true],
    ['NotIn, its own', { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['broker'] }] }, false],
    ['NotIn, absent', { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['web'] }] }, true],
    ['Exists', { matchExpressions: [{ key: 'app', operator: 'Exists' }] }, true],
    ['Exists, absent', { matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, false],
    ['DoesNotExist', { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, true],
    ['DoesNotExist, there', { matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] }, false],
    ['an operator that there is not', { matchExpressions: [{ key: 'app', operator: 'Gt', values: ['1'] }] }, false],
    ['both, one fails', { matchLabels: { app: 'broker' }, matchExpressions: [{ key: 'zone', operator: 'In', values: ['b'] }] }, false],
  ])('that %s', (_, selector, expected) => {
    expect(selects(new Fields(selector), labels)).toBe(expected);
  });
});
