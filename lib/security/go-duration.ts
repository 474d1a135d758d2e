import type { Duration } from 'cdk8s';

/** As Go writes durations: cert-manager and GitOps tools compare the text. */
export function goDuration(duration: Duration): string {
  const seconds = duration.toSeconds();
  return `${Math.floor(seconds / 3600)}h${Math.floor(seconds / 60) % 60}m${seconds % 60}s`;
}
