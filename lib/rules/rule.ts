import type { Severity } from './finding';
import type { BrokerWorkload } from './model/broker-workload';
import type { ManifestModel } from './model/manifest-model';
import type { ManifestObject } from './model/manifest-object';
import type { ManifestReference } from './model/manifest-reference';
import type { ServiceObject } from './model/service-object';

/** What people read about a rule. Rules are data: one file a topic under `catalogue/`. */
export interface RuleDescription {
  /** Stable for ever, for example `MQTT-KEEPALIVE-001`. */
  readonly id: string;
  readonly severity: Severity;
  /** One line: what the rule demands. */
  readonly title: string;
  /** What breaks otherwise. */
  readonly why: string;
  /** Where that is written: URL, specification section, or decision record. */
  readonly source: string;
  /** What to write instead, in general; a violation may say it more exactly. */
  readonly remedy: string;
  /** TypeScript or YAML that satisfies the rule, for docs/rules.md. */
  readonly example: string;
}

/** One thing that would break clients, and how it is seen in the manifests. */
export interface Rule extends RuleDescription {
  check(model: ManifestModel): Violation[];
}

/** What one check found on one object. */
export interface Violation {
  readonly object: ManifestReference;
  /** The value found, with its path, for example `spec.externalTrafficPolicy: Local`. */
  readonly found: string;
  /** What it would break, here. */
  readonly breaks: string;
  /** What to write instead, here. @default - the rule's remedy */
  readonly remedy?: string;
}

/** What a check of one object says: about that object, unless it names another. */
export type ViolationOfObject = Omit<Violation, 'object'> & Partial<Pick<Violation, 'object'>>;

/** A check failed on an object: a defect of the rule, whatever the manifest looks like. */
export class RuleFailure extends Error {
  constructor(public readonly object: ManifestReference, public readonly reason: unknown) {
    super(`${object.kind} ${object.name} (${object.origin}): ${reason instanceof Error ? reason.message : String(reason)}`);
  }
}

/** A rule about the workload of a broker. */
export function workloadRule(description: RuleDescription, check: (broker: BrokerWorkload) => ViolationOfObject[]): Rule {
  return {
    ...description,
    check: (model) => model.brokers.flatMap((broker) => violationsOf(broker.object, () => check(broker))),
  };
}

/** A rule about a Service that selects the pods of a broker; a Service that selects several brokers' pods is looked at for each. */
export function serviceRule(description: RuleDescription, check: (service: ServiceObject, broker: BrokerWorkload) => ViolationOfObject[]): Rule {
  return {
    ...description,
    check: (model) => model.brokers.flatMap((broker) =>
      broker.services.flatMap((service) => violationsOf(service.object, () => check(service, broker)))),
  };
}

/** A rule about a Service of type LoadBalancer in front of a broker. */
export function loadBalancerRule(description: RuleDescription, check: (service: ServiceObject, broker: BrokerWorkload) => ViolationOfObject[]): Rule {
  return serviceRule(description, (service, broker) => service.isLoadBalancer ? check(service, broker) : []);
}

/** A rule about every way to a broker from outside: Services of type LoadBalancer, and routes of the Gateway API, which declare the same. */
export function entranceRule(description: RuleDescription, check: (entrance: ServiceObject, broker: BrokerWorkload) => ViolationOfObject[]): Rule {
  return {
    ...description,
    check: (model) => model.brokers.flatMap((broker) => [...broker.services.filter((service) => service.isLoadBalancer), ...broker.routes]
      .flatMap((entrance) => violationsOf(entrance.object, () => check(entrance, broker)))),
  };
}

/** A rule about any object of the input. */
export function objectRule(description: RuleDescription, check: (object: ManifestObject, model: ManifestModel) => ViolationOfObject[]): Rule {
  return {
    ...description,
    check: (model) => model.objects.flatMap((object) => violationsOf(object, () => check(object, model))),
  };
}

/** Names the object in every violation, and in the error of a check that throws. */
export function violationsOf(object: ManifestObject, check: () => ViolationOfObject[]): Violation[] {
  try {
    return check().map((violation) => ({ object: object.reference, ...violation }));
  } catch (error) {
    throw error instanceof RuleFailure ? error : new RuleFailure(object.reference, error);
  }
}
