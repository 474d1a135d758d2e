import type { Finding } from '../../lib/rules/acknowledgement';
import { acknowledgementRules } from '../../lib/rules/acknowledgement';
import { Severity } from '../../lib/rules/finding';
import { formatFindings } from '../../lib/rules/format-findings';

const description = { why: 'Why.', source: 'https://example.com/why', remedy: 'Do it.', example: 'a: 1' };
const statefulSet = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'mqtt', name: 'broker', origin: 'chart/Broker/Resource' };
const service = { apiVersion: 'v1', kind: 'Service', name: 'broker', origin: 'service.yaml:3' };

const error: Finding = {
  rule: { ...description, id: 'MQTT-TEST-001', severity: Severity.ERROR, title: 'The broker is whole' },
  violation: { object: statefulSet, found: 'spec.whole: false', breaks: 'It leaks.', remedy: 'Mend it.' },
  brokers: [],
};
const warning: Finding = {
  rule: { ...description, id: 'MQTT-TEST-002', severity: Severity.WARNING, title: 'The broker is blue' },
  violation: { object: service, found: 'spec.color: red', breaks: 'It looks odd.' },
  brokers: [],
};

describe('formatFindings', () => {
  test('shows errors first, each with everything that is known', () => {
    expect(formatFindings([warning, error])).toBe(`[chart/Broker/Resource] error MQTT-TEST-001: The broker is whole
    object  StatefulSet mqtt/broker
    found   spec.whole: false
    breaks  It leaks.
    remedy  Mend it.
    source  https://example.com/why
    accept  acknowledge('MQTT-TEST-001', '<reason>'), or docs/rules.md#acknowledging-a-rule

[service.yaml:3] warning MQTT-TEST-002: The broker is blue
    object  Service broker
    found   spec.color: red
    breaks  It looks odd.
    remedy  Do it.
    source  https://example.com/why
    accept  acknowledge('MQTT-TEST-002', '<reason>'), or docs/rules.md#acknowledging-a-rule
`);
  });

  test('leaves out what somebody has accepted', () => {
    expect(formatFindings([{ ...error, acknowledged: 'we like it' }])).toBe('');
  });

  test('does not offer to acknowledge what is wrong with an acknowledgement', () => {
    expect(formatFindings([{ ...error, rule: acknowledgementRules[0] }])).not.toContain('accept');
  });
});
