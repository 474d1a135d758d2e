import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LoginBackoff } from '../../src/access/index.js';

const limits = { failures: 3, windowSeconds: 60, seconds: 10, maxSeconds: 40 };
const address = '192.0.2.1';

class Clock {
  private time = 1_000_000;
  readonly now = () => this.time;
  pass(seconds: number): void {
    this.time += seconds * 1000;
  }
}

function start(given: Partial<typeof limits> = {}, capacity?: number) {
  const clock = new Clock();
  const backoff = new LoginBackoff({ ...limits, ...given }, clock.now, capacity);
  const fail = (user: string, times = 1, from = address) => {
    for (let time = 0; time < times; time++) backoff.failed(from, user);
  };
  return { clock, backoff, fail, refuses: (user: string, from = address) => backoff.refuses(from, user) };
}

test('a user name is refused from an address after too many failures, for a while, and nobody else is', () => {
  const { clock, fail, refuses } = start();
  fail('alice', 2);
  assert.equal(refuses('alice'), false);
  fail('alice');
  assert.equal(refuses('alice'), true);
  assert.equal(refuses('bob'), false);
  assert.equal(refuses('alice', '192.0.2.2'), false);
  clock.pass(9.999);
  assert.equal(refuses('alice'), true);
  clock.pass(0.001);
  assert.equal(refuses('alice'), false);
});

test('each refusal lasts twice as long as the one before, up to the longest', () => {
  const { clock, fail, refuses } = start();
  for (const seconds of [10, 20, 40, 40]) {
    fail('alice', 3);
    clock.pass(seconds - 1);
    assert.equal(refuses('alice'), true, `${seconds}`);
    clock.pass(1);
    assert.equal(refuses('alice'), false, `${seconds}`);
  }
});

test('failures of different windows are not added up', () => {
  const { clock, fail, refuses } = start();
  fail('alice', 2);
  clock.pass(60);
  fail('alice', 2);
  assert.equal(refuses('alice'), false);
  fail('alice');
  assert.equal(refuses('alice'), true);
});

test('as long as the longest refusal without a failure, and the refusals are forgotten', () => {
  const { clock, fail, refuses } = start();
  fail('alice', 3);
  clock.pass(10);
  fail('alice', 3);
  clock.pass(20 + 60 + 40);
  fail('alice', 3);
  clock.pass(10);
  assert.equal(refuses('alice'), false);
});

test('failures of checks that were under way do not make a refusal longer', () => {
  const { clock, fail, refuses } = start();
  fail('alice', 100);
  clock.pass(10);
  assert.equal(refuses('alice'), false);
  fail('alice', 2);
  assert.equal(refuses('alice'), false);
});

test('success forgets the failures of the user', () => {
  const { backoff, fail, refuses } = start();
  fail('alice', 2);
  backoff.succeeded(address, 'alice');
  fail('alice', 2);
  assert.equal(refuses('alice'), false);
});

test('many user names from one address refuse the address, but not the users that it is known to have', () => {
  const { clock, backoff, refuses } = start();
  backoff.succeeded(address, 'device-1');
  for (let index = 0; index < 30; index++) backoff.failed(address, `guess-${index}`);
  assert.equal(refuses('newcomer'), true);
  assert.equal(refuses('device-1'), false);
  assert.equal(refuses('newcomer', '192.0.2.2'), false);
  clock.pass(10);
  assert.equal(refuses('newcomer'), false);
});

test('one device with a wrong password, for ever, does not shut its neighbours out', () => {
  const { clock, backoff, refuses } = start();
  for (let second = 0; second < 24 * 3600; second++) {
    if (!refuses('stale')) backoff.failed(address, 'stale');
    assert.equal(refuses('newcomer'), false);
    clock.pass(1);
  }
});

test('who guesses does not get further with an account that works', () => {
  const { backoff, refuses } = start();
  for (let index = 0; index < 40; index++) {
    backoff.failed(address, `guess-${index}`);
    backoff.succeeded(address, 'mallory');
  }
  assert.equal(refuses('guess-x'), true);
});

test('a known user that fails is refused by itself, and not counted against the address', () => {
  const { backoff, fail, refuses } = start();
  backoff.succeeded(address, 'alice');
  for (let round = 0; round < 50; round++) fail('alice');
  assert.equal(refuses('alice'), true);
  assert.equal(refuses('bob'), false);
});

test('0 failures: off', () => {
  const { fail, refuses } = start({ failures: 0 });
  fail('alice', 1000);
  assert.equal(refuses('alice'), false);
});

test('IPv6 counts by the /64 network, whatever the spelling', () => {
  const { fail, refuses } = start();
  fail('alice', 1, '2001:db8:1:2::1');
  fail('alice', 1, '2001:0DB8:0001:0002:ffff:0:0:2');
  fail('alice', 1, '2001:db8:1:2:3::192.0.2.1');
  assert.equal(refuses('alice', '2001:db8:1:2:aaaa::'), true);
  assert.equal(refuses('alice', '2001:db8:1:3::1'), false);
  fail('bob', 3, 'fe80::1%eth0');
  assert.equal(refuses('bob', 'fe80::2'), true);
  fail('carol', 3, '::1');
  assert.equal(refuses('carol', '::2'), true);
  assert.equal(refuses('carol', '1::'), false);
});

test('no address makes it throw', () => {
  const { fail, refuses } = start();
  fc.assert(fc.property(fc.oneof(fc.ipV6(), fc.ipV4(), fc.string()), fc.string(), (from, user) => {
    fail(user, 3, from);
    assert.equal(refuses(user, from), true);
  }));
});

test('the memory is bounded: the oldest are forgotten, and long user names take no more room than short ones', () => {
  const { backoff, fail, refuses } = start({ failures: 1 }, 4);
  fail('first', 1, '192.0.2.1');
  fail('second', 1, '192.0.2.2');
  fail('third', 1, '192.0.2.3');
  assert.deepEqual(['1', '2', '3'].map((last, index) => refuses(['first', 'second', 'third'][index]!, `192.0.2.${last}`)), [false, true, true]);
  for (let index = 0; index < 100; index++) backoff.succeeded('192.0.2.1', `user-${index}`);
  const sizes = Object.values(backoff as unknown as Record<string, unknown>).filter((value) => value instanceof Map || value instanceof Set).map(({ size }) => size);
  assert.deepEqual(sizes, [4, 4]);
  const long = 'x'.repeat(65535);
  fail(long, 1);
  assert.equal(refuses(long), true);
  assert.equal(refuses(`${long}y`), false);
});
