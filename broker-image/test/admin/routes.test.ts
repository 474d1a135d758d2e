import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RequestError } from '../../src/admin/request-error.js';
import { findRoute, routes } from '../../src/admin/routes.js';

test('no name is lost or changed on its way through a path', () => {
  // What MQTT allows in client ids and topics: well-formed Unicode.
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
      assert.equal(findRoute('GET', `/v1/clients/${encodeURIComponent(name)}`).name, name);
      assert.equal(findRoute('DELETE', `/v1/retained/${encodeURIComponent(name)}?`).name, name);
    }),
  );
});

test('no request whatever ends in anything but a route or a refusal', () => {
  const piece = fc.constantFrom('/', 'v1', 'clients', 'retained', 'subscriptions', 'connection', 'session', '..', '%2F', '%', '%zz', '?', '&', 'limit=', 'after=', '1', 'a', '*', '\u{1f600}', 'constructor', '__proto__', '#');
  const url = fc.oneof(fc.string(), fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')), fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join('/')}`));
  fc.assert(
    fc.property(fc.constantFrom('GET', 'DELETE', 'POST', '', 'constructor'), url, (method, path) => {
      try {
        const { route, parameters } = findRoute(method, path);
        assert.ok(routes.includes(route));
        if (route.scans === true) parameters.page();
      } catch (error) {
        assert.ok(error instanceof RequestError, (error as Error).stack);
        assert.ok(error.status >= 400 && error.status < 500 && error.message.length > 0);
      }
    }),
    { numRuns: 2000 },
  );
});
