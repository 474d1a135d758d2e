import { Duration } from 'cdk8s';
import type { MqttAlertsOptions } from '../mqtt-alerts';

/** The thresholds with every default resolved; durations in seconds, as PromQL compares them. */
export interface Thresholds {
  readonly storeUsedRatio: number;
  readonly volumeUsedRatio: number;
  readonly commitSeconds: number;
  readonly droppedRatio: number;
  readonly queuedMessages: number;
  readonly authenticationFailuresPerSecond: number;
  readonly refusedPerSecond: number;
  readonly deniedPerSecond: number;
  readonly throttledClients: number;
  readonly logUsedRatio: number;
  readonly certificateWarningSeconds: number;
  readonly certificateCriticalSeconds: number;
  readonly revocationListSeconds: number;
  readonly logLagEntries: number;
  readonly appendSeconds: number;
  readonly disconnectedRatio: number;
  readonly unbalancedRatio: number;
  readonly eventLoopLagSeconds: number;
  readonly fileDescriptorsRatio: number;
  readonly conntrackRatio: number;
}

export function resolveThresholds(options: MqttAlertsOptions): Thresholds {
  return {
    storeUsedRatio: options.storeUsedRatio ?? 0.8,
    volumeUsedRatio: options.volumeUsedRatio ?? 0.85,
    commitSeconds: seconds(options.commitDuration ?? Duration.millis(100)),
    droppedRatio: options.droppedRatio ?? 0.01,
    queuedMessages: options.queuedMessages ?? 100_000,
    authenticationFailuresPerSecond: options.authenticationFailuresPerSecond ?? 1,
    refusedPerSecond: options.refusedPerSecond ?? 1,
    deniedPerSecond: options.deniedPerSecond ?? 1,
    throttledClients: options.throttledClients ?? 0.5,
    logUsedRatio: options.logUsedRatio ?? 0.8,
    certificateWarningSeconds: seconds(options.certificateWarning ?? Duration.days(14)),
    certificateCriticalSeconds: seconds(options.certificateCritical ?? Duration.days(3)),
    revocationListSeconds: seconds(options.revocationListCritical ?? Duration.hours(6)),
    logLagEntries: options.logLagEntries ?? 500,
    appendSeconds: seconds(options.appendDuration ?? Duration.millis(250)),
    disconnectedRatio: options.disconnectedRatio ?? 0.2,
    unbalancedRatio: options.unbalancedRatio ?? 1.5,
    eventLoopLagSeconds: seconds(options.eventLoopLag ?? Duration.millis(200)),
    fileDescriptorsRatio: options.fileDescriptorsRatio ?? 0.8,
    conntrackRatio: options.conntrackRatio ?? 0.75,
  };
}

function seconds(duration: Duration): number {
  return duration.toMilliseconds() / 1000;
}
