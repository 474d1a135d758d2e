import { type ArgumentErrors, show } from '../manifest/arguments';
import { cidrProblem } from '../network/cidr';
import type { MqttNetworkAccess } from '../security/mqtt-network-access';
import type { MqttNetworkPeer } from '../security/mqtt-network-peer';

const PEER_EXAMPLE = "MqttNetworkPeer.namespace('gateways')";

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

function checkPeers(errors: ArgumentErrors, name: string, peers: MqttNetworkPeer[] | undefined, whenEmpty = 'everybody would be let in; leave it out if that is meant'): void {
  if (!errors.filledArray(name, peers, whenEmpty)) return;
  peers!.forEach((peer, index) => {
    const at = `${name}[${index}]`;
    const { namespaceLabels, podLabels, block } = (peer ?? {}) as MqttNetworkPeer;
    if (namespaceLabels === undefined && podLabels === undefined && block === undefined) {
      errors.add(`${at} is ${show(peer)}, but must be an MqttNetworkPeer, for example ${PEER_EXAMPLE}`);
      return;
    }
    checkLabels(errors, `${at} namespace labels`, namespaceLabels);
    checkLabels(errors, `${at} pod labels`, podLabels);
    const problem = block === undefined ? undefined : cidrProblem(block);
    if (problem) errors.add(`${at} ${problem}`);
  });
}

function checkLabels(errors: ArgumentErrors, name: string, labels: { [key: string]: string } | undefined): void {
  errors.labels(name, labels);
  if (labels !== undefined && labels !== null && Object.keys(labels).length === 0) errors.add(`${name} is empty, which selects all there are: write the labels of those that are meant`);
}
