import type { Duration } from 'cdk8s';
import type { IdleTimeoutKind, LoadBalancerExposure, LoadBalancerKind } from '../load-balancer-traits';

/**
 * What the rules have to know of a gateway. Its manifests cannot say it: the same Gateway is an Envoy in one Kubernetes cluster and a Network Load Balancer in another.
 */
export interface MqttGatewayOptions {
  /** Who can reach it. */
  readonly exposure: LoadBalancerExposure;

  /**
   * How it treats a TCP connection. Proxies are Envoy (Envoy Gateway, Istio, Cilium, kgateway), NGINX, HAProxy and Traefik; a passthrough gateway is for example
   * an AWS Network Load Balancer.
   * @default LoadBalancerKind.PROXY
   */
  readonly kind?: LoadBalancerKind;

  /**
   * What is known of the idle timeout.
   * @default - IdleTimeoutKind.KNOWN when `idleTimeout` is given, else IdleTimeoutKind.UNKNOWN, which the rules count as 60 seconds
   */
  readonly idleTimeoutKind?: IdleTimeoutKind;

  /**
   * How long a connection may carry nothing before it is cut, in whole seconds: the shortest on the way, of the gateway itself and of the load balancer that
   * most gateways have in front of them. This only states it; nothing sets it (docs/gateway.md says where it is set).
   * @default - see `idleTimeoutKind`
   */
  readonly idleTimeout?: Duration;

  /**
   * Short name of the implementation, for example `envoy-gateway`: a DNS-1123 label, written down as the annotation `cdk8s-mqtt/load-balancer-provider`.
   * @default gateway
   */
  readonly implementation?: string;
}

/** Options of a Gateway that exists. */
export interface MqttGatewayReferenceOptions extends MqttGatewayOptions {
  /**
   * Namespace of the Gateway. Its listeners must allow routes from the namespace of the brokers (`allowedRoutes.namespaces`).
   * @default - the namespace of the brokers
   */
  readonly namespace?: string;

  /**
   * Names of the Gateway's listeners (`sectionName`) by the name of the MQTT listener that each leads to.
   * @default - the names of the MQTT listeners
   */
  readonly sectionNames?: { [listener: string]: string };
}

/** Options of a Gateway that is made with the route. */
export interface MqttGatewayClassOptions extends MqttGatewayOptions {
  /**
   * Ports of the Gateway by the name of the MQTT listener, where they differ from the listener's own. For example 443, which most firewalls let out.
   * @default - the listeners' own ports
   */
  readonly ports?: { [listener: string]: number };

  /**
   * Name of the Gateway.
   * @default - the chart generates one from the construct path
   */
  readonly name?: string;

  /**
   * Annotations for the Gateway; some implementations take their settings from them.
   * @default - none
   */
  readonly annotations?: { [key: string]: string };
}
