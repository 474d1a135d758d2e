import { Size, SizeRoundingBehavior } from 'cdk8s';
import { ExternalTrafficPolicy } from '../../network/external-traffic-policy';
import type { MqttCapacityOptions } from '../mqtt-capacity-options';

/** The load of the whole cluster, with every default resolved, in plain numbers. */
export interface Load {
  readonly clients: number;
  readonly publishesPerSecond: number;
  readonly fanOut: number;
  readonly messageBytes: number;
  readonly qos0Share: number;
  readonly qos1Share: number;
  readonly qos2Share: number;
  readonly persistentShare: number;
  readonly absentShare: number;
  readonly retentionSeconds: number;
  readonly retainedMessages: number;
  readonly tlsShare: number;
  readonly trafficPolicy: ExternalTrafficPolicy;
  /** Whether every pod stores what all clients have (a message log), or each its part. */
  readonly replicated: boolean;
}

const DEFAULT_MESSAGE_SIZE = Size.kibibytes(1);
const DEFAULT_RETENTION_SECONDS = 3600;

export function resolveLoad(options: MqttCapacityOptions, replicated = false): Load {
  const qos2Share = options.qos2Share ?? 0;
  const qos1Share = options.qos1Share ?? 1 - qos2Share;
  return {
    clients: options.clients,
    publishesPerSecond: options.publishesPerSecond,
    fanOut: options.fanOut ?? 1,
    messageBytes: bytes(options.messageSize ?? DEFAULT_MESSAGE_SIZE),
    // Shares such as 0.9 and 0.1 add up to slightly more than 1.
    qos0Share: Math.max(0, 1 - qos1Share - qos2Share),
    qos1Share,
    qos2Share,
    persistentShare: options.persistentShare ?? 1,
    absentShare: options.absentShare ?? 1,
    retentionSeconds: options.retention?.toSeconds() ?? DEFAULT_RETENTION_SECONDS,
    retainedMessages: options.retainedMessages ?? 0,
    tlsShare: options.tlsShare ?? 1,
    trafficPolicy: options.trafficPolicy ?? ExternalTrafficPolicy.LOCAL,
    replicated,
  };
}

export function bytes(size: Size): number {
  return size.toKibibytes({ rounding: SizeRoundingBehavior.NONE }) * 1024;
}

/**
 * The part of the load that each pod carries while one is out. After a rollout it is no less: connections stay where they went, and the pod that
 * was restarted last is nearly empty.
 */
export function shareOfPod(replicas: number): number {
  return 1 / carryingPods(replicas);
}

/** The part of the sessions, queues and retained messages that a pod stores which serves this share of the clients. */
export function storedShare({ replicated }: Load, share: number): number {
  return replicated ? 1 : share;
}

/** Pods that are left while one is out. A single one has to come back itself. */
export function carryingPods(replicas: number): number {
  return Math.max(1, replicas - 1);
}
