import type { ClusterBasis } from './cluster-basis';
import type { Figures } from './figures';
import { count, gibibytes, percent } from './format';
import { carryingPods, type Load, shareOfPod } from './load';
import { LARGEST_HEAP, processMemory, sharedMemory } from './memory';
import { type LogFigures, MEASURED_OPERATIONS } from './message-log';
import { conntrackMaxByDefault, coresForConntrackMax } from './network';
import { LOOP_SHARE } from './processor';
import { fitsWithoutClients, MEASURED_CONNECTIONS } from './replicas';
import { QUEUE_LIMIT, queuedPerSession, queueLimit } from './store';

/** The largest message and the widest fan-out that the costs were measured with. */
const MEASURED_MESSAGE_BYTES = 16 * 1024;
const MEASURED_FAN_OUT = 200;

/** limits.maxPacketBytes of broker-image/config.schema.json. */
export const LARGEST_PACKET_BYTES = 1024 ** 2;

/** What a volume of the type gp3 does on AWS unless more is paid for: https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html */
const USUAL_DISK_OPERATIONS = 3000;

/**
 * Where the plan leaves what was measured, and where the load is too much for the brokers that it was given. What can be seen in the manifests is not
 * said here: rules say it, at synth (source ports, grace periods, separate sessions, nodes).
 */
export function warningsAbout(load: Load, figures: Figures, basis: ClusterBasis, nodeCores: number | undefined, replicasNeeded: number): string[] {
  return [
    ...tooFewReplicas(load, figures, replicasNeeded),
    ...reconnects(figures, basis),
    ...messages(load),
    ...retained(load),
    ...queues(load),
    ...disk(figures),
    ...conntrack(figures, nodeCores),
  ];
}

/** Where the message log leaves what was measured, and where no number of brokers would do. */
export function warningsAboutLog(load: Load, log: LogFigures): string[] {
  const warnings = [];
  if (!fitsWithoutClients(load)) {
    warnings.push('what every broker stores for the clients of all others is too much for one of them, whatever their number: '
      + 'plan for several clusters, or for EMQX or HiveMQ, whose brokers divide it');
  }
  if (log.operationsPerSecond > MEASURED_OPERATIONS) {
    warnings.push(`${count(log.operationsPerSecond)} operations a second in the message log were not measured (up to ${count(MEASURED_OPERATIONS)} were): acknowledgements get slower`);
  }
  return warnings;
}

function tooFewReplicas(load: Load, figures: Figures, needed: number): string[] {
  const carrying = carryingPods(figures.replicas);
  const memory = sharedMemory(load, shareOfPod(figures.replicas));
  const over = [
    figures.connections > MEASURED_CONNECTIONS && `${count(figures.connections)} connections (measured up to ${count(MEASURED_CONNECTIONS)})`,
    figures.loopCores > LOOP_SHARE && `an event loop that messages keep ${percent(figures.loopCores)} busy (planned up to ${percent(LOOP_SHARE)}; 100 % is all that one process has)`,
    memory > LARGEST_HEAP && `${gibibytes(memory)} GiB of memory (JavaScript gets ${gibibytes(LARGEST_HEAP)} GiB at most)`,
  ].filter((text): text is string => typeof text === 'string');
  return over.length === 0 ? [] : [`${figures.replicas === 1 ? 'One broker' : `${carrying} of ${figures.replicas} brokers`} would have ${over.join(', ')} each: plan for ${needed} replicas`];
}

function reconnects({ loopCores, reconnectCores, replicas }: Figures, { drainConnectionsPerSecond: rate }: ClusterBasis): string[] {
  if (loopCores > 1 || loopCores + reconnectCores <= 1) return [];
  const fits = Math.max(1, Math.floor(rate * (1 - loopCores) / reconnectCores));
  return [`the clients of a broker that drains come back at ${count(rate)} a second, which keeps ${replicas === 2 ? 'the other' : 'each of the others'} `
    + `${percent(loopCores + reconnectCores)} busy: set drainConnectionsPerSecond to ${count(fits)} at most, or plan for more replicas`];
}

function messages({ messageBytes, fanOut }: Load): string[] {
  const warnings = [];
  if (messageBytes > LARGEST_PACKET_BYTES) warnings.push(`messages of ${count(messageBytes)} bytes are refused by default: set maxPacketSize of the broker (1 MiB unless it is set)`);
  if (messageBytes > MEASURED_MESSAGE_BYTES) warnings.push(`messages of ${count(messageBytes)} bytes were not measured (up to ${count(MEASURED_MESSAGE_BYTES)} were): CPU is extrapolated`);
  if (fanOut > MEASURED_FAN_OUT) {
    warnings.push(`a fan-out of ${count(fanOut)} was not measured (up to ${MEASURED_FAN_OUT} was): CPU is extrapolated, and each such message holds up all others while it is delivered`);
  }
  return warnings;
}

function retained(load: Load): string[] {
  const memory = processMemory({ ...load, clients: 0 }, 1);
  return memory <= LARGEST_HEAP ? [] : [
    `${count(load.retainedMessages)} retained messages of ${count(load.messageBytes)} bytes need ${gibibytes(memory)} GiB of memory in each broker, whatever their number, `
    + `and JavaScript gets ${gibibytes(LARGEST_HEAP)} GiB at most: keep fewer or smaller ones`,
  ];
}

function queues(load: Load): string[] {
  const queued = queuedPerSession(load);
  const limit = queueLimit(load);
  if (load.absentShare === 0 || queued <= limit) return [];
  const [setting, byDefault] = limit === QUEUE_LIMIT.messages ? ['maxQueuedMessages', `${count(QUEUE_LIMIT.messages)} messages`] : ['maxQueuedSize', '100 MiB'];
  return [`a session that is away for ${count(load.retentionSeconds)} s gets ${count(Math.ceil(queued))} messages, but may have ${count(limit)} waiting; the others are dropped: `
    + `raise ${setting} of the broker (${byDefault} unless it is set) and the storage with it, or plan for a shorter outage`];
}

function disk({ diskOperationsPerSecond }: Figures): string[] {
  return diskOperationsPerSecond <= USUAL_DISK_OPERATIONS ? [] : [
    `${count(diskOperationsPerSecond)} disk operations a second are more than the ${count(USUAL_DISK_OPERATIONS)} that many volume types do by default: choose a StorageClass that does, `
    + 'or acknowledgements get slower',
  ];
}

function conntrack({ conntrackMax }: Figures, nodeCores: number | undefined): string[] {
  const byDefault = conntrackMaxByDefault(nodeCores ?? 1);
  if (conntrackMax <= byDefault) return [];
  const cores = coresForConntrackMax(conntrackMax);
  return [`the conntrack table of ${nodeCores === undefined ? 'a small node' : `a node with ${nodeCores} cores`} has ${count(byDefault)} entries by default, but ${count(conntrackMax)} are wanted: `
    + `use nodes with ${cores} cores, or set conntrack.maxPerCore of kube-proxy`];
}
