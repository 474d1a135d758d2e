import type { Duration } from 'cdk8s';
import type { ExternalDnsPrefix } from './external-dns-prefix';

/** Options of a DNS name. ExternalDNS knows one value of each for all names of an object. */
export interface MqttDnsNameOptions {
  /**
   * How long resolvers may keep the record: 1 to 2,147,483,647 whole seconds. Clients that reconnect after a failover look it up again no sooner.
   * @default - the default of the DNS provider
   */
  readonly ttl?: Duration;

  /**
   * What the name leads to instead of the address of the Service: IP addresses, or DNS names for a CNAME record. For example the address of a
   * firewall in front of the load balancer. Not for a headless Service, whose pods would lose their names.
   * @default - the address of the Service, as ExternalDNS finds it
   */
  readonly targets?: string[];

  /**
   * Tells record sets of the same name apart, for a routing policy of Route 53, 1 to 128 characters (https://kubernetes-sigs.github.io/external-dns/latest/docs/annotations/annotations/).
   * Several objects can share a name only if each has its own; the policy itself is set by annotations of the provider.
   * @default - none: the name belongs to one object
   */
  readonly setIdentifier?: string;

  /**
   * Prefix of the annotations.
   * @default ExternalDnsPrefix.BOTH
   */
  readonly prefix?: ExternalDnsPrefix;
}
