import { type ClusterManifests, service } from './base';
import { production, type RuleCases } from './rule-case';

const HOSTNAME = 'external-dns.kubernetes.io/hostname';
const OLD_HOSTNAME = 'external-dns.alpha.kubernetes.io/hostname';
const SET_IDENTIFIER = 'external-dns.kubernetes.io/set-identifier';
const NAME = 'mqtt.example.com';

/** A production cluster whose load balancer has the name. */
function named(change: (manifests: ClusterManifests) => void): object[] {
  return production((manifests) => {
    annotate(manifests.loadBalancer, { [HOSTNAME]: NAME });
    change(manifests);
  });
}

function annotate(object: any, annotations: Record<string, string>): void {
  object.metadata.annotations = { ...object.metadata.annotations, ...annotations };
}

/** A TLSRoute with the name, of this Gateway. */
function route(name: string, gateway: string): any {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'TLSRoute',
    metadata: {
      name,
      namespace: 'mqtt',
      annotations: { 'cdk8s-mqtt/load-balancer-class': 'passthrough', 'cdk8s-mqtt/load-balancer-exposure': 'internal', 'cdk8s-mqtt/load-balancer-idle-timeout-seconds': 'none' },
    },
    spec: { parentRefs: [{ name: gateway }], hostnames: [NAME], rules: [{ backendRefs: [{ name: 'broker', port: 8883 }] }] },
  };
}

const taken = (object: string, by: string) => ({ object, found: `the name ${NAME}, which ${by} has too`, breaks: 'The record leads to one of the two.' });

export const dnsCases: RuleCases[] = [
  {
    rule: 'MQTT-DNS-001',
    breaks: [
      {
        name: 'two Services',
        manifests: named((manifests) => { manifests.second = service('broker-outside', { type: 'NodePort', ports: [{ port: 8883, targetPort: 'mqtts' }] }, { [HOSTNAME]: NAME }); }),
        findings: [taken('Service mqtt/broker-outside', 'Service mqtt/broker-nlb (Service/broker-nlb)')],
      },
      {
        name: 'the older annotation, in capitals, among other names',
        manifests: named(({ headlessService }) => annotate(headlessService, { [OLD_HOSTNAME]: 'peers.example.com, MQTT.example.com' })),
        findings: [taken('Service mqtt/broker-nlb', 'Service mqtt/broker-headless (Service/broker-headless)')],
      },
      {
        name: 'an Ingress of something else',
        manifests: named((manifests) => {
          manifests.ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web', namespace: 'web', annotations: { [HOSTNAME]: NAME } } };
        }),
        findings: [taken('Ingress web/web', 'Service mqtt/broker-nlb (Service/broker-nlb)')],
      },
      {
        name: 'a load balancer and a route',
        manifests: named((manifests) => { manifests.route = route('broker-route', 'edge'); }),
        findings: [taken('TLSRoute mqtt/broker-route', 'Service mqtt/broker-nlb (Service/broker-nlb)')],
      },
      {
        name: 'routes of two Gateways',
        manifests: production((manifests) => Object.assign(manifests, { one: route('one', 'edge'), two: route('two', 'other') })),
        findings: [taken('TLSRoute mqtt/two', 'TLSRoute mqtt/one (TLSRoute/one)')],
      },
      {
        name: 'one set identifier for both',
        manifests: named(({ clientService, loadBalancer }) => [clientService, loadBalancer].forEach((object) => annotate(object, { [HOSTNAME]: NAME, [SET_IDENTIFIER]: 'eu' }))),
        findings: [taken('Service mqtt/broker-nlb', 'Service mqtt/broker (Service/broker)')],
      },
    ],
    satisfies: [
      { name: 'one Service', manifests: named(() => undefined) },
      { name: 'both prefixes of the annotation', manifests: named(({ loadBalancer }) => annotate(loadBalancer, { [OLD_HOSTNAME]: NAME })) },
      { name: 'other names', manifests: named(({ clientService }) => annotate(clientService, { 'external-dns.kubernetes.io/internal-hostname': 'inside.example.com' })) },
      {
        name: 'a routing policy',
        manifests: named(({ clientService, loadBalancer }) => {
          annotate(clientService, { [HOSTNAME]: NAME, [SET_IDENTIFIER]: 'eu' });
          annotate(loadBalancer, { [SET_IDENTIFIER]: 'us' });
        }),
      },
      { name: 'routes of one Gateway', manifests: production((manifests) => Object.assign(manifests, { one: route('one', 'edge'), two: route('two', 'edge') })) },
      {
        name: 'objects of others',
        manifests: production((manifests) => ['a', 'b'].forEach((name) => {
          manifests[name] = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name, annotations: { [HOSTNAME]: NAME } } };
        })),
      },
    ],
  },
];
