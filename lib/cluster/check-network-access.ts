import type { ArgumentErrors } from '../manifest/arguments';
import type { MqttNetworkAccess, MqttNetworkEgress } from '../security/mqtt-network-access';
import { checkDnsAccess, checkPorts } from '../workload/check-dns-access';
import { checkPeers, PEER_EXAMPLE } from '../workload/check-peers';

/** What cannot work about the peers of a NetworkPolicy. An empty list would open a port to everybody, which is the opposite of what it looks like. */
export function checkNetworkAccess(
  errors: ArgumentErrors, access: MqttNetworkAccess | undefined, networkPolicy: boolean | undefined, listenerNames: string[],
): void {
  if (!errors.like('networkAccess', access, [], `{ clients: [${PEER_EXAMPLE}] }`)) return;
  if (networkPolicy === false) errors.add('networkAccess is given, but networkPolicy is false: leave one of them out');
  checkPeers(errors, 'networkAccess clients', access.clients);
  checkPeers(errors, 'networkAccess metricsReaders', access.metricsReaders);
  for (const [name, peers] of Object.entries(access.listenerClients ?? {})) {
    if (!listenerNames.includes(name)) errors.add(`networkAccess listenerClients has '${name}', but the listeners are ${listenerNames.join(', ')}`);
    checkPeers(errors, `networkAccess listenerClients['${name}']`, peers);
  }
  checkDnsAccess(errors, 'networkAccess dns', access.dns);
  if (!errors.filledArray('networkAccess egress', access.egress, 'leave it out: without it, the pods connect to nobody else')) return;
  access.egress!.forEach((egress, index) => checkEgress(errors, `networkAccess egress[${index}]`, egress ?? null));
}

function checkEgress(errors: ArgumentErrors, at: string, egress: MqttNetworkEgress): void {
  if (!errors.like(at, egress, ['peers'], `{ peers: [${PEER_EXAMPLE}], ports: [443] }`)) return;
  checkPeers(errors, `${at} peers`, egress.peers ?? null!, 'everything would be reachable; name what is needed');
  checkPorts(errors, `${at} ports`, egress.ports, 'write those that are needed, or leave it out where only UDP is');
  checkPorts(errors, `${at} udpPorts`, egress.udpPorts, 'write those that are needed, or leave it out');
  if (egress.ports === undefined && egress.udpPorts === undefined) errors.add(`${at} has neither ports nor udpPorts: every port would be open; write those that are needed`);
}
