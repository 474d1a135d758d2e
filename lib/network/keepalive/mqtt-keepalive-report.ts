import { brokerTimers } from './broker-timers';
import { clientPaths } from './client-paths';
import { judgePath } from './judge-path';
import { worst } from './judgement';
import type { MqttKeepalivePath, MqttKeepaliveVerdict } from './mqtt-keepalive-path';
import { reportText } from './report-text';
import type { BrokerWorkload } from '../../rules/model/broker-workload';
import { nameOf } from '../../rules/model/manifest-reference';

/**
 * The keepalive budget of a cluster: every timer between clients and brokers, and what becomes of idle clients and of dead connections. It reads the final
 * manifests, so that overrides count.
 */
export class MqttKeepaliveReport {
  /** @internal */
  public static _of(broker: BrokerWorkload): MqttKeepaliveReport {
    const timers = brokerTimers(broker);
    return new MqttKeepaliveReport(nameOf(broker.object.reference), clientPaths(broker).map((path) => judgePath(path, timers)));
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
