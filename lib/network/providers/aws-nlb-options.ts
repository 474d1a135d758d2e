import type { Duration } from 'cdk8s';

/** From where a Network Load Balancer can be reached. */
export enum AwsNlbScheme {
  /** From the VPC and the networks connected to it. */
  INTERNAL = 'internal',
  /** From the internet. */
  INTERNET_FACING = 'internet-facing',
}

/** What a Network Load Balancer sends connections to. */
export enum AwsNlbTargetType {
  /**
   * The pods themselves: no second hop, no node port, an even spread whatever the traffic policy. The pods need addresses of the VPC
   * (Amazon VPC CNI, the default on EKS). AWS leaves client IP preservation off for these targets.
   */
  IP = 'ip',
  /** A port on every node, from which kube-proxy goes on. The client's address is preserved by default. */
  INSTANCE = 'instance',
}

/** How a Network Load Balancer asks a target whether it is well. */
export enum AwsNlbHealthCheckProtocol {
  /** It opens a connection and closes it. */
  TCP = 'tcp',
  /** It sends an HTTP request. */
  HTTP = 'http',
  /** It sends an HTTP request over TLS; the certificate is not verified. */
  HTTPS = 'https',
}

/** Options of a Network Load Balancer, whichever controller makes it. */
export interface AwsNlbCommonOptions {
  /**
   * From where it can be reached.
   * @default AwsNlbScheme.INTERNAL (the controller's own default)
   */
  readonly scheme?: AwsNlbScheme;

  /**
   * What it sends connections to. Always written, because the controllers' own default is `instance`.
   * @default AwsNlbTargetType.IP
   */
  readonly targetType?: AwsNlbTargetType;

  /**
   * IDs or `Name` tags of the subnets, each in another availability zone. Subnets can hardly be taken away again later.
   * @default - the controller finds them by their tags
   */
  readonly subnets?: string[];

  /**
   * Whether each zone's address forwards to targets of every zone. Costs data transfer between zones.
   * @default - AWS leaves it off
   */
  readonly crossZone?: boolean;

  /**
   * How long a target that is being removed keeps its connections before it is gone for good: 0 to 3600 seconds. Established connections
   * go on, so this is the time that the broker has to hand over its clients.
   * Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html
   * @default - AWS takes 300 seconds
   */
  readonly deregistrationDelay?: Duration;

  /**
   * How long the load balancer leaves established connections to a target that has become unhealthy alone, 1 to 3600 seconds; new ones go elsewhere meanwhile. With instance targets and `externalTrafficPolicy: Local` a node becomes
   * unhealthy whenever its broker stops, and all its clients are reset at once: with the time that a broker takes to drain, they leave at its pace (`drainConnectionsPerSecond`). The price is paid when a node dies: its clients
   * are not reset either, and find out by their keepalive.
   * Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health.html#unhealthy-target-connection-termination
   * @default - AWS resets them at once
   */
  readonly unhealthyDraining?: Duration;

  /**
   * Whether the broker sees the client's address rather than the load balancer's. Without it, each address of the load balancer has one source port
   * for each connection to a target: about 55,000 at a time (a figure that could not be confirmed in the documentation of this load balancer).
   * With it, a client that runs on a target cannot reach itself through the load balancer.
   * Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html
   * @default - AWS: on for instance targets, off for IP targets
   */
  readonly preserveClientIp?: boolean;

  /**
   * Whether the broker is told the client's address by a PROXY protocol header, version 2. Switches the header on in the broker too, on a port of its own. Not with
   * `preserveClientIp` and IP targets, HTTP health checks, nor instance targets with `externalTrafficPolicy: Local`: the load balancer sends the header in health checks too.
   * Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html#proxy-protocol
   * @default false
   */
  readonly proxyProtocol?: boolean;

  /**
   * How targets are checked. Not with `externalTrafficPolicy: Local` and instance targets: the controller then asks kube-proxy
   * (HTTP `/healthz` on the `healthCheckNodePort`), and anything else would break it.
   * @default AwsNlbHealthCheckProtocol.TCP (the controller's own default)
   */
  readonly healthCheckProtocol?: AwsNlbHealthCheckProtocol;

  /**
   * Port that is checked.
   * @default - the port that takes the traffic
   */
  readonly healthCheckPort?: number;

  /**
   * Path that is requested, with HTTP and HTTPS. Of the companion broker: `/healthz` on port 8080, which fails as soon as the broker shuts down.
   * @default / (the controller's own default)
   */
  readonly healthCheckPath?: string;

  /**
   * ARNs of certificates (ACM or IAM) with which the load balancer ends TLS. The first is the default, the others are chosen by SNI.
   * The idle timeout of such a listener is 350 seconds and cannot be changed; the broker does not see the clients' certificates.
   * Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/create-tls-listener.html
   * @default - TLS passes through and ends in the broker
   */
  readonly certificateArns?: string[];

  /**
   * Names of the listeners for which the load balancer ends TLS.
   * @default - all of them, when there are certificates
   */
  readonly tlsListeners?: string[];
}

/** Options of a Network Load Balancer that the AWS Load Balancer Controller makes. */
export interface AwsNlbOptions extends AwsNlbCommonOptions {
  /**
   * How long a TCP connection may carry nothing before it is cut: 60 to 6000 seconds. It is always written, also when it is the
   * default, because taking the annotation away does not reset it. Needs controller 2.9 or newer.
   * Instances of the Nitro v6 generation cut at 350 seconds on their own account, unless `TcpEstablishedTimeout` is raised on their network interfaces.
   * Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html
   * @default Duration.seconds(350) (AWS' own default)
   */
  readonly idleTimeout?: Duration;

  /**
   * Security policy of the listeners that end TLS.
   * Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/describe-ssl-policies.html
   * @default ELBSecurityPolicy-TLS13-1-2-2021-06 (TLS 1.2 and 1.3; the controller's own default still takes TLS 1.0)
   */
  readonly tlsPolicy?: string;

  /**
   * Allocation IDs of Elastic IP addresses, one for each subnet. Only with `INTERNET_FACING`.
   * @default - AWS assigns addresses
   */
  readonly elasticIpAllocations?: string[];

  /**
   * Private IPv4 addresses, one for each subnet. Only with `INTERNAL`.
   * @default - AWS assigns addresses
   */
  readonly privateIpv4Addresses?: string[];

  /**
   * IDs or `Name` tags of security groups. The controller then ignores the source ranges of the Service, and the nodes must let
   * in what comes from these groups.
   * @default - the controller makes one that opens the listeners to the source ranges
   */
  readonly securityGroups?: string[];

  /**
   * Name in AWS: letters, digits and dashes, 32 characters at most. A later change has no effect.
   * @default - the controller makes one up
   */
  readonly loadBalancerName?: string;

  /**
   * Time between two health checks: 5 to 300 seconds.
   * Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html
   * @default - the controller takes 10 seconds
   */
  readonly healthCheckInterval?: Duration;

  /**
   * Checks in a row that must succeed before a target gets traffic: 2 to 10.
   * @default - the controller takes 3 (2 with `Local` and instance targets)
   */
  readonly healthyThreshold?: number;

  /**
   * Checks in a row that must fail before a target gets no more traffic: 2 to 10.
   * @default - the controller takes 3 (2 with `Local` and instance targets)
   */
  readonly unhealthyThreshold?: number;
}

/** Options of a Network Load Balancer that EKS Auto Mode makes. It reads fewer annotations; the idle timeout is not among the documented ones. */
export interface EksAutoModeOptions extends AwsNlbCommonOptions {}
