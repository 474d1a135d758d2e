import type { Rule } from '../rule';
import { objectRules } from './object';

/** Every rule, in the order in which docs/rules.md and the findings show them. */
export const catalogue: readonly Rule[] = [
  ...objectRules,
];
