import { Size, SizeRoundingBehavior } from 'cdk8s';
import { ArgumentErrors } from '../manifest/arguments';
import { quantity } from '../manifest/quantity';

/** Share of a node's volume that streams may take. The rest is for what is not counted: Raft's own log and what is written anew while it is compacted. */
const STREAMS_SHARE = 0.8;

/** Share of a node's volume that the logs of all clusters may take together. What else streams may take is for their snapshots. */
export const LOGS_SHARE = 0.25;

/** Snapshots of each cluster that are there at once: the latest, and the next one while it is written (broker-image/src/cluster/engine/engine.ts, which keeps as much room for them). */
const SNAPSHOTS = 2;

/**
 * A snapshot is due after 256 MiB (broker-image/src/cluster/snapshot-keeper.ts), or after a quarter of the log where the store is large. The log keeps what came since the one before the latest, and has to
 * take what comes while the next one is written: with less than four times as much it would be full before it could be trimmed.
 */
export const SMALLEST_LOG = Size.gibibytes(1);

/** The least that the broker takes for `store.maxBytes` (broker-image/config.schema.json). */
export const SMALLEST_STORE = Size.mebibytes(16);

/** What streams may take of a node's volume, which is `max_file_store` of NATS. */
export function streamRoom(volume: Size): Size {
  return Size.mebibytes(Math.floor(mebibytes(volume) * STREAMS_SHARE));
}

/** Share of a node's volume that what the brokers of all clusters store may have, together: each of these bytes is there twice, in two snapshots. */
export const STORES_SHARE = (STREAMS_SHARE - LOGS_SHARE) / SNAPSHOTS;

interface Sizes {
  readonly log?: Size;
  readonly store?: Size;
}

/** What the logs and the snapshots of clusters may take of a node's volume, shared out among them. */
export class LogRoom {
  private readonly clusters = new Map<string, Sizes>();

  constructor(private readonly volume: Size) {}

  /** A cluster with a size of its own gets that; the others have equal shares of what is left. */
  public add(errors: ArgumentErrors, clusterName: string, sizes: Sizes): void {
    this.clusters.set(clusterName, sizes);
    this.check(errors, 'log', LOGS_SHARE, SMALLEST_LOG, 'the logs of all clusters', 'The rest is for snapshots, without which no log can be trimmed', 'maxLogSize');
    this.check(errors, 'store', STORES_SHARE, SMALLEST_STORE, 'what the brokers of each cluster store', 'It is there twice, in the latest snapshot and in the next one, and beside the logs', 'maxStoreSize');
  }

  /** Whole, as it is shared out when every cluster is known. */
  public logSizeOf(clusterName: string): Size {
    return this.shareOf(clusterName, 'log', this.logs);
  }

  /** The same for what its brokers store. */
  public storeSizeOf(clusterName: string): Size {
    return this.shareOf(clusterName, 'store', this.stores);
  }

  private shareOf(clusterName: string, of: keyof Sizes, all: number): Size {
    return this.clusters.get(clusterName)?.[of] ?? Size.mebibytes(Math.floor((all - this.given(of)) / Math.max(1, this.sharing(of))));
  }

  private get logs(): number {
    return mebibytes(this.volume) * LOGS_SHARE;
  }

  private get stores(): number {
    return Math.floor((mebibytes(streamRoom(this.volume)) - this.logs) / SNAPSHOTS);
  }

  private check(errors: ArgumentErrors, of: keyof Sizes, share: number, least: Size, what: string, why: string, option: string): void {
    const needed = mebibytes(least) * this.sharing(of) + this.given(of);
    if (needed <= (of === 'log' ? this.logs : this.stores)) return;
    const sizes = [...this.clusters].map(([name, { [of]: given }]) => `'${name}' ${given === undefined ? `at least ${quantity(least)}` : quantity(given)}`);
    errors.add(`storage has ${quantity(this.volume)} for each node, and ${share === LOGS_SHARE ? 'a quarter' : STORES_SHARE} of it for ${what}, but these need more: ${sizes.join(', ')}. `
      + `${why}: give each node ${quantity(Size.gibibytes(Math.ceil(needed / share / 1024)))}, or fewer clusters, or a smaller ${option}`);
  }

  private given(of: keyof Sizes): number {
    return [...this.clusters.values()].reduce((sum, { [of]: size }) => sum + (size === undefined ? 0 : mebibytes(size)), 0);
  }

  /** Clusters without a size of their own. */
  private sharing(of: keyof Sizes): number {
    return [...this.clusters.values()].filter(({ [of]: size }) => size === undefined).length;
  }
}

function mebibytes(size: Size): number {
  return size.toMebibytes({ rounding: SizeRoundingBehavior.NONE });
}
