import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { checkedRoutes, type RouteRequest } from './gateway-request';
import type { MqttGatewayOptions } from './mqtt-gateway-options';
import { type MqttGatewayRouteProps, MqttTcpRouteVersion } from './mqtt-gateway-route-props';
import { Annotations } from '../../manifest/annotations';
import { Labels, PART_OF } from '../../manifest/labels';
import { renderManifest } from '../../manifest/render-manifest';
import { acknowledgeRule, attachRules } from '../../rules';
import type { MqttDnsNameOptions } from '../dns/mqtt-dns-name-options';
import { publishName } from '../dns/publish';
import { LoadBalancerKind, LocalHealthCheck } from '../load-balancer-traits';
import { statedSeconds } from '../stated-idle-timeout';

const GROUP = 'gateway.networking.k8s.io';

/**
 * Opens a cluster's listeners to clients outside Kubernetes through a Gateway (https://gateway-api.sigs.k8s.io/), in place of an MqttLoadBalancer or beside it: one TCPRoute
 * or TLSRoute for each listener, which leads to the client Service, and the Gateway itself where none exists.
 */
export class MqttGatewayRoute extends Construct {
  /** Name of the Gateway. */
  public readonly gatewayName: string;

  /** The Gateway; not set where it existed before. Its overrides work on the final manifest. */
  public readonly gateway?: ApiObject;

  /** The routes, in the order of the cluster's listeners. Their overrides work on the final manifest. */
  public readonly routes: ApiObject[];

  /** @throws one error with everything in the props that cannot work. */
  constructor(scope: Construct, id: string, props: MqttGatewayRouteProps) {
    super(scope, id);
    const requests = checkedRoutes(this, props);
    const { _own, _reference } = props.gateway;
    if (_own) this.gateway = this.renderGateway(props, requests);
    this.gatewayName = this.gateway?.name ?? _reference!.name;
    this.routes = requests.map((request) => this.renderRoute(props, request));

    attachRules(this);
  }

  /**
   * Publishes a name for the listeners without TLSRoute with ExternalDNS, which publishes the `hostnames` of a TLSRoute by itself. Can be called several times; the
   * TTL and the set identifier count for all names. ExternalDNS reads targets from the Gateway, so that `targets` is refused.
   *
   * @param hostname for example `mqtt.example.com`; lower case, with a domain, at most 253 characters in labels of at most 63 (RFC 1123). The first label may be `*`
   * @throws if an argument cannot work, another object of the app has the name, or every route is a TLSRoute: one error that names everything.
   */
  public addDnsName(hostname: string, options: MqttDnsNameOptions = {}): void {
    // One record leads to the address of the Gateway, whichever of its routes asks for it.
    const route = this.routes.find(({ kind }) => kind === 'TCPRoute');
    if (route === undefined) {
      throw new Error(`[${this.node.path}] addDnsName: every route is a TLSRoute, whose names ExternalDNS takes from its hostnames: write the name into hostnames`);
    }
    publishName(route, hostname, options, { key: 'hostname', perPod: false, readsTargets: false });
  }

  /**
   * Accepts what a rule finds about these routes. The reason is kept as an annotation on each.
   *
   * @param ruleId for example `MQTT-KEEPALIVE-001`, see docs/rules.md
   * @param reason why this is right here, for whoever reads the manifest
   * @throws if there is no such rule, or the reason is empty.
   */
  public acknowledge(ruleId: string, reason: string): void {
    this.routes.forEach((route) => acknowledgeRule(route, ruleId, reason));
  }

  private renderGateway({ cluster, gateway, labels }: MqttGatewayRouteProps, requests: RouteRequest[]): ApiObject {
    const { gatewayClassName, options } = gateway._own!;
    return renderManifest(this, 'Gateway', {
      gvk: { apiVersion: `${GROUP}/v1`, kind: 'Gateway' },
      name: options.name,
      labels: { ...cluster.selectorLabels, [Labels.COMPONENT]: 'gateway', [Labels.PART_OF]: PART_OF, ...labels },
      annotations: options.annotations,
      fields: { spec: () => ({ gatewayClassName, listeners: requests.map(gatewayListener) }) },
    });
  }

  private renderRoute(props: MqttGatewayRouteProps, request: RouteRequest): ApiObject {
    const { cluster, gateway, hostnames, tcpRouteVersion, labels, annotations } = props;
    const version = request.kind === 'TLSRoute' ? 'v1' : tcpRouteVersion ?? MqttTcpRouteVersion.V1;
    return renderManifest(this, `${request.listener}-route`, {
      gvk: { apiVersion: `${GROUP}/${version}`, kind: request.kind },
      labels: { ...cluster.selectorLabels, [Labels.COMPONENT]: 'route', [Labels.PART_OF]: PART_OF, ...labels },
      annotations: { ...declarations(gateway._options), ...annotations },
      fields: {
        spec: () => ({
          parentRefs: [{
            name: this.gatewayName,
            ...(gateway._reference?.options.namespace !== undefined && { namespace: gateway._reference.options.namespace }),
            sectionName: request.sectionName,
          }],
          ...(request.kind === 'TLSRoute' && { hostnames }),
          rules: [{ backendRefs: [{ name: cluster.clientService.name, port: request.servicePort }] }],
        }),
      },
    });
  }
}

function gatewayListener({ listener, gatewayPort, kind }: RouteRequest): object {
  return {
    name: listener,
    port: gatewayPort,
    // Since Gateway API 1.5 a TCPRoute cannot attach to a TLS listener: without hostnames TLS is just bytes.
    ...(kind === 'TLSRoute' ? { protocol: 'TLS', tls: { mode: 'Passthrough' } } : { protocol: 'TCP' }),
    allowedRoutes: { kinds: [{ kind }] },
  };
}

/** What the rules cannot read from a route or its Gateway. */
function declarations(options: MqttGatewayOptions): { [key: string]: string } {
  return {
    [Annotations.LOAD_BALANCER_PROVIDER]: options.implementation ?? 'gateway',
    [Annotations.LOAD_BALANCER_CLASS]: options.kind ?? LoadBalancerKind.PROXY,
    [Annotations.LOAD_BALANCER_IDLE_TIMEOUT]: String(statedSeconds(options)),
    [Annotations.LOAD_BALANCER_EXPOSURE]: options.exposure,
    // The gateway sends to pods, or through a Service of type ClusterIP: no traffic policy of nodes has a part in it.
    [Annotations.LOAD_BALANCER_LOCAL_HEALTH_CHECK]: LocalHealthCheck.NOT_NEEDED,
  };
}
