/** From an append to NATS servers with fast disks to one that meets an election, in seconds. */
export const appendBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * How a broker that this one expelled had gone: it shut down and said goodbye; it was lost, as it fell silent or its name was taken anew; or it was gone
 * already when this broker came, so that nobody knows.
 */
export const departureReasons = ['shutdown', 'lost', 'unheard'] as const;
export type DepartureReason = (typeof departureReasons)[number];

/** What a broker knows of its cluster when somebody scrapes. */
export interface ClusterStatistics {
  readonly ready: boolean;
  readonly logWritable: boolean;
  /** Positions in the log. */
  readonly applied: number;
  readonly last: number;
  readonly logBytes: number;
  /** Size at which it is full. */
  readonly logMaxBytes: number;
  readonly peers: number;
  readonly live: {
    readonly sent: number;
    readonly sentBytes: number;
    readonly received: number;
    readonly receivedBytes: number;
    /** QoS 0 messages for brokers that do not keep up. */
    readonly dropped: number;
    /** Times that another broker took this one for gone, and found it again. */
    readonly interrupted: number;
    readonly bufferedBytes: number;
  };
  readonly snapshots: { readonly saved: number; readonly failed: number };
  readonly expelled: Readonly<Record<DepartureReason, number>>;
  readonly rebalanced: number;
}

export const noCluster: ClusterStatistics = {
  ready: false, logWritable: false, applied: 0, last: 0, logBytes: 0, logMaxBytes: 0, peers: 0,
  live: { sent: 0, sentBytes: 0, received: 0, receivedBytes: 0, dropped: 0, interrupted: 0, bufferedBytes: 0 },
  snapshots: { saved: 0, failed: 0 }, expelled: { shutdown: 0, lost: 0, unheard: 0 }, rebalanced: 0,
};
