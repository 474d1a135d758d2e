import type { Size } from 'cdk8s';
import type { MqttMessageLogOptions } from './mqtt-message-log-props';
import type { IMqttMessageLog } from './mqtt-message-log-reference';
import { checkOptions } from '../manifest/options';

/** How connections are moved to brokers that have fewer, as after a scale-out. A client that is moved is disconnected, and reconnects through the load balancer. */
export interface MqttRebalanceOptions {
  /**
   * Whether connections are moved. Never while a broker drains.
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * Most connections that one broker lets go in a second.
   * @default 50
   */
  readonly connectionsPerSecond?: number;

  /**
   * How far above or below the average of the brokers the connections of one may be before any is moved, in percent from 1 to 100.
   * @default 10
   */
  readonly tolerancePercent?: number;
}

/** How the brokers of a cluster share what they store. */
export interface MqttReplicationOptions {
  /**
   * Name of the cluster in the message log, where everything that it stores begins with it: letters, digits, `-` and `_`, 40 characters at most. Two clusters that share
   * a log need two names, also if they are in two Kubernetes clusters (MQTT-LOG-014), and a cluster with a new name begins without sessions.
   * @default - the namespace and the name of the cluster, with `_` between them; what does not fit is replaced by a hash
   */
  readonly clusterName?: string;

  /**
   * Size at which the log of this cluster counts as full, in each copy, 1 GiB at least: no QoS 1 or 2 message is taken then until a snapshot lets it be trimmed. The message
   * log keeps that much free for it.
   * @default - of an MqttMessageLog an equal share of a quarter of a node's volume, see docs/cluster-mode.md#room-for-the-log; of a NATS that exists its `maxSize`
   */
  readonly maxLogSize?: Size;

  /**
   * Size at which the store of each broker of this cluster counts as full, 16 MiB at least: no QoS 1 or 2 message is taken then. All brokers store the same, and the message log keeps
   * twice as much free for snapshots of it, in each copy.
   * @default - 90 percent of a broker's volume; of an MqttMessageLog no more than an equal share of 0.275 of a node's volume, see docs/cluster-mode.md#room-for-the-log
   */
  readonly maxStoreSize?: Size;

  /**
   * How connections are moved to brokers that have fewer.
   * @default - 50 a second, once a broker has 10 percent more than the average
   */
  readonly rebalance?: MqttRebalanceOptions;
}

/** Options of a session store with a message log of its own. */
export interface MqttReplicatedStoreOptions extends MqttMessageLogOptions, MqttReplicationOptions {}

/** Where sessions, subscriptions, queues, retained messages and wills live, and so whether several brokers are one. */
export class MqttSessionStore {
  /**
   * Each broker has a store of its own, on its own volume. For one broker: several are separate brokers (MQTT-SESSION-001), and while the one is replaced, nobody is served.
   * The default of the development profile.
   */
  public static embedded(): MqttSessionStore {
    return new MqttSessionStore(false);
  }

  /**
   * All brokers share everything, by a message log of their own that is deployed beside them (`MqttMessageLog`): a client finds its session at whichever broker it
   * connects to, and the loss of a broker or of a node of the log loses nothing that was acknowledged. The default of the production profile, where the Secret with the log's
   * credentials has to exist (`credentials`).
   */
  public static replicated(options: MqttReplicatedStoreOptions = {}): MqttSessionStore {
    checkOptions('MqttSessionStore.replicated', options);
    return new MqttSessionStore(true, options, options);
  }

  /** The same by a message log that is made elsewhere, or by a NATS that exists (`MqttMessageLog.fromServers`). Several clusters may share one. */
  public static replicatedBy(log: IMqttMessageLog, options: MqttReplicationOptions = {}): MqttSessionStore {
    checkOptions('MqttSessionStore.replicatedBy', options);
    return new MqttSessionStore(true, options, undefined, (log as IMqttMessageLog | undefined) ?? null!);
  }

  private constructor(
    /** Whether the brokers share their sessions. */
    public readonly isReplicated: boolean,
    /** @internal */
    public readonly _replication: MqttReplicationOptions = {},
    /** @internal */
    public readonly _ownLog?: MqttMessageLogOptions,
    /** @internal */
    public readonly _log?: IMqttMessageLog,
  ) {}
}
