import { ApiObject } from 'cdk8s';
import { acknowledge } from '../../lib/manifest/acknowledge';
import { messageOf, newChart } from '../support/synth';

const object = () => new ApiObject(newChart(), 'Object', { apiVersion: 'v1', kind: 'ConfigMap' });

test('the reason is kept as an annotation', () => {
  const acknowledged = object();
  acknowledge(acknowledged, 'MQTT-SESSION-001', ' separate brokers are what we want ');
  expect(acknowledged.toJson().metadata.annotations).toEqual({ 'acknowledge.cdk8s-mqtt/MQTT-SESSION-001': 'separate brokers are what we want' });
});

test('an id that is none, and no reason, are refused', () => {
  expect(messageOf(() => acknowledge(object(), 'everything', ' '))).toBe([
    '[test/Object] acknowledge: 2 arguments cannot work:',
    "  - ruleId is 'everything', but must be the id of a rule, for example 'MQTT-SESSION-001': docs/rules.md has them all",
    '  - reason is empty: write why this is right here, for whoever reads the manifest',
  ].join('\n'));
});
