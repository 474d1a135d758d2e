import { type ArgumentErrors, show } from '../manifest/arguments';
import { cidrProblem } from '../network/cidr';
import type { MqttNetworkPeer } from '../security/mqtt-network-peer';

export const PEER_EXAMPLE = "MqttNetworkPeer.namespace('gateways')";

/** What cannot work about the peers of a NetworkPolicy; `undefined` passes. An empty list would open a port to everybody, which is the opposite of what it looks like. */
export function checkPeers(errors: ArgumentErrors, name: string, peers: MqttNetworkPeer[] | undefined, whenEmpty = 'everybody would be let in; leave it out if that is meant'): void {
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
