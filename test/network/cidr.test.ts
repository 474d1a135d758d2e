import { canonicalCidr, cidrProblem } from '../../lib/network/cidr';

test.each([
  '0.0.0.0/0', '10.0.0.0/8', '203.0.113.7/32', '192.168.128.0/17',
  '::/0', '2001:db8::/32', '2001:DB8:0:0::/64', '::1/128', '2001:db8:0:8000::/49', '::ffff:192.0.2.0/120',
])('%s is a block', (block) => {
  expect(cidrProblem(block)).toBeUndefined();
});

const FORM = "but must be a CIDR block: for example '203.0.113.0/24' or '2001:db8::/32'";

test.each([
  ['', `is '', ${FORM}`],
  ['office', `is 'office', ${FORM}`],
  ['10.0.0/8', `is '10.0.0/8', ${FORM}`],
  ['10.0.0.256/32', `is '10.0.0.256/32', ${FORM}`],
  ['010.0.0.0/8', `is '010.0.0.0/8', ${FORM}`],
  ['10.0.0.0/', `is '10.0.0.0/', ${FORM}`],
  ['10.0.0.0/-1', `is '10.0.0.0/-1', ${FORM}`],
  ['10.0.0.0/8/8', `is '10.0.0.0/8/8', ${FORM}`],
  [' 10.0.0.0/8', `is ' 10.0.0.0/8', ${FORM}`],
  ['fe80::1%eth0/128', `is 'fe80::1%eth0/128', ${FORM}`],
  ['2001:db8::1::/64', `is '2001:db8::1::/64', ${FORM}`],
  [10, `is 10, ${FORM}`],
  [null, `is null, ${FORM}`],
  [['10.0.0.0/8'], `is an array, ${FORM}`],
])('%p is not one', (value, problem) => {
  expect(cidrProblem(value)).toBe(problem);
});

test.each([
  ['203.0.113.7', "is '203.0.113.7', but must be a CIDR block: a single address is '203.0.113.7/32'"],
  ['2001:db8::7', "is '2001:db8::7', but must be a CIDR block: a single address is '2001:db8::7/128'"],
])('%s lacks its prefix length', (value, problem) => {
  expect(cidrProblem(value)).toBe(problem);
});

test.each([
  ['10.0.0.0/33', "is '10.0.0.0/33', but the prefix length of an IPv4 block is a number from 0 to 32"],
  ['10.0.0.0/08', "is '10.0.0.0/08', but the prefix length of an IPv4 block is a number from 0 to 32"],
  ['::/129', "is '::/129', but the prefix length of an IPv6 block is a number from 0 to 128"],
])('%s has no such prefix length', (value, problem) => {
  expect(cidrProblem(value)).toBe(problem);
});

test.each([
  ['10.1.2.3/8', "is '10.1.2.3/8', whose host bits are set: the block is '10.0.0.0/8', the single address '10.1.2.3/32'"],
  ['192.168.255.1/17', "is '192.168.255.1/17', whose host bits are set: the block is '192.168.128.0/17', the single address '192.168.255.1/32'"],
  ['2001:db8::1/32', "is '2001:db8::1/32', whose host bits are set: the block is '2001:db8::/32', the single address '2001:db8::1/128'"],
  ['2001:db8:0:ffff::/49', "is '2001:db8:0:ffff::/49', whose host bits are set: the block is '2001:db8:0:8000::/49', the single address '2001:db8:0:ffff::/128'"],
  ['::ffff:192.0.2.1/120', "is '::ffff:192.0.2.1/120', whose host bits are set: the block is '::ffff:c000:200/120', the single address '::ffff:192.0.2.1/128'"],
])('%s has host bits', (value, problem) => {
  expect(cidrProblem(value)).toBe(problem);
});

test('one block has one canonical form', () => {
  expect(canonicalCidr('2001:DB8:0:0:0:0:0:0/32')).toBe('2001:db8::/32');
  expect(canonicalCidr('10.0.0.0/8')).toBe('10.0.0.0/8');
});
