import { type BrokerTimers, detectionSeconds } from './broker-timers';
import type { PathElement } from './client-paths';
import { MqttKeepaliveVerdict } from './mqtt-keepalive-path';
import { MARGIN } from '../../rules/catalogue/keepalive';

export interface Judged {
  readonly element: PathElement;
  readonly verdict: MqttKeepaliveVerdict;
}

/** What finds out first that a client is gone without a word. */
export interface Discovery {
  readonly by: string;
  /** Infinite where nothing does. */
  readonly seconds: number;
}

const ORDER = [MqttKeepaliveVerdict.SURVIVES, MqttKeepaliveVerdict.NO_MARGIN, MqttKeepaliveVerdict.CUT];

export function worst(verdicts: MqttKeepaliveVerdict[]): MqttKeepaliveVerdict {
  return ORDER[Math.max(0, ...verdicts.map((verdict) => ORDER.indexOf(verdict)))];
}

/** What becomes of a client with the longest keepalive, as MQTT-KEEPALIVE-001 judges it. */
export function judge(element: PathElement, timers: BrokerTimers): Judged {
  const { SURVIVES, NO_MARGIN, CUT } = MqttKeepaliveVerdict;
  const survives = isHeld(element, timers) || isWithinMargin(element, timers);
  return { element, verdict: survives ? SURVIVES : timers.keepalive < element.seconds ? NO_MARGIN : CUT };
}

/** Whether clients ping early enough by themselves. */
export function isWithinMargin({ seconds }: PathElement, { keepalive }: BrokerTimers): boolean {
  return keepalive <= Math.floor(MARGIN * seconds);
}

/** Whether the element never sees an idle connection, whatever the client does. */
export function isHeld({ seconds, sees, settled }: PathElement, { probing }: BrokerTimers): boolean {
  return settled || (sees === 'every packet' && probing.active && probing.time < seconds);
}

export function shortest(elements: PathElement[]): PathElement | undefined {
  // Two timers that never run out differ by NaN.
  return [...elements].sort((a, b) => a.seconds - b.seconds || 0)[0];
}

/** A proxy answers the probes of the pods itself, whatever became of the client; but it closes both connections when it gives up on the client. */
export function discovery(elements: PathElement[], { disconnects, probing }: BrokerTimers): Discovery {
  const proxies = elements.filter(({ isProxy }) => isProxy);
  const candidates: Discovery[] = [
    { by: 'MQTT keepalive of the broker', seconds: disconnects },
    { by: 'TCP keepalive of the pods', seconds: proxies.length === 0 ? detectionSeconds(probing) : Infinity },
    ...proxies.filter(({ assumed }) => !assumed).map(({ element, seconds }) => ({ by: element, seconds })),
  ];
  return candidates.reduce((first, candidate) => (candidate.seconds < first.seconds ? candidate : first));
}
