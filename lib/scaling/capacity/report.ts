import type { Size } from 'cdk8s';
import type { Cpu } from 'cdk8s-plus-27';
import type { Figures } from './figures';
import { count, gibibytes, percent, table } from './format';
import { type Load, storedShare } from './load';
import type { LogFigures } from './message-log';
import { storedPerSecond } from './store';
import { quantity } from '../../manifest/quantity';

/** What the plan says in the units of Kubernetes, after rounding and the profile's least. */
interface Rounded {
  readonly cpu: Cpu;
  readonly memory: Size;
  readonly storageSize: Size;
  readonly carrying: number;
  readonly log?: { readonly figures: LogFigures; readonly storageSize: Size };
}

export function reportOf(load: Load, figures: Figures, { cpu, memory, storageSize, carrying, log }: Rounded): string {
  const deliveries = load.publishesPerSecond * load.fanOut;
  const heading = `${count(load.clients)} clients (${percent(load.persistentShare)} with a persistent session, ${percent(load.tlsShare)} over TLS); `
    + `${count(load.publishesPerSecond)} publishes and ${count(deliveries)} deliveries a second of ${count(load.messageBytes)} bytes`;
  return `${heading}\n${table([
    ['replicas', count(figures.replicas), `${count(carrying)} carry the load while one is out`],
    ['connections per pod', count(figures.connections), `${count(load.clients)} clients ÷ ${count(carrying)}`],
    ['CPU per pod', cpu.amount, `messages ${percent(figures.loopCores)} of the event loop, reconnecting clients ${percent(figures.reconnectCores)}`],
    ['memory per pod', quantity(memory), `${gibibytes(figures.memoryBytes)} GiB needed, half of it for JavaScript`],
    ['storage per pod', quantity(storageSize), `${gibibytes(figures.volumeBytes)} GiB needed for an outage of ${count(load.retentionSeconds)} s`],
    ['disk operations per pod', `${count(figures.diskOperationsPerSecond)}/s`, `${count(storedPerSecond(load, storedShare(load, 1 / carrying)))} stored messages a second, and the commits`],
    ['conntrack entries per node', count(figures.conntrackEntries), `nf_conntrack_max of ${count(figures.conntrackMax)} at least`],
    ['source ports per node', count(figures.sourcePortsPerNode), `externalTrafficPolicy: ${load.trafficPolicy}`],
    ['drain', `${count(figures.drainSeconds)} s`, `of ${count(figures.plannedConnections)} connections; grace period ${count(figures.graceSeconds)} s`],
    ...log ? logRows(log.figures, log.storageSize) : [],
  ])}`;
}

function logRows(log: LogFigures, storageSize: Size): [string, string, string][] {
  return [
    ['nodes of the message log', count(log.nodes), `${count(log.operationsPerSecond)} operations and ${count(log.bytesPerSecond / 1024)} KiB a second`],
    ['storage per node of the log', quantity(storageSize), `${gibibytes(log.volumeBytes)} GiB needed for the log and two snapshots of what the brokers store`],
    ['disk operations per node of the log', `${count(log.diskOperationsPerSecond)}/s`, 'each entry is synced before it is acknowledged'],
  ];
}
