import type { ApiObject } from 'cdk8s';
import { catalogue } from './catalogue';
import { ACKNOWLEDGE_PREFIX } from '../manifest/annotations';

/**
 * Accepts what a rule finds about this object, and, if it is the workload of a broker, about what belongs to it. The reason is kept as an annotation.
 *
 * @throws if there is no such rule, or no reason.
 */
export function acknowledgeRule(object: ApiObject, ruleId: string, reason: string): void {
  const where = `[${object.node.path}] acknowledge(${JSON.stringify(ruleId)}, …)`;
  const rule = catalogue.find(({ id }) => id === ruleId);
  if (!rule) {
    const near = catalogue.map(({ id }) => id).filter((id) => id.slice(0, -4) === String(ruleId).toUpperCase().slice(0, -4));
    throw new Error(`${where} names no rule: write the id as the finding shows it${near.length > 0 ? `, one of ${near.join(', ')}` : ', for example MQTT-SESSION-001'} (docs/rules.md lists them all)`);
  }
  if (typeof reason !== 'string' || reason.trim() === '') {
    throw new Error(`${where} gives no reason: write down why '${rule.title}' may be broken here, for whoever reads the manifest later`);
  }
  object.metadata.addAnnotation(`${ACKNOWLEDGE_PREFIX}${rule.id}`, reason.trim());
}
