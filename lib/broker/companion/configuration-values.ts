import type { Duration, Size } from 'cdk8s';

/** Values as the broker's configuration writes them. */
export function bytes(size: Size): number {
  return size.toKibibytes() * 1024;
}

export function seconds(duration: Duration | undefined): number | undefined {
  return duration?.toSeconds();
}

/** A key that is left out where there is nothing to say. */
export function optional(key: string, value: unknown): object {
  return value === undefined ? {} : { [key]: value };
}
