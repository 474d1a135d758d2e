import { Severity } from '../finding';
import type { BrokerWorkload } from '../model/broker-workload';
import { opensToEverybody, restrictsIngress } from '../model/ingress-policy';
import { AWS_PREFIX, isAwsNlb, proxyProtocolSetting } from '../model/provider-annotations';
import { expectsHeader, knowsHeaders, sentHeader } from '../model/proxy-protocol';
import type { ServiceObject } from '../model/service-object';
import type { ServicePort } from '../model/service-port';
import { loadBalancerRule, type Rule, serviceRule, type ViolationOfObject, violationsOf, workloadRule } from '../rule';

const SPECIFICATION = 'https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt';
const PROXY_LISTENER = `metadata:
  annotations:
    cdk8s-mqtt/proxy-listeners: mqtts-proxy
spec:
  template:
    spec:
      containers:
        - name: companion
          ports: [{ name: mqtts, containerPort: 8883 }, { name: mqtts-proxy, containerPort: 18883 }]`;
export const AWS_HEALTH_CHECK = `${AWS_PREFIX}healthcheck-protocol`;

export const proxyProtocolRules: readonly Rule[] = [
  serviceRule({
    id: 'MQTT-PROXY-001',
    severity: Severity.ERROR,
    title: 'Clients inside the Kubernetes cluster are not led to a listener that expects a PROXY protocol header',
    why: 'A client connects and speaks MQTT or TLS at once. A listener that expects a PROXY protocol header reads that as a broken header and closes the connection.',
    source: `${SPECIFICATION} (section 2: the receiver must not try to guess whether the header is there)`,
    remedy: 'Lead the Service to a listener without the header, and only the load balancer to the one with it. MqttLoadBalancer does so by itself.',
    example: `kind: Service
spec:
  type: ClusterIP
  ports:
    - { name: mqtts, port: 8883, targetPort: mqtts }`,
  }, (service, broker) => service.type !== 'ClusterIP' ? [] : portsThatExpectHeader(service, broker).map((port) => ({
    found: leadsToHeader(port),
    breaks: 'Every client of this Service is disconnected before it is connected.',
  }))),

  loadBalancerRule({
    id: 'MQTT-PROXY-002',
    severity: Severity.ERROR,
    title: 'A load balancer that sends a PROXY protocol header leads to a listener that expects it',
    why: 'The header comes before the first byte of the client. A broker that does not expect it reads it as MQTT or TLS, and closes every connection.',
    source: SPECIFICATION,
    remedy: "Lead the Service to a listener that expects it (the provider's option proxyProtocol does both), or do not have the load balancer send it.",
    example: PROXY_LISTENER,
  }, (service, broker) => !knowsHeaders(broker) ? [] : service.ports.flatMap((port) => {
    const target = broker.target(port);
    const sent = sentHeader(service, port);
    return sent === undefined || target === undefined || expectsHeader(broker, target) ? [] : [{
      found: `metadata.annotations '${sent}', and ${port} leads to the container port ${port.target}, which expects no header`,
      breaks: 'No client gets through the load balancer.',
    }];
  })),

  loadBalancerRule({
    id: 'MQTT-PROXY-003',
    severity: Severity.ERROR,
    title: 'A listener that expects a PROXY protocol header is behind a load balancer that sends it',
    why: 'The broker waits for the header and reads the first bytes of the client in its place.',
    source: SPECIFICATION,
    remedy: "Switch the header on in the load balancer (the provider's option proxyProtocol does both), or lead the Service to a listener that expects none.",
    example: `metadata:
  annotations:
    service.beta.kubernetes.io/aws-load-balancer-target-group-attributes: proxy_protocol_v2.enabled=true`,
  }, (service, broker) => portsThatExpectHeader(service, broker).filter((port) => sentHeader(service, port) === undefined).map((port) => ({
    found: `${leadsToHeader(port)}, and no annotation makes the load balancer send one`,
    breaks: 'No client gets through the load balancer.',
  }))),

  {
    id: 'MQTT-PROXY-004',
    severity: Severity.ERROR,
    title: 'A route of a gateway does not lead to a listener that expects a PROXY protocol header',
    why: 'The Gateway API has no field for the header: a gateway sends none unless its implementation is told to in a way of its own, and then every connection is closed by the broker.',
    source: 'https://gateway-api.sigs.k8s.io/reference/spec/#tcproute',
    remedy: 'Lead the route to the client Service; or, where the gateway sends the header (Envoy Gateway: BackendTrafficPolicy, proxyProtocol), acknowledge this rule and say so.',
    example: `kind: TCPRoute
spec:
  rules:
    - backendRefs: [{ name: broker, port: 8883 }]`,
    check: (model) => model.brokers.flatMap((broker) =>
      broker.routes.flatMap((route) => violationsOf(route.object, () => routesToHeader(route, broker)))),
  },

  loadBalancerRule({
    id: 'MQTT-PROXY-005',
    severity: Severity.ERROR,
    title: 'An NLB that sends a PROXY protocol header checks health over TCP',
    why: 'An NLB sends the header with its health checks too. What answers HTTP takes the header for a broken request, and every target is unhealthy.',
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html#proxy-protocol',
    remedy: 'Leave aws-load-balancer-healthcheck-protocol out: a TCP check opens a connection, and that is enough.',
    example: `metadata:
  annotations:
    service.beta.kubernetes.io/aws-load-balancer-target-group-attributes: proxy_protocol_v2.enabled=true
    service.beta.kubernetes.io/aws-load-balancer-healthcheck-protocol: tcp`,
  }, ({ object }) => {
    const setting = isAwsNlb(object) ? proxyProtocolSetting(object) : undefined;
    const protocol = object.annotations[AWS_HEALTH_CHECK] ?? 'tcp';
    return setting === undefined || protocol.toLowerCase() === 'tcp' ? [] : [{
      found: `metadata.annotations '${setting}', with '${AWS_HEALTH_CHECK}: ${protocol}'`,
      breaks: 'All targets fail their health check: no client gets through, or, when all are unhealthy, every target gets traffic.',
    }];
  }),

  workloadRule({
    id: 'MQTT-PROXY-006',
    severity: Severity.WARNING,
    title: 'Production believes PROXY protocol headers of the load balancer only',
    why: 'Whoever reaches the port can claim any address of a client: in the log, in metrics, in whatever is decided by it. The specification tells receivers to accept the header from known proxies only.',
    source: `${SPECIFICATION} (section 2: only from trusted sources)`,
    remedy: 'Name the addresses from which the load balancer reaches the pods (proxySources); the broker then turns others away, and the NetworkPolicy keeps them out.',
    example: `kind: NetworkPolicy
spec:
  podSelector: { matchLabels: { app.kubernetes.io/instance: broker } }
  policyTypes: [Ingress]
  ingress:
    - from: [{ ipBlock: { cidr: 10.0.0.0/16 } }]
      ports: [{ port: 18883, protocol: TCP }]`,
  }, (broker) => {
    const policies = broker.networkPolicies.filter(restrictsIngress);
    const open = broker.listeners.filter((port) => expectsHeader(broker, port)
      && (policies.length === 0 || policies.some((policy) => opensToEverybody(policy, port))));
    return !broker.isProduction || open.length === 0 ? [] : [{
      found: `everybody reaches the container port ${open.map(({ name }) => name).join(', ')}, which expects a PROXY protocol header: `
        + (policies.length === 0 ? 'no NetworkPolicy selects the pods' : 'a NetworkPolicy opens it without `from`'),
      breaks: 'The addresses of clients in logs and metrics can be forged.',
    }];
  }),
];

function portsThatExpectHeader(service: ServiceObject, broker: BrokerWorkload): ServicePort[] {
  return service.ports.filter((port) => expectsHeader(broker, broker.target(port)));
}

function leadsToHeader(port: ServicePort): string {
  return `${port} leads to the container port ${port.target}, which expects a PROXY protocol header`;
}

/** Backends name a Service and its port: https://gateway-api.sigs.k8s.io/reference/spec/#backendref */
function routesToHeader(route: ServiceObject, broker: BrokerWorkload): ViolationOfObject[] {
  return route.spec.at('rules').items.flatMap((rule) => rule.at('backendRefs').items).flatMap((backend) => {
    const service = broker.services.find(({ object }) => object.name === backend.at('name').text);
    const port = service && portsThatExpectHeader(service, broker).find((candidate) => candidate.port === backend.at('port').number);
    return port === undefined ? [] : [{
      found: `the backend ${service!.object.name}, ${port}, leads to the container port ${port.target}, which expects a PROXY protocol header`,
      breaks: 'Every client of the gateway is disconnected before it is connected.',
    }];
  });
}
