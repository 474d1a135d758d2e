import { MARGIN } from './keepalive';
import { Severity } from '../finding';
import { ISTIO } from '../model/mesh-proxy';
import { type Rule, workloadRule } from '../rule';

/** The longest keepalive that the sidecar of Istio lets live. */
export const LONGEST_IN_ISTIO = MARGIN * ISTIO.idleSeconds;

export const meshRules: readonly Rule[] = [
  workloadRule({
    id: 'MQTT-MESH-001',
    severity: Severity.ERROR,
    title: 'Idle clients speak before the sidecar of the service mesh forgets them',
    why: 'The sidecar takes the connection of the client and opens its own to the broker. That of Istio closes both when no byte has passed for an hour, and TCP keepalive probes are none. A client with a longer keepalive, or without one, is cut again and again, and with it go the wills of devices that are well.',
    source: `${ISTIO.idleSource}; https://github.com/istio/istio/issues/38413`,
    remedy: `Limit the keepalive that the broker accepts to ${LONGEST_IN_ISTIO} s (keepaliveLimit); or keep the listeners out of the mesh, as a broker with TLS of its own gains little by it: ${ISTIO.excluded}.`,
    example: `spec:
  template:
    metadata:
      labels: { sidecar.istio.io/inject: "true" }
      annotations:
        traffic.sidecar.istio.io/excludeInboundPorts: "8883"`,
  }, (broker) => {
    const { meshProxy } = broker;
    if (meshProxy === undefined || !broker.knowsKeepalive || broker.keepaliveMaximum <= MARGIN * meshProxy.idleSeconds) return [];
    const listeners = broker.listeners.filter((port) => meshProxy.takes(port)).map(({ name, port }) => name ?? port);
    return [{
      found: `${meshProxy.found}, in front of ${listeners.join(', ')}; `
        + `the broker accepts ${Number.isFinite(broker.keepaliveMaximum) ? `a keepalive of up to ${broker.keepaliveMaximum} s` : 'any keepalive, and none at all'}`,
      breaks: `A client that is silent for ${meshProxy.idleSeconds} s loses its connection.`,
    }];
  }),
];
