import { Size, SizeRoundingBehavior } from 'cdk8s';
import { ArgumentErrors } from '../manifest/arguments';
import { quantity } from '../manifest/quantity';

/** Share of a node's volume that the logs of all clusters may take together. What else streams may take is for two snapshots of what the brokers of each store. */
const LOGS_SHARE = 0.25;

/**
 * A snapshot is due after 256 MiB (broker-image/src/cluster/snapshot-keeper.ts). The log keeps what came since the one before the latest, and has to take what comes
 * while the next one is written: with less than four times as much it would be full before it could be trimmed.
 */
export const SMALLEST_LOG = Size.gibibytes(1);

/** What the logs of clusters may take of a node's volume, shared out among them. */
export class LogRoom {
  private readonly sizes = new Map<string, Size | undefined>();

  constructor(private readonly volume: Size) {}

  /** A cluster with a size of its own gets that; the others have equal shares of what is left. */
  public add(errors: ArgumentErrors, clusterName: string, size: Size | undefined): void {
    this.sizes.set(clusterName, size);
    const needed = mebibytes(SMALLEST_LOG) * this.sharing + this.given;
    if (needed <= this.mebibytes) return;
    const logs = [...this.sizes].map(([name, given]) => `'${name}' ${given === undefined ? `at least ${quantity(SMALLEST_LOG)}` : quantity(given)}`);
    errors.add(`storage has ${quantity(this.volume)} for each node, and a quarter of it for the logs of all clusters, but these need more: ${logs.join(', ')}. `
      + `The rest is for snapshots, without which no log can be trimmed: give each node ${quantity(Size.gibibytes(Math.ceil(needed / LOGS_SHARE / 1024)))}, or fewer clusters, or a smaller maxLogSize`);
  }

  /** Whole, as it is shared out when every cluster is known. */
  public sizeOf(clusterName: string): Size {
    return this.sizes.get(clusterName) ?? Size.mebibytes(Math.floor((this.mebibytes - this.given) / Math.max(1, this.sharing)));
  }

  private get mebibytes(): number {
    return mebibytes(this.volume) * LOGS_SHARE;
  }

  private get given(): number {
    return [...this.sizes.values()].reduce((sum, size) => sum + (size === undefined ? 0 : mebibytes(size)), 0);
  }

  /** Clusters without a size of their own. */
  private get sharing(): number {
    return [...this.sizes.values()].filter((size) => size === undefined).length;
  }
}

function mebibytes(size: Size): number {
  return size.toMebibytes({ rounding: SizeRoundingBehavior.NONE });
}
