import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { AccessRules } from '../../src/access/index.js';
import { InvalidFileError, loadConfigurationFile, parseEndpoint } from '../../src/config/index.js';
import { temporaryFile } from './files.js';

/** Documents that have the right keys with any values: what a check that trusts its input stumbles over. */
function documents(schemaName: string): fc.Arbitrary<unknown> {
  const keys = [...readFileSync(new URL(import.meta.resolve(schemaName)), 'utf8').matchAll(/"(\w+)": \{/g)].map(([, key]) => key!);
  const { document } = fc.letrec((tie) => ({
    leaf: fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 1883, '', 'tcp', 'tls', 'ws', 'a', '::', 'deny', 'publish', '#', '%u', '10.0.0.0/8', 'any', 'require'),
    document: fc.oneof({ depthSize: 'medium', withCrossShrink: true }, tie('leaf'), fc.array(tie('document'), { maxLength: 3 }), fc.dictionary(fc.constantFrom(...keys, '__proto__', 'constructor', '0'), tie('document'), { maxKeys: 5 })),
  }));
  return document;
}

/** Whatever it is, it is taken or refused with reasons. */
function takenOrExplained(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof InvalidFileError, (error as Error).stack);
    assert.ok(error.problems.length > 0);
    assert.ok(error.problems.every(({ message }) => message.length > 0));
  }
}

test('no configuration whatever ends in anything but a list of problems', () => {
  const overrides = { listeners: [{ name: 'a', endpoint: parseEndpoint('tcp://127.0.0.1:0', ['tcp']) }], operations: parseEndpoint('http://127.0.0.1:1', ['http']), dataDirectory: 'd' };
  const inspector = { passwordFile: () => undefined, aclFile: () => undefined, adminToken: () => undefined, jwt: () => undefined, tls: () => undefined };
  const document = documents('#config.schema.json');
  const likely = fc.record({ listeners: fc.array(document, { maxLength: 3 }), authentication: document, operations: document, admin: document, session: document, limits: document }, { requiredKeys: [] });
  fc.assert(
    fc.property(fc.oneof(document, likely), fc.boolean(), (value, withOverrides) => {
      const file = temporaryFile(stringify(value), 'any.yaml');
      takenOrExplained(() => loadConfigurationFile(file, { inspector, ...(withOverrides && { overrides }) }));
    }),
    { numRuns: 500 },
  );
});

test('no text whatever ends in anything but a list of problems', () => {
  const pieces = fc.array(fc.constantFrom('a', ':', ' ', '\n', '- ', '[', '{', '}', '"', '&x', '*x', '<<', '!!js', '%', '\t', '|', '---', '\0', '\u{1f600}'), { maxLength: 30 }).map((parts) => parts.join(''));
  fc.assert(fc.property(pieces, (text) => takenOrExplained(() => loadConfigurationFile(temporaryFile(text, 'any.yaml')))), { numRuns: 500 });
});

test('no access rules whatever end in anything but a list of problems', () => {
  const document = documents('#acl.schema.json');
  fc.assert(fc.property(fc.oneof(document, fc.array(document, { maxLength: 3 })), (value) => takenOrExplained(() => AccessRules.parse(stringify(value), 'acl'))), { numRuns: 500 });
});
