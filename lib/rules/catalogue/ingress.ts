import { MARGIN } from './keepalive';
import { Severity } from '../finding';
import type { BrokerWorkload } from '../model/broker-workload';
import type { ContainerPort } from '../model/container';
import { httpBackends, isIngress } from '../model/http-route';
import type { ManifestObject } from '../model/manifest-object';
import { type Rule, type RuleDescription, violationsOf, type ViolationOfObject } from '../rule';

const NGINX = 'nginx.ingress.kubernetes.io/';
const NGINX_TIMEOUTS = ['proxy-read-timeout', 'proxy-send-timeout'];
/** https://kubernetes.github.io/ingress-nginx/user-guide/miscellaneous/#websockets */
const NGINX_DEFAULT_SECONDS = 60;

export const ingressRules: readonly Rule[] = [
  httpRouteRule({
    id: 'MQTT-INGRESS-001',
    severity: Severity.ERROR,
    title: 'An Ingress or HTTPRoute leads to listeners for MQTT over WebSocket only',
    why: 'They take HTTP requests. The first packet of an MQTT client is none: the proxy answers with an HTTP error, or closes the connection, and the client never reaches the broker.',
    source: 'https://kubernetes.io/docs/concepts/services-networking/ingress/#what-is-ingress',
    remedy: 'Use a Service of type LoadBalancer (MqttLoadBalancer), or a TCPRoute or TLSRoute of the Gateway API (MqttGatewayRoute); or lead to a WebSocket listener.',
    example: `kind: Ingress
spec:
  rules:
    - host: mqtt.example.com
      http:
        paths:
          - path: /mqtt
            pathType: Exact
            backend: { service: { name: broker, port: { name: ws } } }`,
  }, (route, broker) => {
    const isReached = (target: ContainerPort) => !broker.isBareMqtt(target) || (passesTls(route) && !broker.isPlaintext(target));
    return backendsOf(route, broker).filter(({ target }) => !isReached(target)).map(({ service, target }) => ({
      found: `${route.kind} leads to ${target.name ?? target.port} of Service ${service}, a listener for MQTT without HTTP`,
      breaks: 'No client gets through.',
    }));
  }),

  httpRouteRule({
    id: 'MQTT-INGRESS-002',
    severity: Severity.ERROR,
    title: 'Idle clients over WebSocket speak before ingress-nginx forgets them',
    why: 'Without an annotation ingress-nginx closes a WebSocket that carried nothing for 60 s in one of the two directions. Clients speak once per keepalive, and that is often longer.',
    source: 'https://kubernetes.github.io/ingress-nginx/user-guide/miscellaneous/#websockets',
    remedy: 'Set both timeouts to an hour, or limit the keepalive that the broker accepts (keepaliveLimit).',
    example: `metadata:
  annotations:
    nginx.ingress.kubernetes.io/proxy-read-timeout: "3600"
    nginx.ingress.kubernetes.io/proxy-send-timeout: "3600"`,
  }, (route, broker) => {
    const hasListener = backendsOf(route, broker).some(({ target }) => !broker.isBareMqtt(target));
    const short = NGINX_TIMEOUTS.map((timeout) => ({ timeout, seconds: nginxSeconds(route, timeout) }))
      .filter(({ seconds }) => broker.keepaliveMaximum > MARGIN * seconds);
    return !isNginx(route) || passesTls(route) || !hasListener || !broker.knowsKeepalive || short.length === 0 ? [] : [{
      found: `${short.map(({ timeout, seconds }) => `${timeout} of ${seconds} s`).join(', ')}; ${broker.object.kind} ${broker.object.name} accepts `
        + `${Number.isFinite(broker.keepaliveMaximum) ? `a keepalive of up to ${broker.keepaliveMaximum} s` : 'any keepalive, and none at all'}`,
      breaks: `A client that is silent for ${Math.min(...short.map(({ seconds }) => seconds))} s loses its connection.`,
    }];
  }),
];

/** A rule about what leads HTTP requests to a broker. */
function httpRouteRule(description: RuleDescription, check: (route: ManifestObject, broker: BrokerWorkload) => ViolationOfObject[]): Rule {
  return {
    ...description,
    check: (model) => model.brokers.flatMap((broker) => broker.httpRoutes.flatMap((route) => violationsOf(route, () => check(route, broker)))),
  };
}

/** The listeners that it leads to; what serves probes and metrics speaks HTTP. */
function backendsOf(route: ManifestObject, broker: BrokerWorkload): { service: string; target: ContainerPort }[] {
  return httpBackends(route).flatMap(({ service, port }) => {
    const servicePort = broker.services.find(({ object }) => object.name === service)?.ports
      .find((candidate) => candidate.port === port.value || (candidate.name !== undefined && candidate.name === port.text));
    const target = servicePort && broker.target(servicePort);
    return target === undefined || broker.isOperationsPort(target) ? [] : [{ service, target }];
  });
}

function isNginx(route: ManifestObject): boolean {
  const className = route.spec.at('ingressClassName').text ?? route.annotations['kubernetes.io/ingress.class'] ?? '';
  return isIngress(route) && (/(^|-)nginx(-|$)/.test(className) || Object.keys(route.annotations).some((key) => key.startsWith(NGINX)));
}

/**
 * Whether the controller hands TLS connections on by the name that clients ask for, whatever is inside, and ignores timeouts for HTTP:
 * https://kubernetes.github.io/ingress-nginx/user-guide/tls/#ssl-passthrough; those of HAProxy have annotations of the same name.
 */
function passesTls(route: ManifestObject): boolean {
  return isIngress(route) && Object.entries(route.annotations).some(([key, value]) => key.endsWith('/ssl-passthrough') && value === 'true');
}

function nginxSeconds(route: ManifestObject, timeout: string): number {
  const text = route.annotations[`${NGINX}${timeout}`] ?? '';
  return /^\d+$/.test(text) ? Number(text) : NGINX_DEFAULT_SECONDS;
}
