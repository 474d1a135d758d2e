import { MARGIN } from './keepalive';
import { Severity } from '../finding';
import { type Rule, workloadRule } from '../rule';

/** Envoy ends a TCP connection without bytes after that: https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts#tcp */
const ISTIO_IDLE_SECONDS = 3600;

export const meshRules: readonly Rule[] = [
  workloadRule({
    id: 'MQTT-MESH-001',
    severity: Severity.ERROR,
    title: 'Idle clients speak before the sidecar of the service mesh forgets them',
    why: 'The sidecar takes the connection of the client and opens its own to the broker. That of Istio closes both when no byte has passed for an hour, and TCP keepalive probes are none. A client with a longer keepalive, or without one, is cut again and again, and with it go the wills of devices that are well.',
    source: 'https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts#tcp; https://github.com/istio/istio/issues/38413',
    remedy: `Limit the keepalive that the broker accepts to ${MARGIN * ISTIO_IDLE_SECONDS} s (keepaliveLimit); or keep the listeners out of the mesh, as a broker with TLS of its own gains little by it: traffic.sidecar.istio.io/excludeInboundPorts.`,
    example: `spec:
  template:
    metadata:
      labels: { sidecar.istio.io/inject: "true" }
      annotations:
        traffic.sidecar.istio.io/excludeInboundPorts: "8883"`,
  }, (broker) => broker.meshProxy?.mesh !== 'Istio' || !broker.knowsKeepalive || broker.keepaliveMaximum <= MARGIN * ISTIO_IDLE_SECONDS ? [] : [{
    found: `${broker.meshProxy.found}, in front of ${broker.listeners.filter((port) => broker.meshProxy!.takes(port)).map(({ name, port }) => name ?? port).join(', ')}; `
      + `the broker accepts ${Number.isFinite(broker.keepaliveMaximum) ? `a keepalive of up to ${broker.keepaliveMaximum} s` : 'any keepalive, and none at all'}`,
    breaks: `A client that is silent for ${ISTIO_IDLE_SECONDS} s loses its connection.`,
  }]),
];
