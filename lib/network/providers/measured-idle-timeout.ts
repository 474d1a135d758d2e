import { Duration } from 'cdk8s';
import type { ArgumentErrors } from '../../manifest/arguments';
import { IdleTimeoutKind, type LoadBalancerIdleTimeout } from '../load-balancer-traits';

/** Options of a load balancer whose idle timeout is not documented. */
export interface MeasuredIdleTimeoutOptions {
  /**
   * Its idle timeout as you measured it, in whole seconds: connect, stay silent, see when the connection is gone. This only tells the rules; nothing sets it.
   * @default - unknown: the rules count 60 seconds
   */
  readonly measuredIdleTimeout?: Duration;
}

export function measuredIdleTimeout(options: MeasuredIdleTimeoutOptions, undocumented: string): LoadBalancerIdleTimeout {
  return options.measuredIdleTimeout === undefined
    ? { kind: IdleTimeoutKind.UNKNOWN, settable: false, source: undocumented }
    : { kind: IdleTimeoutKind.KNOWN, defaultValue: options.measuredIdleTimeout, settable: false, source: 'measured, says the option measuredIdleTimeout' };
}

export function measuredIdleSeconds(options: MeasuredIdleTimeoutOptions): number | 'unknown' {
  return options.measuredIdleTimeout?.toSeconds() ?? 'unknown';
}

export function checkMeasuredIdleTimeout(options: MeasuredIdleTimeoutOptions, errors: ArgumentErrors): void {
  errors.duration('provider.measuredIdleTimeout', options.measuredIdleTimeout, { min: Duration.seconds(1) }, 'the rules count idle timeouts in seconds');
}
