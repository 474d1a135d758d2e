import { namesIn } from '../../../lib/rules/model/names-in';

test.each<[string, string[]]>([
  ['nats://broker-log-0.broker-log-headless.mqtt.svc:4222', ['broker-log-0.broker-log-headless.mqtt.svc']],
  ['nats-route://broker-log-0.broker-log-headless:6222', ['broker-log-0.broker-log-headless']],
  ['tls://user:word@nats.example.com', ['nats.example.com']],
  ['https://login.example.com/a@b/jwks.json?x=1', ['login.example.com']],
  ['nats', ['nats']],
  ['nats:4222', ['nats']],
  ['nats://10.0.0.7:4222', []],
  ['nats://[2001:db8::7]:4222', []],
  ['http://localhost:9000/jwks.json', []],
  ['', []],
])('%s', (url, names) => {
  expect(namesIn([url])).toEqual(names);
});

test('each name once, in the order of the addresses', () => {
  expect(namesIn(['nats://b:4222', 'nats://a:4222', 'nats://b:4223'])).toEqual(['b', 'a']);
});
