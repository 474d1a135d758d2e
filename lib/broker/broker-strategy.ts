import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { MqttCoverage } from './mqtt-coverage';
import type { ArgumentErrors } from '../manifest/arguments';
import type { ClusterIntent } from '../workload/cluster-intent';

/** What runs in the pods. A strategy gets the whole intent, and answers for every part of it in its coverage table. */
export interface BrokerStrategy {
  /** For example `companion`. */
  readonly name: string;
  readonly metricsPortName: string;
  readonly metricsPath: string;
  /** Ports that the broker takes besides the listeners': a listener cannot have them. */
  readonly reservedPorts: ReservedPort[];
  /** What this strategy does with each part of the intent. */
  readonly coverage: MqttCoverage[];
  /** Checks the strategy's own options, with the errors of the cluster's arguments. */
  checkOptions(errors: ArgumentErrors): void;
  render(scope: Construct, intent: ClusterIntent): RenderedBroker;
}

export interface ReservedPort {
  readonly name: string;
  readonly port: number;
  readonly use: string;
  /** Whether it answers inside the pod alone, so that no Service leads there. @default false */
  readonly isLoopback?: boolean;
}

export interface RenderedBroker {
  readonly workload: ApiObject;
  readonly configuration: ApiObject;
}
