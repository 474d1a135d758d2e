import type { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import type { MqttListener } from './mqtt-listener';
import type { KubernetesVersion } from '../manifest/kubernetes-version';

/** What other constructs know of a cluster: enough to send it traffic and to watch it. */
export interface IMqttCluster extends IConstruct {
  /** Name of the StatefulSet; the other objects' names begin with it. */
  readonly name: string;

  /** Which broker runs in the pods, for example `aedes`. */
  readonly brokerName: string;

  /** Labels that select the pods. They never change during the life of the cluster. */
  readonly selectorLabels: { [key: string]: string };

  /** What the brokers listen on. */
  readonly listeners: MqttListener[];

  /** The workload that runs the brokers. */
  readonly workload: ApiObject;

  /** The Service for clients inside the Kubernetes cluster. */
  readonly clientService: ApiObject;

  /** Name of the container port that serves metrics. */
  readonly metricsPortName: string;

  /** HTTP path of the metrics. */
  readonly metricsPath: string;

  /** Whether no two pods share a node. */
  readonly onePodPerNode: boolean;

  /** The Kubernetes version that the manifests are written for. */
  readonly kubernetesVersion: KubernetesVersion;
}
