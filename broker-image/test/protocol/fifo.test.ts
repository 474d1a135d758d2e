import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Fifo } from '../../src/protocol/fifo.js';

test('behaves like an array that is pushed and shifted', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: -3000, max: -1 })), { maxLength: 30 }), (steps) => {
      const fifo = new Fifo<number>();
      const model: number[] = [];
      let next = 0;
      for (const step of steps) {
        for (let i = 0; i < Math.abs(step); i++) {
          assert.equal(fifo.peek(), model[0]);
          if (step > 0) {
            fifo.push(next);
            model.push(next++);
          } else assert.equal(fifo.shift(), model.shift());
          assert.equal(fifo.length, model.length);
        }
      }
    }),
    { numRuns: 20 },
  );
});
