import type { BrokerTimers } from './broker-timers';
import type { PathElement } from './client-paths';
import { type Discovery, isWithinMargin, type Judged, shortest } from './judgement';
import { MqttKeepaliveVerdict } from './mqtt-keepalive-path';

/** The verdict in words. */
export function conclusion(verdict: MqttKeepaliveVerdict, judged: Judged[], dead: Discovery, timers: BrokerTimers): string {
  // Every path ends on a node, whose connection tracking is never settled: there is always one.
  const decisive = shortest(judged.filter((one) => one.verdict === verdict && !one.element.settled).map(({ element }) => element))!;
  return `${aboutIdleClients(verdict, decisive, timers)} ${aboutDeadConnections(dead)}`;
}

function aboutIdleClients(verdict: MqttKeepaliveVerdict, decisive: PathElement, timers: BrokerTimers): string {
  const { keepalive } = timers;
  const client = Number.isFinite(keepalive) ? `A client with a keepalive of ${keepalive} s` : 'A client without a keepalive';
  const timer = `${decisive.element}, ${decisive.assumed ? 'assumed to be ' : ''}${decisive.seconds} s`;
  switch (verdict) {
    case MqttKeepaliveVerdict.CUT:
      return `${client} is cut by: ${timer}.`;
    case MqttKeepaliveVerdict.NO_MARGIN:
      return `${client} has hardly any time to spare before: ${timer}. A ping that is late is too late.`;
    case MqttKeepaliveVerdict.SURVIVES:
      return `${client} survives${isWithinMargin(decisive, timers) ? '' : `, because the pods probe connections after ${timers.probing.time} idle seconds`}. `
        + `The shortest timer: ${timer}.`;
  }
}

function aboutDeadConnections({ by, seconds }: Discovery): string {
  return Number.isFinite(seconds) ? `A dead idle connection lives ${seconds} s at most, until found by: ${by}.` : 'A dead idle connection is never found.';
}
