import { isIP } from 'node:net';
import { MqttNetworkPeer } from './mqtt-network-peer';

/** Ports of a resolver, over UDP and TCP. */
interface Opening {
  /** Not set: whoever has the ports. */
  readonly peers?: MqttNetworkPeer[];
  readonly ports: number[];
}

const DNS_PORT = 53;

/** CoreDNS and its forerunner are found by the same label: https://kubernetes.io/docs/tasks/administer-cluster/dns-debugging-resolution/ */
const CORE_DNS = MqttNetworkPeer.podsOf('kube-system', { 'k8s-app': 'kube-dns' });

/** NodeLocal DNSCache, where its pods have addresses of their own: https://docs.cilium.io/en/stable/network/kubernetes/local-redirect-policy/#node-local-dns-cache */
const NODE_LOCAL_PODS = MqttNetworkPeer.podsOf('kube-system', { 'k8s-app': 'node-local-dns' });

/** The default of NodeLocal DNSCache: https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/ */
const NODE_LOCAL_ADDRESS = '169.254.20.10';

/**
 * A policy sees the port of the pod, not that of the Service. CoreDNS of Gardener listens on 8053
 * (https://github.com/gardener/gardener/blob/master/pkg/component/networking/coredns/constants/constants.go).
 */
const GARDENER_PORT = 8053;

/** The same of OpenShift: https://github.com/grafana/loki/issues/20009 */
const OPENSHIFT_DNS = MqttNetworkPeer.podsOf('openshift-dns', { 'dns.operator.openshift.io/daemonset-dns': 'default' });
const OPENSHIFT_PORT = 5353;

const ON_OTHER_PORTS: readonly Opening[] = [{ peers: [CORE_DNS], ports: [GARDENER_PORT] }, { peers: [OPENSHIFT_DNS], ports: [OPENSHIFT_PORT] }];
const DNS_PODS: readonly Opening[] = [{ peers: [CORE_DNS, NODE_LOCAL_PODS], ports: [DNS_PORT] }, ...ON_OTHER_PORTS];

/**
 * Where pods may ask for the addresses of names, as a NetworkPolicy opens it, over UDP and TCP. Who answers differs between distributions; docs/security.md#names-inside-the-cluster has a table.
 */
export class MqttDnsAccess {
  /**
   * Port 53, whoever has it, and the DNS pods that listen elsewhere: port 5353 of OpenShift's, 8053 of Gardener's. Resolves names on every distribution. Caches on the nodes have addresses
   * that depend on the distribution and on the Kubernetes cluster, and some network plugins (Cilium) count them as a part of the node, which no peer of a NetworkPolicy names: only a rule for
   * every peer opens them (https://github.com/cilium/cilium/issues/34387).
   */
  public static anyResolver(): MqttDnsAccess {
    return new MqttDnsAccess([{ ports: [DNS_PORT] }, ...ON_OTHER_PORTS]);
  }

  /**
   * DNS pods and nothing else: those with the label `k8s-app: kube-dns` or `k8s-app: node-local-dns` in the namespace `kube-system`, and those of OpenShift. Not enough where the node itself
   * answers: EKS Auto Mode, AKS with LocalDNS, GKE with Cloud DNS, and NodeLocal DNSCache in the network of the node.
   */
  public static clusterPods(): MqttDnsAccess {
    return new MqttDnsAccess(DNS_PODS);
  }

  /**
   * What `clusterPods()` opens, and port 53 of addresses at which the node answers. Not enough for Cilium, but where a CiliumLocalRedirectPolicy leads to pods.
   *
   * @param addresses IP addresses: those in `/etc/resolv.conf` of any pod, and that of NodeLocal DNSCache. In the iptables mode of kube-proxy, NodeLocal DNSCache answers at the address of the
   * Service `kube-dns` too. Without them, 169.254.20.10.
   */
  public static nodeLocal(addresses: string[] = [NODE_LOCAL_ADDRESS]): MqttDnsAccess {
    // What is no address is refused by whoever is given this.
    const blocks = Array.isArray(addresses) ? addresses.map((address) => MqttNetworkPeer.cidr(`${address}/${isIP(address) === 4 ? 32 : 128}`)) : [];
    return new MqttDnsAccess([...DNS_PODS, { peers: blocks, ports: [DNS_PORT] }], addresses);
  }

  /**
   * A resolver of your own.
   *
   * @param ports those that its pods listen on, where its Service has others. Without them, 53.
   */
  public static of(peers: MqttNetworkPeer[], ports: number[] = [DNS_PORT]): MqttDnsAccess {
    // A list that is missing is no list of everybody.
    return new MqttDnsAccess([{ peers: (peers as MqttNetworkPeer[] | undefined) ?? null!, ports }]);
  }

  private constructor(
    /** @internal */
    public readonly _openings: readonly Opening[],
    /** @internal */
    public readonly _addresses?: string[],
  ) {}
}
