/** How the addresses of a load balancer become known to the network. */
export enum AddressAnnouncement {
  /** One node answers for the address and takes all connections (ARP, NDP). */
  LAYER_2 = 'layer-2',
  /** Routers learn of every node that takes connections and spread them (BGP). */
  BGP = 'bgp',
}
