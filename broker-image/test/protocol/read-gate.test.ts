import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { ReadGate } from '../../src/protocol/read-gate.js';

test('a client is read again when nothing speaks against it any more', () => {
  const stream = new PassThrough().on('data', () => {});
  const gate = new ReadGate(stream);
  const state = () => [gate.isOpen, !stream.isPaused()];
  gate.open('store');
  assert.deepEqual(state(), [true, true]);
  gate.close('store');
  gate.close('store');
  gate.close('rate');
  gate.open('congestion');
  assert.deepEqual(state(), [false, false]);
  gate.open('store');
  assert.deepEqual(state(), [false, false], 'the rate still speaks against it');
  gate.open('rate');
  assert.deepEqual(state(), [true, true]);
});

test('what is opened without having been closed does not start a stream', () => {
  const stream = new PassThrough().on('data', () => {});
  stream.pause();
  new ReadGate(stream).open('handshake');
  assert.equal(stream.isPaused(), true);
});
