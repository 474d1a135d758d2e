import { GOOGLE_VPC_IDLE_SECONDS } from '../providers/gke';

/* What the report counts that no manifest says, each with where it is written. */

/** https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html */
export const MQTT_KEEPALIVE = {
  /** The server disconnects a client that was silent for one and a half times its keepalive. */
  factor: 1.5,
  /** CONNECT carries it in two bytes. */
  maximumSeconds: 65_535,
  source: 'https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html (§3.1.2.10)',
} as const;

/** What a new network namespace begins with, whatever the node has. */
export const KERNEL_TCP_KEEPALIVE = {
  time: 7200,
  interval: 75,
  probes: 9,
  source: 'https://docs.kernel.org/networking/ip-sysctl.html',
} as const;

export const TCP_KEEPALIVE_SYSCTLS = {
  time: 'net.ipv4.tcp_keepalive_time',
  interval: 'net.ipv4.tcp_keepalive_intvl',
  probes: 'net.ipv4.tcp_keepalive_probes',
} as const;

/** Something on the way that forgets connections, and that a manifest does not show. */
export interface HiddenElement {
  readonly element: string;
  readonly seconds: number;
  readonly meaning: string;
  readonly source: string;
  /** What to set so that it keeps connections longer. Not set: nobody can. */
  readonly setting?: string;
  /** Acknowledged, this rule says that the setting was made. Not set: nothing says so. */
  readonly settledBy?: string;
}

/** Behind every Service, and on the node of a pod that a load balancer reaches directly. */
export const KUBE_PROXY_CONNTRACK: HiddenElement = {
  element: "connection tracking of the node (kube-proxy's default)",
  seconds: 86_400,
  meaning: 'The node forgets an established connection, and with it where a Service had sent it.',
  source: 'https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/ (conntrack.tcpEstablishedTimeout)',
  setting: 'conntrack.tcpEstablishedTimeout in the KubeProxyConfiguration',
};

/** The same, with the seconds that somebody says the nodes have. */
export function statedNodeConntrack(seconds: number): HiddenElement {
  return { ...KUBE_PROXY_CONNTRACK, element: 'connection tracking of the node (stated)', seconds, source: `${KUBE_PROXY_CONNTRACK.source}; the option nodeConntrackTimeout says how long` };
}

/** By the value of the annotation `cdk8s-mqtt/load-balancer-provider`. */
export const CLOUD_CONNTRACK: { readonly [provider: string]: HiddenElement } = {
  ...sameFor(['aws-nlb', 'eks-auto-mode'], {
    element: 'connection tracking of EC2 (default of Nitro v6)',
    seconds: 350,
    meaning: 'The network interface of a Nitro v6 instance forgets an established connection. Older instances take 432,000 s.',
    source: 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ConnectionTrackingConfiguration.html',
    setting: "TcpEstablishedTimeout of the nodes' network interfaces",
    settledBy: 'MQTT-KEEPALIVE-004',
  }),
  ...sameFor(['gke-external', 'gke-internal'], {
    element: 'VPC firewall of Google Cloud',
    seconds: GOOGLE_VPC_IDLE_SECONDS,
    meaning: 'The firewall of the VPC network forgets the connection, and drops what comes after.',
    source: 'https://cloud.google.com/firewall/docs/firewalls',
  }),
  cilium: {
    element: 'connection tracking of Cilium (its default since 1.15)',
    seconds: 8000,
    meaning: 'Cilium forgets an established connection, and with it where a Service had sent it. Before 1.15 it took 21,600 s.',
    source: 'https://docs.cilium.io/en/stable/cmdref/cilium-agent/ (bpf-ct-timeout-service-tcp; the former default in https://github.com/cilium/cilium/pull/27665)',
    setting: 'bpf-ct-timeout-service-tcp and bpf-ct-timeout-regular-tcp of Cilium',
  },
};

function sameFor(providers: string[], element: HiddenElement): { [provider: string]: HiddenElement } {
  return Object.fromEntries(providers.map((provider) => [provider, element]));
}
