import type { Fields } from './fields';

const FACTORS: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * A Kubernetes quantity as a number: bytes of memory or storage, cores of CPU. `undefined` if it is none.
 * Grammar: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function parseQuantity(quantity: Fields): number | undefined {
  if (quantity.number !== undefined) return quantity.number;

  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i))?$/.exec(quantity.text ?? '');
  if (!match) return undefined;
  const [, number, exponent = '', suffix] = match;
  return Number(`${number}${exponent}`) * (suffix === undefined ? 1 : FACTORS[suffix]);
}
