import { Duration, type Size } from 'cdk8s';
import type { Cpu } from 'cdk8s-plus-27';
import { checkOptions } from './capacity/check-options';
import { clusterBasis } from './capacity/cluster-basis';
import { figuresOf } from './capacity/figures';
import { carryingPods, resolveLoad } from './capacity/load';
import { logFigures, logStorageSize, sessionStoreOf } from './capacity/message-log';
import { replicasFor } from './capacity/replicas';
import { reportOf } from './capacity/report';
import { resourcesOf, storageOf, storageSizeOf } from './capacity/settings';
import { warningsAbout, warningsAboutLog } from './capacity/warnings';
import type { MqttCapacityOptions } from './mqtt-capacity-options';
import type { MqttClusterSettings } from '../cluster/mqtt-cluster-settings';
import { MqttProfile } from '../cluster/mqtt-profile';

/**
 * How many brokers a load takes, and what each pod, volume and node needs for it. Every number is for the worst moment that is planned for: one pod is out,
 * and the others carry its clients too.
 *
 * With a session store that is replicated (`profile`), every broker stores what all clients have, and the plan has the message log too.
 *
 * It is for the companion broker, whose costs were measured. docs/scaling.md has each formula with its constants and how sure they are; measure before you rely on it.
 */
export class MqttCapacity {
  /**
   * Plans for a load.
   *
   * @throws one error with everything in the options that cannot be planned for.
   */
  public static plan(options: MqttCapacityOptions): MqttCapacity {
    checkOptions(options);
    return new MqttCapacity(options);
  }

  /** Number of brokers. */
  public readonly replicas: number;

  /** CPU request of each pod. */
  public readonly cpu: Cpu;

  /** Memory request and limit of each pod. */
  public readonly memory: Size;

  /** Size of the volume of each pod. */
  public readonly storageSize: Size;

  /** Disk operations that the volume of each pod has to do, per second. */
  public readonly diskOperationsPerSecond: number;

  /** Nodes of the message log, each with a copy of everything; not set for brokers that store alone. */
  public readonly logNodes?: number;

  /** Size of the volume of each node of the message log; not set for brokers that store alone. */
  public readonly logStorageSize?: Size;

  /** Disk operations that the volume of each node of the message log has to do, per second; not set for brokers that store alone. */
  public readonly logDiskOperationsPerSecond?: number;

  /** Connections of each pod while one is out. */
  public readonly connectionsPerPod: number;

  /** Conntrack entries of the brokers' connections on the node of each pod. What else runs there has entries of its own. */
  public readonly conntrackEntriesPerNode: number;

  /** Least `net.netfilter.nf_conntrack_max` of the nodes. */
  public readonly conntrackMax: number;

  /**
   * Source ports that each node takes for connections to one listener of a pod, of 64,512 that it has: 0 where the traffic policy keeps the clients' addresses.
   * MQTT-CAPACITY-001 compares the two.
   */
  public readonly sourcePortsPerNode: number;

  /**
   * How long a pod disconnects its clients when it stops, at the drain rate of the profile: as many as are planned for in `settings`, which are
   * never fewer than the profile plans for.
   */
  public readonly drainTime: Duration;

  /** Grace period that a cluster computes from it. */
  public readonly gracePeriod: Duration;

  /** Where the plan leaves what was measured, and what the load is too much for. Empty when all is well. */
  public readonly warnings: string[];

  /** Settings of a cluster for this load. In TypeScript: `new MqttCluster(chart, 'Broker', { profile, ...capacity.settings })`. */
  public readonly settings: MqttClusterSettings;

  /** The profile with these settings, for any language: `new MqttCluster(chart, 'Broker', { profile: capacity.profile })`. */
  public readonly profile: MqttProfile;

  private readonly table: string;

  private constructor(options: MqttCapacityOptions) {
    const profile = options.profile ?? MqttProfile.production();
    const basis = clusterBasis(profile);
    const load = resolveLoad(options, basis.sessionStore.isReplicated);
    const replicasNeeded = replicasFor(load, basis.replicas);
    const figures = figuresOf(load, options.replicas ?? replicasNeeded, basis);
    const resources = resourcesOf(figures, basis);

    this.replicas = figures.replicas;
    this.cpu = resources.cpuRequest;
    this.memory = resources.memoryLimit;
    this.storageSize = storageSizeOf(figures, basis);
    this.diskOperationsPerSecond = figures.diskOperationsPerSecond;
    this.connectionsPerPod = figures.connections;
    this.conntrackEntriesPerNode = figures.conntrackEntries;
    this.conntrackMax = figures.conntrackMax;
    this.sourcePortsPerNode = figures.sourcePortsPerNode;
    this.drainTime = Duration.seconds(figures.drainSeconds);
    this.gracePeriod = Duration.seconds(figures.graceSeconds);
    const log = logFigures(load, basis);
    this.logNodes = log?.nodes;
    this.logStorageSize = log && logStorageSize(log, figures, basis);
    this.logDiskOperationsPerSecond = log?.diskOperationsPerSecond;
    this.warnings = [...warningsAbout(load, figures, basis, options.nodeCores, replicasNeeded), ...log ? warningsAboutLog(load, log) : []];
    this.settings = {
      replicas: figures.replicas,
      resources,
      storage: storageOf(figures, basis),
      connectionsPerPod: figures.plannedConnections,
      ...(log && { sessionStore: sessionStoreOf(log, this.logStorageSize!, basis) }),
    };
    const settings = { ...profile.settings, ...this.settings };
    this.profile = profile.name === 'production' ? MqttProfile.production(settings) : MqttProfile.development(settings);
    this.table = reportOf(load, figures, {
      cpu: this.cpu,
      memory: this.memory,
      storageSize: this.storageSize,
      carrying: carryingPods(figures.replicas),
      log: log && { figures: log, storageSize: this.logStorageSize! },
    });
  }

  /** The plan as a table, with what each number comes from, and the warnings. */
  public report(): string {
    return [this.table, ...this.warnings.map((warning) => `warning: ${warning}`)].join('\n');
  }
}
