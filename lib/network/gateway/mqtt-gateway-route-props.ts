import type { MqttGateway } from './mqtt-gateway';
import type { IMqttCluster } from '../mqtt-cluster-reference';

/** Version of the TCPRoute resource (https://gateway-api.sigs.k8s.io/reference/api-types/tcproute/). */
export enum MqttTcpRouteVersion {
  /** In the standard channel since Gateway API 1.6. */
  V1 = 'v1',
  /** In the experimental channel until Gateway API 1.6, which deprecates it and no longer serves it in the standard channel. */
  V1ALPHA2 = 'v1alpha2',
}

/** Properties of an MqttGatewayRoute. */
export interface MqttGatewayRouteProps {
  /** The brokers behind it. Must be in the same namespace. */
  readonly cluster: IMqttCluster;

  /** The Gateway that clients connect to. */
  readonly gateway: MqttGateway;

  /**
   * Names of the listeners that it opens.
   * @default - the encrypted ones when the cluster has any, else all
   */
  readonly listeners?: string[];

  /**
   * Names in the TLS handshake (SNI) by which the Gateway recognises connections to these brokers, so that several clusters can share its address and port: DNS names
   * of RFC 1123 in lower case, with a domain; the first label may be `*`. Clients that connect by address, or whose library sends no SNI, are not routed. Encrypted listeners get a TLSRoute (standard channel since
   * Gateway API 1.5, on Kubernetes 1.31 or newer); TLS still ends in the broker, and client certificates arrive there.
   * @default - none: every listener gets a TCPRoute, which takes all connections of its port
   */
  readonly hostnames?: string[];

  /**
   * Version of TCPRoute resources.
   * @default MqttTcpRouteVersion.V1
   */
  readonly tcpRouteVersion?: MqttTcpRouteVersion;

  /**
   * Annotations for the routes.
   * @default - none
   */
  readonly annotations?: { [key: string]: string };

  /**
   * Labels for the routes and the Gateway, besides those that every object gets.
   * @default - none
   */
  readonly labels?: { [key: string]: string };
}
