import type { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { Construct } from 'constructs';
import { MqttDnsName } from './dns/mqtt-dns-name';
import type { MqttDnsNameOptions } from './dns/mqtt-dns-name-options';
import type { LoadBalancerProvider } from './load-balancer-provider';
import { checkedRequest } from './load-balancer-request';
import type { MqttLoadBalancerProps } from './mqtt-load-balancer-props';
import type { ServiceParts, ServiceRequest } from './providers/provider-definition';
import { Annotations } from '../manifest/annotations';
import { Labels, PART_OF } from '../manifest/labels';
import { renderManifest } from '../manifest/render-manifest';
import { acknowledgeRule, attachRules } from '../rules';

export * from './mqtt-load-balancer-props';

/** Opens a cluster's listeners to clients outside Kubernetes: one Service of type LoadBalancer. */
export class MqttLoadBalancer extends Construct {
  /** The Service. Its overrides work on the final manifest. */
  public readonly service: ApiObject;

  /**
   * @throws if any argument cannot work: one error that names all of them.
   */
  constructor(scope: Construct, id: string, props: MqttLoadBalancerProps) {
    super(scope, id);
    const request = checkedRequest(this, props);
    const { cluster, provider } = props;
    const parts = provider._definition.service(request);
    const targets = targetPorts(props, request, parts);

    this.service = renderManifest(this, 'Resource', {
      gvk: k8s.KubeService.GVK,
      name: props.name,
      labels: {
        ...cluster.selectorLabels,
        [Labels.COMPONENT]: 'load-balancer',
        [Labels.PART_OF]: PART_OF,
        ...parts.labels,
        ...props.labels,
      },
      annotations: { ...declarations(provider, parts), ...parts.annotations, ...props.annotations },
      fields: { spec: () => k8s.KubeService.manifest({ spec: spec(props, request, parts, targets) }).spec },
    });

    if (parts.targetRemovalSeconds !== undefined) cluster._serveOnFor?.(parts.targetRemovalSeconds);
    attachRules(this);
  }

  /** Name of the Service. */
  public get serviceName(): string {
    return this.service.name;
  }

  /**
   * Publishes a name for the load balancer with ExternalDNS. Can be called several times; TTL, targets and set identifier count for all of its names.
   *
   * @param hostname for example `mqtt.example.com`; lower case, with a domain, at most 253 characters in labels of at most 63 (RFC 1123). The first label may be `*`
   * @throws if an argument cannot work, or another object of the app has the name: one error that names everything.
   */
  public addDnsName(hostname: string, options: MqttDnsNameOptions = {}): void {
    MqttDnsName.addTo(this.service, hostname, options);
  }

  /**
   * Accepts what a rule finds about this load balancer. The reason is kept as an annotation on the Service.
   *
   * @param ruleId for example `MQTT-LB-001`, see docs/rules.md
   * @param reason why this is right here, for whoever reads the manifest
   * @throws if there is no such rule, or the reason is empty.
   */
  public acknowledge(ruleId: string, reason: string): void {
    acknowledgeRule(this.service, ruleId, reason);
  }
}

/** The container port behind each listener: its own, or the one on which the broker expects a PROXY protocol header. */
function targetPorts(props: MqttLoadBalancerProps, request: ServiceRequest, { proxyProtocol }: ServiceParts): Map<string, string> {
  const { cluster, proxySources } = props;
  const options = { version: proxyProtocol === 'any' ? undefined : proxyProtocol, sources: proxySources };
  return new Map(request.ports.map(({ listener }) => [listener, proxyProtocol === undefined ? listener : cluster.openProxyPort(listener, options)]));
}

function spec(props: MqttLoadBalancerProps, request: ServiceRequest, parts: ServiceParts, targets: Map<string, string>): k8s.ServiceSpec {
  return {
    type: 'LoadBalancer',
    selector: props.cluster.selectorLabels,
    // No appProtocol: none is defined for MQTT that load balancers act on, and some controllers (Azure) take the health probe from it.
    ports: request.ports.map(({ listener, port }) => (
      { name: listener, port, protocol: 'TCP', targetPort: k8s.IntOrString.fromString(targets.get(listener)!) }
    )),
    externalTrafficPolicy: request.trafficPolicy,
    healthCheckNodePort: request.healthCheckNodePort,
    loadBalancerClass: parts.loadBalancerClass,
    loadBalancerSourceRanges: request.sourceRanges,
    allocateLoadBalancerNodePorts: parts.allocateLoadBalancerNodePorts,
  };
}

/** What the rules cannot read from the fields of a Service. */
function declarations(provider: LoadBalancerProvider, parts: ServiceParts): { [key: string]: string } {
  return {
    [Annotations.LOAD_BALANCER_PROVIDER]: provider.traits.name,
    [Annotations.LOAD_BALANCER_CLASS]: provider.traits.kind,
    [Annotations.LOAD_BALANCER_IDLE_TIMEOUT]: String(parts.idleTimeout),
    [Annotations.LOAD_BALANCER_EXPOSURE]: parts.exposure,
    [Annotations.LOAD_BALANCER_LOCAL_HEALTH_CHECK]: parts.localHealthCheck,
    ...(parts.announcement !== undefined && { [Annotations.LOAD_BALANCER_ANNOUNCEMENT]: parts.announcement }),
    ...(parts.targetRemovalSeconds !== undefined && { [Annotations.LOAD_BALANCER_TARGET_REMOVAL]: String(parts.targetRemovalSeconds) }),
    ...(parts.proxyProtocol !== undefined && { [Annotations.LOAD_BALANCER_PROXY_PROTOCOL]: parts.proxyProtocol }),
  };
}
