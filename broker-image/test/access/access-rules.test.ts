import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { AccessRules } from '../../src/access/index.js';

const parse = (yaml: string) => AccessRules.parse(yaml, 'acl.yaml');
const anonymous = { client: 'c1' };

test('the first rule that matches decides, and what none matches is denied', () => {
  const rules = parse(`
- {effect: deny, actions: [publish], topics: [site/+/secret]}
- {effect: allow, actions: [publish, subscribe], topics: [site/#]}
- {effect: deny, actions: [publish], topics: [site/late]}
`).for(anonymous);
  assert.equal(rules.mayPublish('site/1/secret'), false);
  assert.equal(rules.mayPublish('site/1/open'), true);
  assert.equal(rules.mayPublish('site/late'), true);
  assert.equal(rules.mayPublish('elsewhere'), false);
  assert.equal(rules.maySubscribe('site/1/secret'), true);
});

test('a rule is for the actions that it names', () => {
  const rules = parse('- {effect: allow, actions: [subscribe], topics: [a]}').for(anonymous);
  assert.equal(rules.maySubscribe('a'), true);
  assert.equal(rules.mayPublish('a'), false);
});

test('an empty file denies everything', () => {
  for (const yaml of ['', '# nothing yet\n', '[]']) {
    const rules = parse(yaml).for(anonymous);
    assert.equal(rules.mayPublish('a'), false);
    assert.equal(rules.maySubscribe('a'), false);
  }
});

test('a subscription is allowed only when one rule allows all that it stands for', () => {
  const rules = parse('- {effect: allow, actions: [subscribe], topics: [a/+, b/#]}').for(anonymous);
  for (const filter of ['a/+', 'a/x', 'b', 'b/#', 'b/+/c']) assert.equal(rules.maySubscribe(filter), true, filter);
  for (const filter of ['a/#', '#', '+/x', 'a/+/#', '+/#']) assert.equal(rules.maySubscribe(filter), false, filter);
});

test('a subscription that reaches into a denied topic is denied', () => {
  const rules = parse(`
- {effect: allow, actions: [subscribe], topics: [site/secret/manual]}
- {effect: deny, actions: [subscribe], topics: [site/secret/#]}
- {effect: allow, actions: [subscribe], topics: [site/#]}
`).for(anonymous);
  for (const filter of ['site/#', 'site/+', 'site/+/x', 'site/secret', 'site/secret/+']) assert.equal(rules.maySubscribe(filter), false, filter);
  for (const filter of ['site/open/#', 'site/secret/manual']) assert.equal(rules.maySubscribe(filter), true, filter);
});

test('wildcards of the first level give no access to topics that begin with $', () => {
  const rules = parse('- {effect: allow, actions: [publish, subscribe], topics: ["#"]}').for(anonymous);
  assert.equal(rules.maySubscribe('$SYS/#'), false);
  assert.equal(rules.mayPublish('$internal/x'), false);
  assert.equal(parse('- {effect: allow, actions: [subscribe], topics: ["$SYS/#"]}').for(anonymous).maySubscribe('$SYS/broker/uptime'), true);
});

test('%c and %u stand for the client id and the user name, also within a level', () => {
  const rules = parse('- {effect: allow, actions: [publish], topics: [clients/%c, users/%u/x, pre-%c-%u/y]}').for({ client: 'c1', user: 'alice' });
  for (const topic of ['clients/c1', 'users/alice/x', 'pre-c1-alice/y']) assert.equal(rules.mayPublish(topic), true, topic);
  for (const topic of ['clients/c2', 'users/bob/x', 'clients/%c', 'pre-c1-bob/y']) assert.equal(rules.mayPublish(topic), false, topic);
});

test('a client id cannot widen a pattern', () => {
  const rules = parse('- {effect: allow, actions: [publish, subscribe], topics: ["clients/%c/#", "%c"]}');
  for (const client of ['+', '#', 'a/b', 'x+', '#x', '../c1', '/']) {
    const mine = rules.for({ client });
    for (const topic of ['clients/c1/x', 'clients/a/b/x', 'a/b', 'clients/../c1/x']) {
      assert.equal(mine.mayPublish(topic), false, `${client} ${topic}`);
      assert.equal(mine.maySubscribe(topic), false, `${client} ${topic}`);
    }
    for (const filter of ['clients/+/#', 'clients/#', '#', '+']) assert.equal(mine.maySubscribe(filter), false, `${client} ${filter}`);
  }
});

test('a client id cannot slip out of a denial', () => {
  const rules = parse(`
- {effect: deny, actions: [publish, subscribe], topics: ["clients/%c/private"]}
- {effect: allow, actions: [publish, subscribe], topics: ["#"]}
`);
  assert.equal(rules.for({ client: 'a' }).mayPublish('clients/a/private'), false);
  assert.equal(rules.for({ client: 'a' }).mayPublish('clients/b/private'), true);
  const odd = rules.for({ client: 'a/b' });
  assert.equal(odd.mayPublish('clients/a/b/private'), false);
  assert.equal(odd.maySubscribe('clients/+/private'), false);
  assert.equal(odd.mayPublish('elsewhere'), true);
});

test('a client id that begins with $ cannot slip out of a denial at the first level', () => {
  const rules = parse(`
- {effect: deny, actions: [publish, subscribe], topics: ["%c/private"]}
- {effect: allow, actions: [publish, subscribe], topics: ["$a/#", "#"]}
`);
  for (const client of ['$a', '$a/b', '$a/+']) {
    assert.equal(rules.for({ client }).mayPublish(`${client.replace('+', 'x')}/private`), false, client);
    assert.equal(rules.for({ client }).maySubscribe('$a/#'), false, client);
  }
  assert.equal(rules.for({ client: '$b' }).maySubscribe('$a/#'), true);
});

test('a client id with a placeholder in it is taken literally', () => {
  const rules = parse('- {effect: allow, actions: [publish], topics: ["x/%c"]}').for({ client: '%u', user: 'alice' });
  assert.equal(rules.mayPublish('x/%u'), true);
  assert.equal(rules.mayPublish('x/alice'), false);
});

test('rules about the user name say nothing about anonymous clients', () => {
  const rules = parse(`
- {effect: allow, actions: [publish], topics: ["users/%u"]}
- {effect: allow, actions: [publish], topics: [fixed], users: [alice]}
`);
  for (const topic of ['users/undefined', 'users/', 'users/%u', 'fixed']) assert.equal(rules.for(anonymous).mayPublish(topic), false, topic);
});

test('rules can be for users and clients', () => {
  const rules = parse(`
- {effect: allow, actions: [publish], topics: [u], users: [alice, bob]}
- {effect: allow, actions: [publish], topics: [c], clients: [c1]}
- {effect: allow, actions: [publish], topics: [both], users: [alice], clients: [c1]}
`);
  const may = (client: string, user: string) => ['u', 'c', 'both'].filter((topic) => rules.for({ client, user }).mayPublish(topic));
  assert.deepEqual(may('c1', 'alice'), ['u', 'c', 'both']);
  assert.deepEqual(may('c2', 'bob'), ['u']);
  assert.deepEqual(may('c1', 'carol'), ['c']);
});

test('everything wrong with a file is told at once', () => {
  assert.throws(
    () => parse(`- {effect: permit, actions: [publish], topics: [a]}
- {effect: allow, actions: [read], topics: []}
- effect: allow
  action: [publish]
  topics: [a/#/b, b+, "%x/y", 7]
- nonsense
- {effect: allow, actions: [publish], topics: [a], users: []}
`),
    (error: Error) => {
      assert.deepEqual(error.message.split('\n').slice(0, 1), ['acl.yaml: 11 errors']);
      assert.deepEqual(error.message.split('\n').slice(1).map((line) => line.trim()).sort(), [
        '[0].effect (line 1): found "permit", expected one of allow, deny',
        '[1].actions[0] (line 2): found "read", expected one of publish, subscribe',
        '[1].topics (line 2): found [], expected a list of at least 1 entry',
        '[2].action (line 4): unknown key; did you mean `actions`?',
        '[2].actions (line 3): missing; this key is required',
        '[2].topics[0] (line 5): found "a/#/b", which is no topic filter: # must be a whole level, the last one',
        '[2].topics[1] (line 5): found "b+", which is no topic filter: + must be a whole level',
        '[2].topics[2] (line 5): found "%x/y" with %x, which stands for nothing; %c is the client id and %u the user name',
        '[2].topics[3] (line 5): found 7, expected text of 1 to 65535 characters',
        '[3] (line 6): found "nonsense", expected a mapping of keys to values: One rule.',
        '[4].users (line 7): found [], expected a list of at least 1 entry',
      ]);
      return true;
    },
  );
});

test('a file that is no list', () => assert.throws(() => parse('effect: allow'), { message: 'acl.yaml: 1 error\n  found {"effect":"allow"}, expected a list' }));
test('a file that is no YAML', () => assert.throws(() => parse('- ['), { message: /^acl.yaml: 1 error\n {2}line 1: not valid YAML: / }));
test('a % before anything but a letter is itself', () => {
  const rules = parse('- {effect: allow, actions: [publish], topics: ["humidity/%", "%/a"]}').for(anonymous);
  assert.deepEqual([rules.mayPublish('humidity/%'), rules.mayPublish('%/a')], [true, true]);
});

const names = fc.string({ unit: fc.constantFrom('a', '+', '#', '/', '$', '%', 'u', 'c', '\0', ' '), minLength: 1, maxLength: 6 });

test('no client id or user name whatever reaches beyond its own topics', () => {
  const own = parse('- {effect: allow, actions: [publish, subscribe], topics: ["in/%c/%u/#"]}');
  fc.assert(fc.property(names, names, names, names, (client, user, otherClient, otherUser) => {
    const mine = own.for({ client, user });
    // A name with `/`, `+` or `#` has no topics of its own: "u/c" does not own what "u" of the user "c" owns.
    const theirs = own.for({ client: otherClient, user: otherUser });
    const topic = `in/${otherClient}/${otherUser}/x`;
    if (mine.mayPublish(topic) && theirs.mayPublish(topic)) assert.deepEqual([otherClient, otherUser], [client, user]);
    if (mine.mayPublish(topic) || mine.maySubscribe(topic)) assert.ok(topic.startsWith(`in/${client}/${user}/`), topic);
    for (const filter of ['#', 'in/#', '+/#', 'in/+/+/#', `in/${client}/+/#`, `in/+/${user}/#`]) assert.equal(mine.maySubscribe(filter), false, filter);
  }), { numRuns: 10_000 });
});

test('no client id or user name whatever slips out of a denial', () => {
  const rules = parse(`
- {effect: deny, actions: [publish, subscribe], topics: ["in/%c/%u/private"]}
- {effect: allow, actions: [publish, subscribe], topics: ["#"]}
`);
  fc.assert(fc.property(names, names, (client, user) => {
    const mine = rules.for({ client, user });
    for (const filter of [`in/${client}/${user}/private`, 'in/#', '#', 'in/+/+/private']) assert.equal(mine.maySubscribe(filter), false, filter);
    assert.equal(mine.mayPublish(`in/${client}/${user}/private`), false);
  }), { numRuns: 1000 });
});

test('rules that were parsed elsewhere are checked the same way', () => {
  assert.throws(() => AccessRules.from([{ effect: 'allow', actions: [], topics: ['a/#/b'], extra: 1 }], 'the claim "acl"'), (error: Error) => {
    assert.equal(error.message, [
      'the claim "acl": 3 errors',
      '  [0].extra: unknown key; known here: effect, actions, topics, users, clients',
      '  [0].actions: found [], expected a list of at least 1 entry',
      '  [0].topics[0]: found "a/#/b", which is no topic filter: # must be a whole level, the last one',
    ].join('\n'));
    return true;
  });
});

test('rules that follow count for what none before matches', () => {
  const first = AccessRules.from([{ effect: 'deny', actions: ['publish'], topics: ['a'] }], 'one');
  const both = first.followedBy(parse('- {effect: allow, actions: [publish], topics: [a, b]}')).for(anonymous);
  assert.deepEqual([both.mayPublish('a'), both.mayPublish('b'), both.mayPublish('c')], [false, true, false]);
  assert.equal(first.followedBy(undefined), first);
});
