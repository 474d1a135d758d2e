import type { ApiObject } from 'cdk8s';
import { ACKNOWLEDGE_PREFIX } from './annotations';
import { ArgumentErrors, show } from './arguments';

/** Writes down, on the object, that what a rule finds about it is accepted, and why. */
export function acknowledge(object: ApiObject, ruleId: string, reason: string): void {
  const errors = new ArgumentErrors(object, 'acknowledge');
  if (typeof ruleId !== 'string' || !/^MQTT-[A-Z]+-\d{3}$/.test(ruleId)) {
    errors.add(`ruleId is ${show(ruleId)}, but must be the id of a rule, for example 'MQTT-SESSION-001': docs/rules.md has them all`);
  }
  if (typeof reason !== 'string' || reason.trim() === '') {
    errors.add('reason is empty: write why this is right here, for whoever reads the manifest');
  }
  errors.throwIfAny();
  object.metadata.addAnnotation(`${ACKNOWLEDGE_PREFIX}${ruleId}`, reason.trim());
}
