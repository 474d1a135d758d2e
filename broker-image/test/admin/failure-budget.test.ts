import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FailureBudget } from '../../src/admin/failure-budget.js';

test('ten at once, then one a second, and never more than ten', () => {
  let now = 0;
  const budget = new FailureBudget(() => now);
  const spend = (count: number) => Array.from({ length: count }, () => budget.spend()).filter(Boolean).length;
  assert.equal(spend(100), 10);
  now += 900;
  assert.equal(spend(5), 0);
  now += 200;
  assert.equal(spend(5), 1);
  now += 3_600_000;
  assert.equal(spend(100), 10);
});
