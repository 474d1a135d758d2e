import { type BrokerTimers, detectionSeconds } from './broker-timers';
import { KERNEL_TCP_KEEPALIVE, MQTT_KEEPALIVE, TCP_KEEPALIVE_SYSCTLS } from './facts';
import type { Judged } from './judgement';
import type { MqttKeepaliveElement } from './mqtt-keepalive-path';

/** All timers of a path, in the order from the client to the broker. */
export function rows(judged: Judged[], timers: BrokerTimers): MqttKeepaliveElement[] {
  return [clientRow(timers), ...judged.map(networkRow), mqttRow(timers), tcpRow(timers, judged.some(({ element }) => element.isProxy))];
}

/** Seconds as the report has them: not set where a timer never runs out. */
export function finite(seconds: number): number | undefined {
  return Number.isFinite(seconds) ? seconds : undefined;
}

function clientRow({ keepalive }: BrokerTimers): MqttKeepaliveElement {
  return {
    element: 'longest keepalive of clients',
    seconds: finite(keepalive),
    meaning: Number.isFinite(keepalive)
      ? 'A client that has nothing to say sends a ping at least this often.'
      : 'The broker accepts any keepalive, and none at all: a client may be silent for ever.',
    source: MQTT_KEEPALIVE.source,
  };
}

function networkRow({ element: { element, seconds, meaning, source }, verdict }: Judged): MqttKeepaliveElement {
  return { element, seconds: finite(seconds), meaning, source, verdict };
}

function mqttRow({ disconnects }: BrokerTimers): MqttKeepaliveElement {
  return {
    element: 'MQTT keepalive of the broker',
    seconds: finite(disconnects),
    meaning: Number.isFinite(disconnects)
      ? 'The broker disconnects a silent client after one and a half times its keepalive.'
      : 'Without a keepalive the broker never disconnects a silent client.',
    source: MQTT_KEEPALIVE.source,
  };
}

function tcpRow({ probing }: BrokerTimers, behindProxy: boolean): MqttKeepaliveElement {
  const { active, answeredBy, time, interval, probes, chosenBy } = probing;
  const numbers = `${time} s idle, then ${probes} probes, ${interval} s apart (${chosenBy})`;
  const peer = behindProxy ? 'The peer is the proxy, which answers for clients that are gone.' : 'The kernel gives up a client that answers no probe.';
  return {
    element: 'TCP keepalive of the pods',
    seconds: finite(detectionSeconds(probing)),
    meaning: active
      ? `${peer} ${numbers}.`
      : `Not counted: ${answeredBy === undefined ? 'this broker is not known to ask for it (SO_KEEPALIVE)' : `the ${answeredBy} answers it in the pod`}.`,
    source: `${KERNEL_TCP_KEEPALIVE.source} (${Object.values(TCP_KEEPALIVE_SYSCTLS).map((name) => name.replace('net.ipv4.', '')).join(', ')})`,
  };
}
