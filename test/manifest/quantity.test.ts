import { Size } from 'cdk8s';
import { quantity } from '../../lib/manifest/quantity';

test.each([
  [Size.kibibytes(1), '1Ki'],
  [Size.mebibytes(1.5), '1536Ki'],
  [Size.gibibytes(100), '100Gi'],
  [Size.tebibytes(1), '1Ti'],
  [Size.gibibytes(1536), '1536Gi'],
])('%j is %s', (size, expected) => {
  expect(quantity(size)).toBe(expected);
});
