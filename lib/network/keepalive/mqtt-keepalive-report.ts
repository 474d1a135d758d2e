import type { Duration } from 'cdk8s';
import { brokerTimers } from './broker-timers';
import { clientPaths } from './client-paths';
import type { HiddenElement } from './facts';
import { judgePath } from './judge-path';
import { worst } from './judgement';
import type { MqttKeepalivePath, MqttKeepaliveVerdict } from './mqtt-keepalive-path';
import { reportText } from './report-text';
import type { BrokerWorkload } from '../../rules/model/broker-workload';
import { nameOf } from '../../rules/model/manifest-reference';

/** What the keepalive report cannot read from manifests. */
export interface MqttKeepaliveReportOptions {
  /**
   * How long the nodes remember an established connection that carries nothing, in whole seconds: `conntrack.tcpEstablishedTimeout` in the KubeProxyConfiguration, or `bpf-ct-timeout-regular-tcp` where Cilium
   * replaces kube-proxy (8000 seconds by default).
   * Source: https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/
   * @default - 86,400 seconds, kube-proxy's own default
   */
  readonly nodeConntrackTimeout?: Duration;
}

/**
 * The keepalive budget of a cluster: every timer between clients and brokers, and what becomes of idle clients and of dead connections. It reads the final
 * manifests, so that overrides count.
 */
export class MqttKeepaliveReport {
  /** @internal */
  public static _of(broker: BrokerWorkload, nodeConntrack: HiddenElement): MqttKeepaliveReport {
    const timers = brokerTimers(broker);
    return new MqttKeepaliveReport(nameOf(broker.object.reference), clientPaths(broker, nodeConntrack).map((path) => judgePath(path, timers)));
  }

  /** What becomes of a client with the longest keepalive, on the worst path. */
  public readonly verdict: MqttKeepaliveVerdict;

  /** The settings that make it survive on every path; empty where it does. */
  public readonly fixes: string[];

  private constructor(
    /** The workload, for example `StatefulSet mqtt/broker`. */
    public readonly workload: string,
    /** Every way from clients to the brokers. */
    public readonly paths: MqttKeepalivePath[],
  ) {
    this.verdict = worst(paths.map(({ verdict }) => verdict));
    this.fixes = [...new Set(paths.flatMap(({ fixes }) => fixes))];
  }

  /** The report as tables in Markdown. */
  public toString(): string {
    return reportText(this.workload, this.paths);
  }
}
