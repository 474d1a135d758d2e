import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestAdmin, token } from './harness.js';

const unauthorized = 'send the token of admin.tokenFile: Authorization: Bearer TOKEN';

test('without the right token, nothing is told, not even what exists', async (t) => {
  const admin = await TestAdmin.start(t);
  const wrong: Record<string, string>[] = [{}, { Authorization: `Bearer ${token}x` }, { Authorization: `Basic ${token}` }, { Authorization: token }, { Authorization: 'Bearer ' }];
  for (const headers of wrong) {
    for (const path of ['/v1/clients', '/nowhere']) {
      const { status, body, headers: answered } = await admin.request('GET', path, headers);
      assert.deepEqual({ status, body, challenge: answered['www-authenticate'] }, { status: 401, body: { error: unauthorized }, challenge: 'Bearer' });
    }
  }
  assert.ok(admin.log.lines.every(({ event, level }) => event === 'admin.denied' && level === 'warn'));
  assert.deepEqual(admin.log.lines[0]!.details, { remoteAddress: '127.0.0.1', hasToken: false });
  assert.ok(!JSON.stringify(admin.log.lines).includes(token));
});

test('who guesses is soon answered shortly and not logged any more; who has the token is let in all the same', async (t) => {
  const admin = await TestAdmin.start(t);
  const guesses = [];
  for (let i = 0; i < 30; i++) guesses.push(await admin.request('GET', '/v1/clients', { Authorization: `Bearer ${i}` }));
  const statuses = guesses.map(({ status }) => status);
  assert.deepEqual(statuses.slice(0, 10), Array(10).fill(401));
  const refused = guesses.find(({ status }) => status === 429)!;
  assert.deepEqual({ body: refused.body, retryAfter: refused.headers['retry-after'] }, { body: { error: 'too many requests without the right token' }, retryAfter: '1' });
  assert.equal(admin.log.lines.length, statuses.filter((status) => status === 401).length);
  assert.equal((await admin.get('/v1/clients')).status, 200);
});

test('a changed token counts at once', async (t) => {
  const admin = await TestAdmin.start(t);
  admin.changeToken('f'.repeat(32));
  assert.equal((await admin.get('/v1/clients')).status, 401);
  assert.equal((await admin.request('GET', '/v1/clients', { authorization: `bearer  ${'f'.repeat(32)}` })).status, 200);
});

test('while the broker starts, that is the answer', async (t) => {
  const admin = await TestAdmin.of(t, undefined);
  const { status, body, headers } = await admin.get('/v1/clients');
  assert.deepEqual({ status, body, retryAfter: headers['retry-after'] }, { status: 503, body: { error: 'the broker is starting' }, retryAfter: '1' });
});

test('paths, methods and parameters that are not there', async (t) => {
  const admin = await TestAdmin.start(t);
  const paths = '/v1/clients, /v1/clients/{client id}, /v1/clients/{client id}/connection, /v1/clients/{client id}/session, /v1/subscriptions, /v1/shared-subscriptions, /v1/retained, /v1/retained/{topic}';
  const wrong: [method: string, path: string, status: number, error: string][] = [
    ['GET', '/', 404, `no such path; there are ${paths}, with / in names written as %2F`],
    ['GET', '/v2/clients', 404, `no such path; there are ${paths}, with / in names written as %2F`],
    ['GET', '/v1/retained/a/b', 404, `no such path; there are ${paths}, with / in names written as %2F`],
    ['POST', '/v1/clients', 405, 'POST is not possible here'],
    ['DELETE', '/v1/clients/a', 405, 'DELETE is not possible here'],
    ['GET', '/v1/clients/%ff', 400, 'the name in the path is not percent-encoded UTF-8'],
    ['GET', '/v1/clients?user=a', 400, 'unknown parameter user; there are prefix, state, limit, after'],
    ['GET', '/v1/clients/a?limit=1', 400, 'unknown parameter limit; there are none'],
    ['GET', '/v1/clients?limit=1&limit=2', 400, 'limit is given twice'],
    ['GET', '/v1/clients?limit=0', 400, 'limit: found "0", expected 1 to 1000'],
    ['GET', '/v1/clients?limit=1001', 400, 'limit: found "1001", expected 1 to 1000'],
    ['GET', '/v1/clients?limit=-1', 400, 'limit: found "-1", expected 1 to 1000'],
    ['GET', '/v1/clients?limit=', 400, 'limit: found "", expected 1 to 1000'],
    ['GET', '/v1/clients?state=gone', 400, 'state: found "gone", expected connected or disconnected'],
    ['GET', '/v1/clients?after=', 400, 'after: expected what the page before says in "next"'],
    ['GET', '/v1/clients?after=a*', 400, 'after: expected what the page before says in "next"'],
    ['GET', '/v1/retained?filter=a%2F%23%2Fb', 400, 'filter: # must be the whole last level'],
    ['GET', '/v1/retained?filter=', 400, 'filter: it is empty'],
    ['GET', '/v1/retained/', 400, 'the topic cannot be: it is empty'],
    ['GET', '/v1/retained/%2B', 400, 'the topic cannot be: it holds a wildcard'],
    ['GET', '/v1/retained/constructor', 404, 'no message is retained on the topic "constructor"'],
    ['GET', '/v1/clients/__proto__', 404, 'no client with the id "__proto__" is connected or has a persistent session'],
    ['GET', '/v1/clients/..', 404, 'no client with the id ".." is connected or has a persistent session'],
    ['DELETE', '/v1/clients/nobody/connection', 404, 'no client with the id "nobody" is connected or has a persistent session'],
    ['DELETE', '/v1/clients/nobody/session', 404, 'no client with the id "nobody" is connected or has a persistent session'],
    ['GET', '/v1/subscriptions?client=nobody', 404, 'no client with the id "nobody" is connected or has a persistent session'],
    ['DELETE', '/v1/retained/none', 404, 'no message is retained on the topic "none"'],
    ['DELETE', '/v1/retained/%24SYS%2Fbroker%2Fuptime', 409, 'topics below $SYS belong to the broker, which publishes them again'],
  ];
  for (const [method, path, status, error] of wrong) {
    const answer = await admin.request(method, path);
    assert.deepEqual({ status: answer.status, body: answer.body }, { status, body: { error } }, `${method} ${path}`);
  }
  assert.equal((await admin.request('PUT', '/v1/retained/a')).headers.allow, 'GET, DELETE');
  assert.deepEqual(admin.log.lines, [], 'what was not done is not in the log');
});

test('a fault is told in the log, not to the client', async (t) => {
  const admin = await TestAdmin.start(t);
  admin.mqtt.broker.retained = () => {
    throw new Error('a fault');
  };
  const { status, body } = await admin.get('/v1/retained');
  assert.deepEqual({ status, body }, { status: 500, body: { error: 'a fault of the broker; its log has the details' } });
  assert.deepEqual(admin.log.events, ['admin.failed']);
});
