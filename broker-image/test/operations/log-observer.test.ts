import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LogObserver } from '../../src/operations/index.js';
import { RecordingLog } from './recording-log.js';

const client = { clientId: 'c1', username: 'alice', listener: 'mqtt', remoteAddress: '192.0.2.1' };
const opened = { sessionPresent: true, clean: false, keepaliveSeconds: 60, protocolVersion: 4 };

test('each event has its level, name and details', () => {
  const log = new RecordingLog(true);
  const observer = new LogObserver(log);
  observer.connectionOpened(client, opened);
  observer.connectionClosed(client, 'client');
  observer.connectionClosed(client, 'protocol-error', new Error('bad packet'));
  observer.connectionRefused({ listener: 'mqtt', remoteAddress: '192.0.2.1' }, 'malformed');
  observer.messageDropped('queue-full', 3, 'c1');
  observer.publishDenied(client, 'a/b');
  observer.subscribeDenied(client, 'a/#', 'access', 1);
  observer.subscribeDenied(client, undefined, 'limit', 7);
  observer.publishThrottled(client, 'bytes');
  observer.retainRefused(client, 'a/b');
  observer.storeRecovered();
  assert.deepEqual(log.lines.map(({ level, event, details }) => ({ level, event, ...details })), [
    { level: 'debug', event: 'connection.opened', ...client, ...opened },
    { level: 'debug', event: 'connection.closed', ...client, reason: 'client' },
    { level: 'info', event: 'connection.closed', ...client, reason: 'protocol-error', cause: 'bad packet' },
    { level: 'info', event: 'connection.refused', listener: 'mqtt', remoteAddress: '192.0.2.1', reason: 'malformed' },
    { level: 'warn', event: 'message.dropped', clientId: 'c1', reason: 'queue-full', count: 3 },
    { level: 'info', event: 'publish.denied', ...client, topic: 'a/b' },
    { level: 'info', event: 'subscribe.denied', ...client, filter: 'a/#', reason: 'access' },
    { level: 'info', event: 'subscribe.denied', ...client, reason: 'limit', count: 7 },
    { level: 'warn', event: 'publish.throttled', ...client, reason: 'bytes' },
    { level: 'warn', event: 'retain.refused', ...client, topic: 'a/b' },
    { level: 'info', event: 'store.recovered' },
  ]);
});

test('a store that fails is an error with its cause', () => {
  const log = new RecordingLog();
  const error = new Error('ENOSPC');
  new LogObserver(log).storeFailed(error);
  assert.deepEqual(log.lines.map(({ level, event, details }) => ({ level, event, details })), [{ level: 'error', event: 'store.failed', details: { error } }]);
});

test('a password that a client presents is in no line', () => {
  const log = new RecordingLog(true);
  const observer = new LogObserver(log);
  const withPassword = { ...client, password: Buffer.from('hunter2') };
  observer.connectionRefused(withPassword, 'bad-credentials');
  observer.connectionOpened(withPassword, opened);
  assert.ok(!JSON.stringify(log.lines).includes('password'));
});

test('a storm of one event is cut to twenty lines a second, and the next line counts the rest', () => {
  const log = new RecordingLog();
  let now = 5_000;
  const observer = new LogObserver(log, () => now);
  for (let index = 0; index < 1000; index++) observer.messageDropped('slow-consumer', 1, 'c1');
  observer.publishDenied(client, 'a');
  assert.equal(log.lines.length, 21);
  now = 6_000;
  observer.messageDropped('slow-consumer', 1, 'c1');
  observer.messageDropped('slow-consumer', 1, 'c1');
  assert.equal(log.lines[21]?.details?.suppressed, 980);
  assert.equal(log.lines[22]?.details?.suppressed, undefined);
});
