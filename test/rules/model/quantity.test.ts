import { Fields } from '../../../lib/rules/model/fields';
import { parseQuantity } from '../../../lib/rules/model/quantity';

describe('parseQuantity', () => {
  test.each<[unknown, number]>([
    ['100Gi', 107374182400], ['100G', 1e11], ['0.5Ti', 549755813888], ['1e11', 1e11], ['1E3', 1000], ['1E', 1e18], ['128Ki', 131072], ['5k', 5000], ['1Mi', 1048576],
    ['1M', 1e6], ['2Pi', 2251799813685248], ['1Ei', 1152921504606846976], ['1P', 1e15], ['1T', 1e12], ['500m', 0.5], ['250u', 0.00025], ['1n', 1e-9],
    ['.5', 0.5], ['1.', 1], ['+3', 3], ['-1', -1], ['0', 0], [7, 7], [1.5, 1.5],
  ])('reads %j as %d', (text, number) => {
    expect(parseQuantity(new Fields(text))).toBeCloseTo(number, 12);
  });

  test.each(['', 'Gi', '1GB', '1 Gi', '1gi', '1K', '.', 'e3', '1e', '0x10', 'NaN', 'Infinity', null, undefined, true, [], {}])('reads %j as none', (text) => {
    expect(parseQuantity(new Fields(text))).toBeUndefined();
  });
});
