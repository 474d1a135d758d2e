import { type ClusterManifests, configure, containerOf } from './base';
import { production, type RuleCases } from './rule-case';

const NGINX = 'nginx.ingress.kubernetes.io/';

const ingress = (port: object, annotations: object = {}, spec: object = {}): any => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'edge', namespace: 'mqtt', annotations },
  spec: { rules: [{ host: 'mqtt.example.com', http: { paths: [{ path: '/mqtt', pathType: 'Exact', backend: { service: { name: 'broker', port } } }] } }], ...spec },
});

const httpRoute = (port: number, backend: object = {}): any => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'edge', namespace: 'mqtt' },
  spec: { parentRefs: [{ name: 'edge' }], rules: [{ backendRefs: [{ name: 'broker', port, ...backend }] }] },
});

/** Brokers with a listener for WebSocket beside, and this in front of them. */
function behind(route: object, change: (manifests: ClusterManifests) => void = () => undefined): object[] {
  return production((manifests) => {
    containerOf(manifests).ports.push({ name: 'ws', containerPort: 8083, protocol: 'TCP' });
    manifests.clientService.spec.ports.push({ name: 'ws', port: 80, targetPort: 'ws' }, { name: 'http', port: 8080, targetPort: 'http' });
    configure(manifests, ({ listeners }) => { listeners.push({ name: 'ws', protocol: 'ws', port: 8083 }); });
    manifests.route = route;
    change(manifests);
  });
}

const bare = (kind: string) => [{
  object: `${kind} mqtt/edge`, found: `${kind} leads to mqtts of Service broker, a listener for MQTT without HTTP`, breaks: 'No client gets through.',
}];

const cut = (found: string, seconds = 60) => [{ object: 'Ingress mqtt/edge', found: `${found}; StatefulSet broker accepts a keepalive of up to 180 s`, breaks: `A client that is silent for ${seconds} s loses its connection.` }];

const timeouts = (read: string, send: string) => ({ [`${NGINX}proxy-read-timeout`]: read, [`${NGINX}proxy-send-timeout`]: send });

export const ingressCases: RuleCases[] = [
  {
    rule: 'MQTT-INGRESS-001',
    breaks: [
      { name: 'an Ingress, by the number of the port', needsOtherObjects: 'the Service', manifests: behind(ingress({ number: 8883 })), findings: bare('Ingress') },
      { name: 'an Ingress, by the name of the port', needsOtherObjects: 'the Service', manifests: behind(ingress({ name: 'mqtts' })), findings: bare('Ingress') },
      {
        name: 'the default of an Ingress',
        needsOtherObjects: 'the Service',
        manifests: behind(ingress({}, {}, { rules: undefined, defaultBackend: { service: { name: 'broker', port: { number: 8883 } } } })),
        findings: bare('Ingress'),
      },
      { name: 'an HTTPRoute', needsOtherObjects: 'the Service', manifests: behind(httpRoute(8883)), findings: bare('HTTPRoute') },
      {
        name: 'a broker that is known by its port',
        needsOtherObjects: 'the Service',
        manifests: behind(ingress({ number: 8883 }), ({ statefulSet }) => { statefulSet.metadata.annotations['cdk8s-mqtt/broker'] = 'mosquitto'; }),
        findings: bare('Ingress'),
      },
      {
        name: 'a listener without TLS behind one that hands TLS on',
        needsOtherObjects: 'the Service',
        manifests: behind(ingress({ number: 8883 }, { [`${NGINX}ssl-passthrough`]: 'true' }), ({ statefulSet }) => {
          statefulSet.metadata.annotations['cdk8s-mqtt/broker'] = 'mosquitto';
          delete statefulSet.metadata.annotations['cdk8s-mqtt/tls-listeners'];
        }),
        findings: bare('Ingress'),
      },
      { name: 'one that does not hand TLS on', needsOtherObjects: 'the Service', manifests: behind(ingress({ number: 8883 }, { [`${NGINX}ssl-passthrough`]: 'false' })), findings: bare('Ingress') },
    ],
    satisfies: [
      { name: 'a listener with TLS behind one that hands TLS on', manifests: behind(ingress({ number: 8883 }, { [`${NGINX}ssl-passthrough`]: 'true' })) },
      { name: 'a listener for WebSocket', manifests: behind(ingress({ name: 'ws' })) },
      { name: 'a listener for WebSocket, by HTTPRoute', manifests: behind(httpRoute(80)) },
      { name: 'metrics, which are HTTP', manifests: behind(ingress({ number: 8080 })) },
      { name: 'a port that the Service does not have', manifests: behind(ingress({ number: 1 })) },
      { name: 'a Service in another namespace', manifests: behind(httpRoute(8883, { namespace: 'other' })) },
      { name: 'an Ingress without rules', manifests: behind(ingress({}, {}, { rules: [{ host: 'mqtt.example.com' }] })) },
    ],
  },
  {
    rule: 'MQTT-INGRESS-002',
    breaks: [
      {
        name: 'the defaults, by class',
        needsOtherObjects: 'the workload',
        manifests: behind(ingress({ name: 'ws' }, {}, { ingressClassName: 'nginx' })),
        findings: cut('proxy-read-timeout of 60 s, proxy-send-timeout of 60 s'),
      },
      {
        name: 'the defaults, by the older annotation of the class',
        needsOtherObjects: 'the workload',
        manifests: behind(ingress({ name: 'ws' }, { 'kubernetes.io/ingress.class': 'nginx-internal' })),
        findings: cut('proxy-read-timeout of 60 s, proxy-send-timeout of 60 s'),
      },
      {
        name: 'one of the two',
        needsOtherObjects: 'the workload',
        manifests: behind(ingress({ name: 'ws' }, timeouts('3600', '200'))),
        findings: cut('proxy-send-timeout of 200 s', 200),
      },
    ],
    satisfies: [
      { name: 'TLS that it hands on', manifests: behind(ingress({ name: 'ws' }, { [`${NGINX}ssl-passthrough`]: 'true' })) },
      { name: 'an hour', manifests: behind(ingress({ name: 'ws' }, timeouts('3600', '3600'))) },
      { name: 'another controller', manifests: behind(ingress({ name: 'ws' }, {}, { ingressClassName: 'traefik' })) },
      { name: 'metrics', manifests: behind(ingress({ number: 8080 }, {}, { ingressClassName: 'nginx' })) },
      {
        name: 'clients that speak every 45 s',
        manifests: behind(ingress({ name: 'ws' }, {}, { ingressClassName: 'nginx' }), (manifests) => {
          manifests.statefulSet.metadata.annotations['cdk8s-mqtt/keepalive-max-seconds'] = '45';
          configure(manifests, ({ keepalive }) => { keepalive.maxSeconds = 45; });
        }),
      },
    ],
  },
];
