import { catalogue } from '../../lib/rules/catalogue';

const RULES = new Set(catalogue.map(({ id }) => id));

/** The rules that a refusal is by; none where it is by arguments. Fails if it is not explained. */
export function refusingRules(message: string): string[] {
  // For a reason that is told, never for a field that came out wrong.
  expect(message).not.toMatch(/undefined|NaN|\[object/);
  if (!message.startsWith('Validation failed')) {
    const [heading, ...complaints] = message.split('\n');
    if (complaints.length === 0) {
      expect(heading).toMatch(/^\[test\/[\w/]+\] the override of \w+ '[\w-]+' \(\w+ '\/\S+'\) leads nowhere: .+ has no '\w+'\. It has \w+/);
    } else {
      expect(heading).toMatch(/^\[(test\/[\w/-]+|MqttCapacity)\] \w+: (an argument cannot work|\d+ arguments cannot work):$/);
      complaints.forEach((complaint) => expect(complaint).toMatch(/^ {2}- \w\S* .+(: |, but |, which |, or )/));
    }
    return [];
  }
  const [heading, ...findings] = message.split(/\n {2}(?=\[)/);
  expect(heading).toBe('Validation failed with the following errors:');
  return findings.map((finding) => {
    expect(finding).toMatch(/^\[test\/[\w/-]+\] error MQTT-[A-Z]+-\d{3}: \w.+\n {4}object {2}\w.+\n {4}found {3}\S.+\n {4}breaks {2}\w.+\n {4}remedy {2}\w.+\n {4}source {2}\w.+\n {4}accept {2}\w.+$/);
    const rule = /MQTT-[A-Z]+-\d{3}/.exec(finding)![0];
    expect(RULES).toContain(rule);
    return rule;
  });
}
