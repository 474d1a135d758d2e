import { Size } from 'cdk8s';

const UNITS: [string, number][] = [['Ti', 1024 ** 3], ['Gi', 1024 ** 2], ['Mi', 1024], ['Ki', 1]];

/** A Size as Kubernetes writes it, in the largest unit that keeps it whole: 100 GiB is `100Gi`. */
export function quantity(size: Size): string {
  const kibibytes = size.toKibibytes();
  const [unit, factor] = UNITS.find(([, candidate]) => kibibytes % candidate === 0)!;
  return `${kibibytes / factor}${unit}`;
}
