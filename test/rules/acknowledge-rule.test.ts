import { ApiObject, Testing } from 'cdk8s';
import { acknowledgeRule } from '../../lib/rules';

function object(): ApiObject {
  return new ApiObject(Testing.chart(), 'Broker', { apiVersion: 'apps/v1', kind: 'StatefulSet' });
}

describe('acknowledgeRule', () => {
  test('writes the reason down on the object', () => {
    const workload = object();
    acknowledgeRule(workload, 'MQTT-SESSION-001', ' each broker serves one plant ');
    expect(workload.toJson().metadata.annotations).toEqual({ 'acknowledge.cdk8s-mqtt/MQTT-SESSION-001': 'each broker serves one plant' });
  });

  test('refuses a rule that does not exist, and names those of the same topic', () => {
    expect(() => acknowledgeRule(object(), 'mqtt-session-007', 'why')).toThrow(
      '[test/Broker] acknowledge("mqtt-session-007", …) names no rule: write the id as the finding shows it, one of MQTT-SESSION-001 (docs/rules.md lists them all)',
    );
  });

  test('refuses a rule of no topic', () => {
    expect(() => acknowledgeRule(object(), 'everything', 'why')).toThrow(
      '[test/Broker] acknowledge("everything", …) names no rule: write the id as the finding shows it, for example MQTT-SESSION-001 (docs/rules.md lists them all)',
    );
  });

  test.each(['', '  ', undefined, 7])('refuses %j as a reason', (reason) => {
    expect(() => acknowledgeRule(object(), 'MQTT-SESSION-001', reason as string)).toThrow(
      "[test/Broker] acknowledge(\"MQTT-SESSION-001\", …) gives no reason: write down why 'Brokers that share clients share sessions' may be broken here, for whoever reads the manifest later",
    );
  });
});
