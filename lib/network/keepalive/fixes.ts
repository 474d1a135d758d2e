import type { BrokerTimers } from './broker-timers';
import type { PathElement } from './client-paths';
import { MQTT_KEEPALIVE } from './facts';
import { shortest } from './judgement';
import { MARGIN } from '../../rules/catalogue/keepalive';

/** Settings that make a client with the longest keepalive survive these elements, each of them enough. */
export function fixes(failing: PathElement[], { keepalive, probing }: BrokerTimers): string[] {
  const least = shortest(failing)?.seconds;
  if (least === undefined) return [];

  const limit = Math.min(MQTT_KEEPALIVE.maximumSeconds, Math.floor(MARGIN * least));
  const longer = Number.isFinite(keepalive) ? failing.map((element) => element.remedy(keepalive)) : [undefined];
  const probesHelp = probing.active && failing.every(({ sees }) => sees === 'every packet');
  return [
    ...limit >= 1 ? [`keepaliveLimit of the cluster: at most ${limit} s`] : [],
    ...longer.every((remedy) => remedy !== undefined) ? [longer.join('; and ')] : [],
    ...probesHelp ? [`tcpKeepalive of the cluster: a time below ${least} s`] : [],
  ];
}
