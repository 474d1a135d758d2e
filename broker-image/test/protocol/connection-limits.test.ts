import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectionLimits } from '../../src/protocol/limits/connection-limits.js';

test('there is room again when a connection leaves', () => {
  const limits = new ConnectionLimits({ maxConnectionsPerAddress: 2, maxConnectionsPerUser: 1 });
  const [first, second] = [limits.enterAddress('2001:db8::1'), limits.enterAddress('2001:db8::2')];
  assert.equal(limits.enterAddress('2001:db8::3'), undefined, 'one network, one address');
  assert.ok(limits.enterAddress('192.0.2.1'));
  first!();
  assert.ok(limits.enterAddress('2001:db8::3'));
  assert.equal(limits.enterAddress('2001:db8::1'), undefined);
  second!();
  assert.ok(limits.enterAddress('2001:db8::1'));
});

test('users are counted by their names, whatever these are; clients without one are not', () => {
  const limits = new ConnectionLimits({ maxConnectionsPerUser: 1 });
  for (const name of ['alice', 'constructor', '__proto__', '']) {
    const leave = limits.enterUser(name);
    assert.ok(leave, name);
    assert.equal(limits.enterUser(name), undefined, name);
    leave();
    assert.ok(limits.enterUser(name), name);
  }
  assert.ok(limits.enterUser(undefined) && limits.enterUser(undefined));
});

test('without a limit there is none', () => {
  const limits = new ConnectionLimits({});
  for (let i = 0; i < 1000; i++) assert.ok(limits.enterAddress('192.0.2.1') && limits.enterUser('alice'));
});
