import { isIP } from 'node:net';
import { checkPeers } from './check-peers';
import { type ArgumentErrors, show } from '../manifest/arguments';
import type { MqttDnsAccess } from '../security/mqtt-dns-access';

/** What cannot work about where names are resolved; `undefined` passes. */
export function checkDnsAccess(errors: ArgumentErrors, name: string, access: MqttDnsAccess | undefined): void {
  if (!errors.like(name, access, ['_openings'], 'MqttDnsAccess.anyResolver()')) return;
  checkAddresses(errors, `${name} addresses`, access._addresses);
  // The addresses are peers too: they have been looked at.
  if (access._addresses !== undefined) return;
  for (const { peers, ports } of access._openings) {
    checkPeers(errors, `${name} peers`, peers, 'every address would be open; write MqttDnsAccess.anyResolver() if that is meant');
    checkPorts(errors, `${name} ports`, ports, 'every port would be open; leave it out for 53');
  }
}

function checkAddresses(errors: ArgumentErrors, name: string, addresses: string[] | undefined): void {
  if (!errors.filledArray(name, addresses, "leave it out for '169.254.20.10', or write what stands in /etc/resolv.conf of a pod")) return;
  addresses.forEach((address, index) => {
    if (typeof address !== 'string' || isIP(address) === 0) errors.add(`${name}[${index}] is ${show(address)}, but must be an IP address without a prefix length, for example '169.254.20.10'`);
  });
}

/** Ports of connections that pods may open; `undefined` passes. */
export function checkPorts(errors: ArgumentErrors, name: string, ports: number[] | undefined, whenEmpty: string): void {
  if (!errors.filledArray(name, ports, whenEmpty)) return;
  ports!.forEach((port, index) => errors.wholeNumber(`${name}[${index}]`, port ?? null, { min: 1, max: 65_535 }, 'there are no other ports'));
}
