import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedKeys } from '../../src/commands/configuration-changes.js';
import { loadConfigurationFile } from '../../src/config/index.js';
import { temporaryFile } from '../config/files.js';

const load = (yaml: string) => loadConfigurationFile(temporaryFile(`authentication: {anonymous: true}\n${yaml}`));
const tcp = 'listeners: [{name: mqtt, protocol: tcp, port: 1883}]';

test('the same configuration, written otherwise, has no changed keys', () => {
  assert.deepEqual(changedKeys(load(tcp), load(`${tcp}\nlog: {level: info}`)), []);
});

const changes: Record<string, [before: string, after: string, keys: string[]]> = {
  'a value': [tcp, `${tcp}\nsession: {expirySeconds: 5}`, ['session.expirySeconds']],
  'a value in a list': [tcp, tcp.replace('1883', '1884'), ['listeners[0].port']],
  'a longer list': [tcp, tcp.replace(']', ', {name: more, protocol: tcp, port: 1}]'), ['listeners']],
  'an optional key that came': [tcp, `${tcp}\nkeepalive: {maxSeconds: 5}`, ['keepalive.maxSeconds']],
  'an optional section that came': [tcp, `${tcp}\nadmin: {tokenFile: /t}`, ['admin']],
  'an optional section that went': [`${tcp}\nadmin: {tokenFile: /t}`, tcp, ['admin']],
  'several at once': [`${tcp}\nstore: {directory: /a}`, `${tcp}\nstore: {directory: /b}\nlog: {level: debug}`, ['store.directory', 'log.level']],
};
for (const [name, [before, after, keys]] of Object.entries(changes)) {
  test(name, () => assert.deepEqual(changedKeys(load(before), load(after)), keys));
}
