import type { Finding } from '../acknowledgement';
import type { MqttFinding } from '../finding';
import { nameOf } from '../model/manifest-reference';

/** A finding as users read it: plain data without the model behind it. */
export function publicFinding({ rule, violation, acknowledged }: Finding): MqttFinding {
  return {
    id: rule.id,
    severity: rule.severity,
    title: rule.title,
    path: violation.object.origin,
    object: nameOf(violation.object),
    found: violation.found,
    breaks: violation.breaks,
    remedy: violation.remedy ?? rule.remedy,
    source: rule.source,
    acknowledged,
  };
}
