import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressKey } from '../../src/access/address-key.js';

test('an IPv4 address counts alone, also when it is shown as IPv6', () => {
  assert.equal(addressKey('192.0.2.1'), '192.0.2.1');
  assert.equal(addressKey('::ffff:192.0.2.1'), '192.0.2.1');
  assert.equal(addressKey('::FFFF:192.0.2.1'), '192.0.2.1');
});

test('an IPv6 address counts with its network of 64 bits, however it is written', () => {
  const cases: Array<[string, string]> = [
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'], ['2001:0DB8:0001:0002::ffff', '2001:db8:1:2::/64'], ['2001:db8::', '2001:db8:0:0::/64'], ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8::1:2:3:4:5', '2001:db8:0:1::/64'], ['::1', '0:0:0:0::/64'], ['::', '0:0:0:0::/64'], ['1::2:3:4:5:6:7', '1:0:2:3::/64'], ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.33', '64:ff9b:0:0::/64'], ['1:2:3:4:5::192.0.2.33', '1:2:3:4::/64'], ['1::4:5:6:192.0.2.33', '1:0:0:4::/64'],
  ];
  for (const [address, key] of cases) assert.equal(addressKey(address), key, address);
  assert.notEqual(addressKey('2001:db8:1:2::1'), addressKey('2001:db8:1:3::1'));
});

test('what is no address, such as that of a client that has gone, is its own key', () => {
  assert.equal(addressKey('unknown'), 'unknown');
});
