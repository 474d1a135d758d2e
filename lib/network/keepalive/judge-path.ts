import type { BrokerTimers } from './broker-timers';
import type { ClientPath } from './client-paths';
import { conclusion } from './conclusion';
import { fixes } from './fixes';
import { discovery, isHeld, judge, shortest, worst } from './judgement';
import { type MqttKeepalivePath, MqttKeepaliveVerdict } from './mqtt-keepalive-path';
import { finite, rows } from './rows';

/** What becomes of an idle client on this path, and of a dead connection. */
export function judgePath({ path, elements }: ClientPath, timers: BrokerTimers): MqttKeepalivePath {
  const judged = elements.map((element) => judge(element, timers));
  const verdict = worst(judged.map((one) => one.verdict));
  const firstToCut = shortest(elements.filter((element) => !isHeld(element, timers) && Number.isFinite(element.seconds)));
  const dead = discovery(elements, timers);
  return {
    path,
    elements: rows(judged, timers),
    verdict,
    firstToCut: firstToCut?.element,
    cutAfterSeconds: firstToCut?.seconds,
    deadConnectionSeconds: finite(dead.seconds),
    deadConnectionFoundBy: Number.isFinite(dead.seconds) ? dead.by : undefined,
    conclusion: conclusion(verdict, judged, dead, timers),
    fixes: fixes(judged.filter((one) => one.verdict !== MqttKeepaliveVerdict.SURVIVES).map(({ element }) => element), timers),
  };
}
