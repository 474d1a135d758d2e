import type { ArgumentErrors } from '../manifest/arguments';
import type { MqttNetworkAccess } from '../security/mqtt-network-access';
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
  if (!errors.filledArray('networkAccess egress', access.egress, 'leave it out: without it, the pods connect to nobody')) return;
  access.egress!.forEach((egress, index) => {
    const at = `networkAccess egress[${index}]`;
    if (!errors.like(at, egress ?? null, ['peers', 'ports'], `{ peers: [${PEER_EXAMPLE}], ports: [443] }`)) return;
    checkPeers(errors, `${at} peers`, egress.peers, 'everything would be reachable; name what is needed');
    if (errors.filledArray(`${at} ports`, egress.ports, 'every port would be open; write those that are needed')) {
      egress.ports.forEach((port, portIndex) => errors.wholeNumber(`${at} ports[${portIndex}]`, port, { min: 1, max: 65_535 }, 'there are no other TCP ports'));
    }
  });
}
