import type { ManifestObject } from './manifest-object';

/** Whether the EMQX operator makes a cluster of brokers out of this object. */
export function isEmqx(object: ManifestObject): boolean {
  return object.is('apps.emqx.io', 'EMQX');
}

/** Whether the HiveMQ Platform operator does. */
export function isHivemqPlatform(object: ManifestObject): boolean {
  return object.is('hivemq.com', 'HiveMQPlatform');
}

/** Whether one of the operators does, so that the brokers are not among the objects. */
export function isOperatorResource(object: ManifestObject): boolean {
  return isEmqx(object) || isHivemqPlatform(object);
}
