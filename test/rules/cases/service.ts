import { behindNodes, containerOf, service } from './base';
import { development, production, type RuleCases } from './rule-case';

const AWS = 'service.beta.kubernetes.io/aws-load-balancer-';

export const serviceCases: RuleCases[] = [
  {
    rule: 'MQTT-SERVICE-001',
    breaks: [{
      name: 'ClientIP',
      manifests: production(({ clientService }) => { clientService.spec.sessionAffinity = 'ClientIP'; }),
      findings: [{
        object: 'Service mqtt/broker',
        found: 'spec.sessionAffinity: ClientIP',
        breaks: 'The fleet behind a NAT ends up on one broker.',
      }],
    }],
    satisfies: [
      { name: 'none', manifests: production(({ clientService }) => { clientService.spec.sessionAffinity = 'None'; }) },
      { name: 'not set', manifests: production() },
    ],
  },
  {
    rule: 'MQTT-SERVICE-002',
    breaks: [{
      name: 'a client Service',
      manifests: production(({ clientService }) => { clientService.spec.publishNotReadyAddresses = true; }),
      findings: [{
        object: 'Service mqtt/broker',
        found: 'spec.publishNotReadyAddresses: true on a Service with an address of its own',
        breaks: 'Clients connect to brokers that cannot serve them.',
      }],
    }],
    satisfies: [{ name: 'the headless Service', manifests: production() }],
  },
  {
    rule: 'MQTT-SERVICE-003',
    breaks: [
      {
        name: 'a name that no container has',
        manifests: production(({ clientService }) => { clientService.spec.ports[0].targetPort = 'mqtt'; }),
        findings: [{
          object: 'Service mqtt/broker',
          found: 'port 8883 (mqtts) has targetPort mqtt; the containers have mqtts, http',
          breaks: 'The Service has no endpoint for this port: nothing answers.',
        }],
      },
      {
        name: 'no targetPort, and another number',
        manifests: production(({ clientService }) => { clientService.spec.ports = [{ port: 1883 }]; }),
        findings: [{
          object: 'Service mqtt/broker',
          found: 'port 1883 has targetPort 1883; the containers have mqtts, http',
          breaks: 'The pods declare nothing on this port: it is unlikely that something answers.',
        }],
      },
      {
        name: 'containers without ports',
        manifests: production((manifests) => {
          delete containerOf(manifests).ports;
          delete manifests.loadBalancer;
          delete manifests.headlessService;
        }),
        findings: [{
          object: 'Service mqtt/broker',
          found: 'port 8883 (mqtts) has targetPort mqtts; the containers have no ports',
          breaks: 'The Service has no endpoint for this port: nothing answers.',
        }],
      },
    ],
    satisfies: [
      { name: 'by name', manifests: production() },
      { name: 'by number', manifests: production(({ clientService }) => { clientService.spec.ports[0].targetPort = 8883; }) },
      { name: 'by the same number', manifests: production(({ clientService }) => { clientService.spec.ports = [{ port: 8883 }]; }) },
    ],
  },
  {
    rule: 'MQTT-SERVICE-004',
    breaks: [{
      name: 'a selector that two clusters match',
      manifests: production((manifests) => {
        const other = structuredClone(manifests.statefulSet);
        other.metadata.name = 'other';
        other.spec.template.metadata.labels = { ...other.spec.template.metadata.labels, 'app.kubernetes.io/instance': 'other' };
        manifests.other = other;
        manifests.clientService.spec.selector = { 'app.kubernetes.io/name': 'mqtt-broker' };
      }),
      findings: [{
        object: 'Service mqtt/broker',
        found: 'spec.selector: {"app.kubernetes.io/name":"mqtt-broker"} selects the pods of StatefulSet broker, StatefulSet other',
        breaks: 'Each connection goes to one of them, at random.',
      }],
    }],
    satisfies: [
      { name: 'one cluster', manifests: production() },
      {
        name: 'two clusters in two namespaces',
        manifests: production((manifests) => {
          const other = structuredClone(manifests.statefulSet);
          other.metadata.namespace = 'other';
          manifests.other = other;
        }),
      },
    ],
  },
  {
    rule: 'MQTT-SERVICE-005',
    breaks: [
      {
        name: 'other labels',
        manifests: production(({ loadBalancer }) => { loadBalancer.spec.selector['app.kubernetes.io/instance'] = 'gone'; }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'spec.selector: {"app.kubernetes.io/name":"mqtt-broker","app.kubernetes.io/instance":"gone"}, which matches the pods of no broker in namespace mqtt',
          breaks: 'The load balancer has nothing behind it.',
        }],
      },
      {
        name: 'another namespace',
        manifests: production(({ loadBalancer }) => { loadBalancer.metadata.namespace = 'other'; }),
        findings: [{
          object: 'Service other/broker-nlb',
          found: 'spec.selector: {"app.kubernetes.io/name":"mqtt-broker","app.kubernetes.io/instance":"broker"}, which matches the pods of no broker in namespace other',
          breaks: 'The load balancer has nothing behind it.',
        }],
      },
      {
        name: 'no selector, which selects nothing',
        manifests: production(({ loadBalancer }) => { loadBalancer.spec.selector = {}; }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'spec.selector: {}, which matches the pods of no broker in namespace mqtt',
          breaks: 'The load balancer has nothing behind it.',
        }],
      },
      {
        name: 'no namespace',
        manifests: production(({ loadBalancer }) => {
          delete loadBalancer.metadata.namespace;
          delete loadBalancer.spec.selector;
        }),
        findings: [{
          object: 'Service broker-nlb',
          found: 'spec.selector: absent, which matches the pods of no broker in the same namespace',
          breaks: 'The load balancer has nothing behind it.',
        }],
      },
    ],
    satisfies: [
      { name: 'the labels of the pods', manifests: production() },
      {
        name: 'a Service of something else',
        manifests: production((manifests) => {
          manifests.web = service('web', { selector: { app: 'web' }, ports: [{ port: 80 }] });
        }),
      },
    ],
  },
  {
    rule: 'MQTT-SERVICE-006',
    breaks: [{
      name: 'an address',
      manifests: production(({ loadBalancer }) => { loadBalancer.spec.loadBalancerIP = '192.0.2.10'; }),
      findings: [{
        object: 'Service mqtt/broker-nlb',
        found: 'spec.loadBalancerIP: 192.0.2.10',
        breaks: 'The address that devices are configured with may not be the one that the load balancer gets.',
      }],
    }],
    satisfies: [{ name: 'none', manifests: production() }],
  },
  {
    rule: 'MQTT-SERVICE-007',
    breaks: [{
      name: 'two addresses',
      manifests: production(({ clientService }) => { clientService.spec.externalIPs = ['192.0.2.10', '192.0.2.11']; }),
      findings: [{
        object: 'Service mqtt/broker',
        found: 'spec.externalIPs: 192.0.2.10, 192.0.2.11',
        breaks: 'The Service may be refused, and loses its address with a later version of Kubernetes.',
      }],
    }],
    satisfies: [{ name: 'none', manifests: production() }],
  },
  {
    rule: 'MQTT-SERVICE-008',
    breaks: [
      {
        name: 'a class on ClusterIP',
        manifests: production(({ clientService }) => { clientService.spec.loadBalancerClass = 'service.k8s.aws/nlb'; }),
        findings: [{
          object: 'Service mqtt/broker',
          found: 'spec.loadBalancerClass: service.k8s.aws/nlb, with spec.type: ClusterIP',
          breaks: 'The API server refuses the Service.',
        }],
      },
      {
        name: 'a health check port under Cluster',
        manifests: production(({ loadBalancer }) => { loadBalancer.spec.healthCheckNodePort = 32000; }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'spec.healthCheckNodePort: 32000, with spec.type: LoadBalancer and without externalTrafficPolicy Local',
          breaks: 'The API server refuses the Service.',
        }],
      },
    ],
    satisfies: [
      { name: 'on LoadBalancer', manifests: production() },
      {
        name: 'a health check port under Local',
        manifests: production((manifests) => { Object.assign(behindNodes(manifests).spec, { healthCheckNodePort: 32000, externalTrafficPolicy: 'Local' }); }),
      },
    ],
  },
  {
    rule: 'MQTT-SERVICE-009',
    breaks: [{
      name: 'instance targets by default',
      manifests: production(({ loadBalancer }) => { delete loadBalancer.metadata.annotations[`${AWS}nlb-target-type`]; }),
      findings: [{
        object: 'Service mqtt/broker-nlb',
        found: 'spec.allocateLoadBalancerNodePorts: false, with instance targets',
        breaks: 'The load balancer gets no targets.',
      }],
    }],
    satisfies: [
      { name: 'IP targets', manifests: production() },
      {
        name: 'instance targets with node ports',
        manifests: production(({ loadBalancer }) => {
          delete loadBalancer.metadata.annotations[`${AWS}nlb-target-type`];
          delete loadBalancer.spec.allocateLoadBalancerNodePorts;
        }),
      },
    ],
  },
  {
    rule: 'MQTT-SERVICE-010',
    breaks: [
      {
        name: 'one listener for both',
        manifests: production(({ loadBalancer }) => { loadBalancer.metadata.annotations[`${AWS}proxy-protocol`] = '*'; }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "metadata.annotations 'service.beta.kubernetes.io/aws-load-balancer-proxy-protocol: *', and no ClusterIP Service to another listener",
          breaks: 'Pods that connect to the address of the load balancer, or to the same listener, are refused.',
        }],
      },
      {
        name: 'no client Service',
        manifests: production((manifests) => {
          delete manifests.clientService;
          behindNodes(manifests, { 'load-balancer.hetzner.cloud/uses-proxyprotocol': 'true' });
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "metadata.annotations 'load-balancer.hetzner.cloud/uses-proxyprotocol: true', and no ClusterIP Service to another listener",
          breaks: 'Pods that connect to the address of the load balancer, or to the same listener, are refused.',
        }],
      },
    ],
    satisfies: [
      { name: 'no PROXY protocol', manifests: production() },
      { name: 'PROXY protocol switched off', manifests: production((manifests) => { behindNodes(manifests, { 'load-balancer.hetzner.cloud/uses-proxyprotocol': 'false' }); }) },
      {
        name: 'another listener for clients in the cluster',
        manifests: production((manifests) => {
          containerOf(manifests).ports.push({ name: 'mqtts-proxied', containerPort: 18883, protocol: 'TCP' });
          manifests.loadBalancer.spec.ports[0].targetPort = 'mqtts-proxied';
          manifests.loadBalancer.metadata.annotations[`${AWS}proxy-protocol`] = '*';
        }),
      },
    ],
  },
  {
    rule: 'MQTT-SERVICE-011',
    breaks: [
      {
        name: 'no such Service',
        manifests: production((manifests) => { delete manifests.headlessService; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.serviceName: broker-headless; no such Service selects the pods',
          breaks: 'The pods have no DNS names.',
        }],
      },
      {
        name: 'a Service with an address',
        manifests: production(({ statefulSet }) => { statefulSet.spec.serviceName = 'broker'; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.serviceName: broker; Service broker has an address of its own',
          breaks: 'The pods have no DNS names.',
        }],
      },
      {
        name: 'no name',
        manifests: production(({ statefulSet }) => { delete statefulSet.spec.serviceName; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.serviceName: absent; no such Service selects the pods',
          breaks: 'The pods have no DNS names.',
        }],
      },
    ],
    satisfies: [{ name: 'a headless Service', manifests: production() }],
  },
  {
    rule: 'MQTT-SERVICE-012',
    breaks: [{
      name: 'HiveMQ without the addresses of those that start',
      manifests: production((manifests) => {
        manifests.statefulSet.metadata.annotations['cdk8s-mqtt/broker'] = 'hivemq';
        delete manifests.headlessService.spec.publishNotReadyAddresses;
      }),
      findings: [{
        object: 'StatefulSet mqtt/broker',
        found: 'Service broker-headless has no spec.publishNotReadyAddresses: true',
        breaks: 'After a full stop the brokers may come back as several clusters.',
      }],
    }],
    satisfies: [
      { name: 'HiveMQ with them', manifests: production(({ statefulSet }) => { statefulSet.metadata.annotations['cdk8s-mqtt/broker'] = 'hivemq'; }) },
      { name: 'companion, whose pods do not look for each other', manifests: production(({ headlessService }) => { delete headlessService.spec.publishNotReadyAddresses; }) },
      {
        name: 'a single EMQX',
        manifests: development((manifests) => {
          manifests.statefulSet.metadata.annotations['cdk8s-mqtt/broker'] = 'emqx';
          delete manifests.headlessService.spec.publishNotReadyAddresses;
        }),
      },
    ],
  },
];
