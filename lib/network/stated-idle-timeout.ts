import { Duration } from 'cdk8s';
import { IdleTimeoutKind } from './load-balancer-traits';
import type { ArgumentErrors } from '../manifest/arguments';

/** What the user says of the idle timeout of something that this library does not know. */
export interface StatedIdleTimeout {
  readonly idleTimeoutKind?: IdleTimeoutKind;
  readonly idleTimeout?: Duration;
}

export function statedKind({ idleTimeoutKind, idleTimeout }: StatedIdleTimeout): IdleTimeoutKind {
  return idleTimeoutKind ?? (idleTimeout === undefined ? IdleTimeoutKind.UNKNOWN : IdleTimeoutKind.KNOWN);
}

/** As an annotation says it. */
export function statedSeconds(stated: StatedIdleTimeout): number | 'none' | 'unknown' {
  return stated.idleTimeout?.toSeconds() ?? (statedKind(stated) === IdleTimeoutKind.NONE ? 'none' : 'unknown');
}

export function checkStatedIdleTimeout(errors: ArgumentErrors, owner: string, stated: StatedIdleTimeout, why: string): void {
  const kind = statedKind(stated);
  errors.member(`${owner}.idleTimeoutKind`, stated.idleTimeoutKind, IdleTimeoutKind);
  errors.duration(`${owner}.idleTimeout`, stated.idleTimeout, { min: Duration.seconds(1) }, why);
  if ((kind === IdleTimeoutKind.KNOWN) !== (stated.idleTimeout !== undefined)) {
    errors.add(stated.idleTimeout === undefined
      ? `${owner}.idleTimeoutKind is KNOWN, but ${owner}.idleTimeout is missing: give it, or write IdleTimeoutKind.UNKNOWN`
      : `${owner}.idleTimeoutKind is ${String(kind).toUpperCase()}, but ${owner}.idleTimeout is given: leave one of them out`);
  }
}
