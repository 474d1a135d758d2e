import type { Construct } from 'constructs';
import { type Validation, validationsOf } from './policy';
import { scaledResources, scaleValidations } from './scale-limits';
import { admissionSubjects, type AdmissionSubject } from '../rules/admission';
import { Severity } from '../rules/finding';

/** What a policy says; its validations are known when everything of the app is. */
export interface Policy {
  readonly name: string;
  readonly severity: Severity;
  readonly resource: Pick<AdmissionSubject, 'apiGroup' | 'apiVersion' | 'resource'>;
  readonly objectLabels?: Record<string, string>;
  readonly concerns?: AdmissionSubject['concerns'];
  readonly variables?: AdmissionSubject['variables'];
  readonly validations: () => Validation[];
}

/** The policies for objects with these labels. */
export function policiesOf(scope: Construct, objectLabels: Record<string, string>): Policy[] {
  return [Severity.ERROR, Severity.WARNING].flatMap((severity) => {
    const suffix = severity === Severity.WARNING ? '-warnings' : '';
    const ofObjects = admissionSubjects.map((subject) => ({ subject, validations: validationsOf(subject, severity) }))
      .filter(({ validations }) => validations.length > 0)
      .map(({ subject, validations }): Policy => ({
        name: `${subject.name}${suffix}`,
        severity,
        resource: subject,
        objectLabels,
        concerns: subject.concerns,
        variables: subject.variables,
        validations: () => validations,
      }));
    const ofScale = scaledResources(severity).map((scaled): Policy => ({
      name: `${scaled.resource}-scale${suffix}`,
      severity,
      resource: { ...scaled, resource: `${scaled.resource}/scale` },
      validations: () => scaleValidations(scope, scaled, objectLabels, severity),
    }));
    return [...ofObjects, ...ofScale];
  });
}

/** `spec` of a ValidatingAdmissionPolicy. */
export function policySpec({ concerns, objectLabels, resource: { apiGroup, apiVersion, resource }, validations, variables }: Policy): object {
  const checks = validations();
  return {
    failurePolicy: 'Fail',
    matchConstraints: {
      resourceRules: [{ apiGroups: [apiGroup], apiVersions: [apiVersion], resources: [resource], operations: ['CREATE', 'UPDATE'] }],
      ...objectLabels && { objectSelector: { matchLabels: objectLabels } },
    },
    // What was a broker's before a change still is: otherwise a change that takes the sign of it away could break anything else.
    ...concerns !== undefined && { matchConditions: [{ name: 'concerns-a-broker', expression: `(${concerns('object')}) || request.operation == 'UPDATE' && (${concerns('oldObject')})` }] },
    ...variables && { variables },
    // A policy must have a validation, also where no workload of the app has a limit.
    validations: checks.length > 0 ? checks : [{ expression: 'true', message: 'No workload of the app has a limit' }],
  };
}
