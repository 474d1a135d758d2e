import { createHash } from 'crypto';
import type { ApiObject } from 'cdk8s';

/** Annotation of the pods that changes with the configuration, so that a change rolls them. */
export const CONFIGURATION_CHECKSUM = 'cdk8s-mqtt/configuration-checksum';

/** Of the ConfigMap as it will be applied, overrides included. */
export function configurationChecksum(configuration: ApiObject): string {
  return createHash('sha256').update(JSON.stringify(configuration.toJson().data)).digest('hex');
}
