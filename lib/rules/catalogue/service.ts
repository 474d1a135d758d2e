import { Annotations } from '../../manifest/annotations';
import { Severity } from '../finding';
import { hasAwsInstanceTargets, proxyProtocolSetting } from '../model/provider-annotations';
import { ServiceObject } from '../model/service-object';
import { loadBalancerRule, objectRule, type Rule, serviceRule, workloadRule } from '../rule';

const SERVICE_SPEC = 'https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/#ServiceSpec';
/** Brokers whose pods find each other through the headless Service. */
const CLUSTERED = ['emqx', 'hivemq'];

export const serviceRules: readonly Rule[] = [
  serviceRule({
    id: 'MQTT-SERVICE-001',
    severity: Severity.WARNING,
    title: 'A Service for MQTT clients has no session affinity',
    why: 'An MQTT connection stays where it is anyway. ClientIP affinity only adds that all clients behind one NAT, or behind one node under externalTrafficPolicy Cluster, reconnect to the same broker.',
    source: 'https://kubernetes.io/docs/reference/networking/virtual-ips/#session-affinity',
    remedy: 'Leave sessionAffinity out.',
    example: `spec:
  sessionAffinity: None`,
  }, ({ spec }) => spec.at('sessionAffinity').text !== 'ClientIP' ? [] : [{
    found: 'spec.sessionAffinity: ClientIP',
    breaks: 'The fleet behind a NAT ends up on one broker.',
  }]),

  serviceRule({
    id: 'MQTT-SERVICE-002',
    severity: Severity.ERROR,
    title: 'A Service for MQTT clients leads to ready pods only',
    why: 'publishNotReadyAddresses is for peers that must find each other before they are ready. A client that gets the address of a broker that recovers its store, or drains, is refused or thrown out again.',
    source: SERVICE_SPEC,
    remedy: 'Leave publishNotReadyAddresses out; set it on the headless Service.',
    example: `spec:
  publishNotReadyAddresses: false`,
  }, (service) => service.isHeadless || service.spec.at('publishNotReadyAddresses').boolean !== true ? [] : [{
    found: 'spec.publishNotReadyAddresses: true on a Service with an address of its own',
    breaks: 'Clients connect to brokers that cannot serve them.',
  }]),

  serviceRule({
    id: 'MQTT-SERVICE-003',
    severity: Severity.ERROR,
    title: 'Every port of a Service leads to a port of the pods',
    why: 'A targetPort by a name that no container has leads nowhere: the Service has no endpoint for it, and clients time out. A number that no container declares is forwarded all the same, mostly to nobody, and no rule can tell what it is.',
    source: 'https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports',
    remedy: 'Name a container port.',
    example: `spec:
  ports:
    - { name: mqtt, port: 1883, targetPort: mqtt }`,
  }, (service, broker) => service.ports.filter((port) =>
    // Whoever writes a chart need not declare the ports of its containers.
    !broker.target(port) && (broker.recognisedBy === undefined || port.target.text !== undefined)).map((port) => ({
    found: `${port} has targetPort ${port.target}; the containers have ${broker.pods.containers.flatMap(({ ports }) => ports.map(({ name, port: number }) => name ?? number)).join(', ') || 'no ports'}`,
    breaks: port.target.text === undefined ? 'The pods declare nothing on this port: it is unlikely that something answers.' : 'The Service has no endpoint for this port: nothing answers.',
  }))),

  objectRule({
    id: 'MQTT-SERVICE-004',
    severity: Severity.ERROR,
    title: 'A Service leads to one cluster of brokers',
    why: 'If the selector of a Service matches the pods of several clusters, their clients are mixed: a device finds its session on one connection and not on the next.',
    source: 'https://kubernetes.io/docs/concepts/services-networking/service/#services-in-kubernetes',
    remedy: 'Select app.kubernetes.io/instance too.',
    example: `spec:
  selector:
    app.kubernetes.io/name: mqtt-broker
    app.kubernetes.io/instance: broker`,
  }, (object, model) => {
    const brokers = object.is('', 'Service') ? model.brokersOf(object.reference) : [];
    return brokers.length < 2 ? [] : [{
      found: `spec.selector: ${object.spec.at('selector')} selects the pods of ${brokers.map((broker) => `${broker.object.kind} ${broker.object.name}`).join(', ')}`,
      breaks: 'Each connection goes to one of them, at random.',
    }];
  }),

  objectRule({
    id: 'MQTT-SERVICE-005',
    severity: Severity.ERROR,
    title: 'A Service that is made for brokers selects their pods',
    why: 'A Service whose selector matches no broker has no endpoints, or those of something else: the load balancer is there, and nobody gets through. No other rule can judge it either.',
    source: 'https://kubernetes.io/docs/concepts/services-networking/service/#services-in-kubernetes',
    remedy: 'Use the selector labels of the cluster, in its namespace, and keep both in one app.',
    example: `spec:
  selector:
    app.kubernetes.io/name: mqtt-broker
    app.kubernetes.io/instance: broker`,
  }, (object, model) => {
    const isMade = object.is('', 'Service') && Annotations.LOAD_BALANCER_PROVIDER in object.annotations;
    return !isMade || model.brokersOf(object.reference).length > 0 ? [] : [{
      found: `spec.selector: ${object.spec.at('selector')}, which matches the pods of no broker in ${object.namespace === '' ? 'the same namespace' : `namespace ${object.namespace}`}`,
      breaks: 'The load balancer has nothing behind it.',
    }];
  }),

  serviceRule({
    id: 'MQTT-SERVICE-006',
    severity: Severity.WARNING,
    title: 'A Service does not ask for its address by spec.loadBalancerIP',
    why: 'The field has been deprecated since Kubernetes 1.24: what it means differs between providers, it knows no dual stack, and some ignore it.',
    source: SERVICE_SPEC,
    remedy: 'Use the annotation of the provider for fixed addresses.',
    example: `metadata:
  annotations:
    metallb.io/loadBalancerIPs: 192.0.2.10`,
  }, ({ spec }) => !spec.at('loadBalancerIP').exists ? [] : [{
    found: `spec.loadBalancerIP: ${spec.at('loadBalancerIP')}`,
    breaks: 'The address that devices are configured with may not be the one that the load balancer gets.',
  }]),

  serviceRule({
    id: 'MQTT-SERVICE-007',
    severity: Severity.WARNING,
    title: 'A Service has no externalIPs',
    why: 'Whoever may write externalIPs can take over the traffic to any address that passes the nodes (CVE-2020-8554). The field is deprecated since Kubernetes 1.36 and will be switched off; many clusters refuse it today.',
    source: 'https://github.com/kubernetes/enhancements/issues/5707',
    remedy: 'Use type LoadBalancer, on premises with MetalLB, Cilium or kube-vip.',
    example: `spec:
  type: LoadBalancer`,
  }, ({ spec }) => spec.at('externalIPs').items.length === 0 ? [] : [{
    found: `spec.externalIPs: ${spec.at('externalIPs').items.join(', ')}`,
    breaks: 'The Service may be refused, and loses its address with a later version of Kubernetes.',
  }]),

  serviceRule({
    id: 'MQTT-SERVICE-008',
    severity: Severity.ERROR,
    title: 'Fields of a load balancer stand on Services of type LoadBalancer',
    why: 'The API server refuses loadBalancerClass and allocateLoadBalancerNodePorts on any other type, and healthCheckNodePort without externalTrafficPolicy Local.',
    source: SERVICE_SPEC,
    remedy: 'Set the type, or leave the fields out.',
    example: `spec:
  type: LoadBalancer
  loadBalancerClass: service.k8s.aws/nlb`,
  }, (service) => {
    const ofLoadBalancers = service.isLoadBalancer ? [] : ['loadBalancerClass', 'allocateLoadBalancerNodePorts'];
    const ofLocal = service.isLoadBalancer && service.keepsTrafficLocal ? [] : ['healthCheckNodePort'];
    const fields = [...ofLoadBalancers, ...ofLocal].filter((field) => service.spec.at(field).exists && service.spec.at(field).value !== 0);
    return fields.length === 0 ? [] : [{
      found: `${fields.map((field) => `spec.${field}: ${service.spec.at(field)}`).join(', ')}, with spec.type: ${service.type}${service.isLoadBalancer ? ' and without externalTrafficPolicy Local' : ''}`,
      breaks: 'The API server refuses the Service.',
    }];
  }),

  loadBalancerRule({
    id: 'MQTT-SERVICE-009',
    severity: Severity.ERROR,
    title: 'A load balancer that sends to nodes has node ports',
    why: 'An NLB with instance targets sends to a node port of each node. Without node ports the controller reports an error and makes no target group.',
    source: 'https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/nlb/',
    remedy: 'Use IP targets, or leave allocateLoadBalancerNodePorts out.',
    example: `metadata:
  annotations:
    service.beta.kubernetes.io/aws-load-balancer-nlb-target-type: ip
spec:
  allocateLoadBalancerNodePorts: false`,
  }, (service) => service.spec.at('allocateLoadBalancerNodePorts').boolean !== false || !hasAwsInstanceTargets(service.object) ? [] : [{
    found: 'spec.allocateLoadBalancerNodePorts: false, with instance targets',
    breaks: 'The load balancer gets no targets.',
  }]),

  loadBalancerRule({
    id: 'MQTT-SERVICE-010',
    severity: Severity.WARNING,
    title: 'Clients inside the Kubernetes cluster have a way without PROXY protocol',
    why: 'kube-proxy short-cuts connections from pods to the address of a load balancer: they never pass it, carry no PROXY protocol header, and a listener that requires one closes them.',
    source: 'https://kubernetes.io/docs/concepts/services-networking/service/#load-balancer-ip-mode',
    remedy: 'Keep a ClusterIP Service to a listener without PROXY protocol.',
    example: `spec:
  type: ClusterIP
  ports:
    - { name: mqtt, port: 1883, targetPort: mqtt }`,
  }, (service, broker) => {
    const setting = proxyProtocolSetting(service.object);
    const targets = service.ports.map((port) => broker.target(port)?.port);
    const hasOther = broker.services.some((other) => other.type === 'ClusterIP' && !other.isHeadless
      && other.ports.some((port) => !targets.includes(broker.target(port)?.port)));
    return setting === undefined || hasOther ? [] : [{
      found: `metadata.annotations '${setting}', and no ClusterIP Service to another listener`,
      breaks: 'Pods that connect to the address of the load balancer, or to the same listener, are refused.',
    }];
  }),

  workloadRule({
    id: 'MQTT-SERVICE-011',
    severity: Severity.WARNING,
    title: 'The headless Service of a StatefulSet exists and selects its pods',
    why: 'serviceName must name a headless Service that the user creates: without it the pods have no DNS names of their own, and peers that look each other up find nobody. The field is immutable.',
    source: 'https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id',
    remedy: 'Create the Service with clusterIP None, in the same app.',
    example: `kind: Service
metadata: { name: broker-headless }
spec:
  clusterIP: None
  selector: { app.kubernetes.io/instance: broker }`,
  }, ({ object, services, spec }) => {
    const name = spec.at('serviceName');
    const service = services.find((candidate) => candidate.object.name === name.text);
    return object.kind !== 'StatefulSet' || service?.isHeadless ? [] : [{
      found: `spec.serviceName: ${name}; ${service ? `Service ${name} has an address of its own` : 'no such Service selects the pods'}`,
      breaks: 'The pods have no DNS names.',
    }];
  }),

  workloadRule({
    id: 'MQTT-SERVICE-012',
    severity: Severity.WARNING,
    title: 'Brokers that form a cluster find peers that are not ready yet',
    why: 'A broker that joins its cluster before it is ready needs the addresses of peers that wait for the same. Without publishNotReadyAddresses they wait for each other, or start as clusters of one.',
    source: SERVICE_SPEC,
    remedy: 'Set publishNotReadyAddresses on the headless Service.',
    example: `spec:
  clusterIP: None
  publishNotReadyAddresses: true`,
  }, ({ broker, maximumReplicas, services, spec }) => {
    const headless: ServiceObject | undefined = services.find((service) => service.isHeadless && service.object.name === spec.at('serviceName').text);
    const finds = headless === undefined || headless.spec.at('publishNotReadyAddresses').boolean === true;
    return !CLUSTERED.includes(broker) || maximumReplicas <= 1 || finds ? [] : [{
      found: `Service ${headless.object.name} has no spec.publishNotReadyAddresses: true`,
      breaks: 'After a full stop the brokers may come back as several clusters.',
    }];
  }),
];
