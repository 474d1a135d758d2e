import { behindNodes, type ClusterManifests, configure, containerOf, service } from './base';
import { production, type RuleCases } from './rule-case';

const AWS = 'service.beta.kubernetes.io/aws-load-balancer-';
const SCALEWAY_V2 = 'service.beta.kubernetes.io/scw-loadbalancer-proxy-protocol-v2';
const SENDS = 'cdk8s-mqtt/load-balancer-proxy-protocol';
const EXPECTS = 'cdk8s-mqtt/proxy-listeners';
const PROXY_PORT = { name: 'mqtts-proxy', containerPort: 18883, protocol: 'TCP' };

/** As MqttLoadBalancer makes it: a port that expects the header, behind a load balancer that sends it, which alone reaches it. */
function withHeader(manifests: ClusterManifests): void {
  const { statefulSet, loadBalancer, networkPolicy } = manifests;
  Object.assign(statefulSet.metadata.annotations, { [EXPECTS]: 'mqtts-proxy', 'cdk8s-mqtt/tls-listeners': 'mqtts,mqtts-proxy' });
  containerOf(manifests).ports.push({ ...PROXY_PORT });
  configure(manifests, ({ listeners }) => { listeners.push({ ...listeners[0], name: 'mqtts-proxy', port: 18883, proxyProtocol: 'v2' }); });
  loadBalancer.spec.ports[0].targetPort = 'mqtts-proxy';
  Object.assign(loadBalancer.metadata.annotations, { [`${AWS}target-group-attributes`]: 'proxy_protocol_v2.enabled=true', [SENDS]: 'v2' });
  networkPolicy.spec.ingress.push({ from: [{ ipBlock: { cidr: '10.0.0.0/16' } }], ports: [{ port: 18883, protocol: 'TCP' }] });
}

const proxied = (change: (manifests: ClusterManifests) => void = () => undefined) => production((manifests) => {
  withHeader(manifests);
  change(manifests);
});

const route = (port: number) => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'TCPRoute',
  metadata: {
    name: 'broker-route',
    namespace: 'mqtt',
    annotations: { 'cdk8s-mqtt/load-balancer-class': 'passthrough', 'cdk8s-mqtt/load-balancer-exposure': 'internal', 'cdk8s-mqtt/load-balancer-idle-timeout-seconds': 'none' },
  },
  spec: { parentRefs: [{ name: 'edge' }], rules: [{ backendRefs: [{ name: 'broker', port }] }] },
});

export const proxyProtocolCases: RuleCases[] = [
  {
    rule: 'MQTT-PROXY-001',
    breaks: [
      {
        name: 'the client Service',
        manifests: proxied(({ clientService }) => { clientService.spec.ports[0].targetPort = 'mqtts-proxy'; }),
        findings: [{
          object: 'Service mqtt/broker',
          found: 'port 8883 (mqtts) leads to the container port mqtts-proxy, which expects a PROXY protocol header',
          breaks: 'Every client of this Service is disconnected before it is connected.',
        }],
      },
      {
        name: 'the client Service, to a port of which only the configuration of the broker tells',
        manifests: proxied(({ clientService, statefulSet }) => {
          delete statefulSet.metadata.annotations[EXPECTS];
          clientService.spec.ports[0].targetPort = 'mqtts-proxy';
        }),
        findings: [{
          object: 'Service mqtt/broker',
          found: 'port 8883 (mqtts) leads to the container port mqtts-proxy, which expects a PROXY protocol header',
          breaks: 'Every client of this Service is disconnected before it is connected.',
        }],
      },
      {
        name: 'the headless Service, by number',
        manifests: proxied(({ headlessService }) => { headlessService.spec.ports.push({ port: 18883 }); }),
        findings: [{
          object: 'Service mqtt/broker-headless',
          found: 'port 18883 leads to the container port 18883, which expects a PROXY protocol header',
          breaks: 'Every client of this Service is disconnected before it is connected.',
        }],
      },
    ],
    satisfies: [
      { name: 'only the load balancer leads there', manifests: proxied() },
      {
        name: 'a NodePort Service, which is for a proxy outside',
        manifests: proxied((manifests) => { manifests.nodePort = service('broker-node-port', { type: 'NodePort', ports: [{ port: 8883, targetPort: 'mqtts-proxy' }] }); }),
      },
    ],
  },
  {
    rule: 'MQTT-PROXY-002',
    breaks: [
      {
        name: 'a listener without the header behind an NLB that sends it',
        manifests: proxied(({ loadBalancer }) => { loadBalancer.spec.ports[0].targetPort = 'mqtts'; }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: `metadata.annotations '${AWS}target-group-attributes: proxy_protocol_v2.enabled=true', and port 8883 (mqtts) leads to the container port mqtts, which expects no header`,
          breaks: 'No client gets through the load balancer.',
        }],
      },
      {
        name: 'a load balancer of which only the declaration says so',
        manifests: production((manifests) => { behindNodes(manifests, { [SENDS]: 'v1' }); }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: `metadata.annotations '${SENDS}: v1', and port 8883 (mqtts) leads to the container port mqtts, which expects no header`,
          breaks: 'No client gets through the load balancer.',
        }],
      },
      {
        name: 'the port that is listed, of two',
        manifests: proxied((manifests) => {
          const balancer = behindNodes(manifests, { [SCALEWAY_V2]: '443,8883' });
          balancer.spec.ports = [{ name: 'mqtts', port: 8883, targetPort: 'mqtts' }, { name: 'other', port: 9883, targetPort: 'mqtts' }];
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: `metadata.annotations '${SCALEWAY_V2}: 443,8883', and port 8883 (mqtts) leads to the container port mqtts, which expects no header`,
          breaks: 'No client gets through the load balancer.',
        }],
      },
    ],
    satisfies: [
      { name: 'a listener that expects it', manifests: proxied() },
      { name: 'neither sent nor expected', manifests: production() },
      { name: 'declared as not sent', manifests: production(({ loadBalancer }) => { loadBalancer.metadata.annotations[SENDS] = 'none'; }) },
      {
        name: 'sent on another port',
        manifests: production(({ loadBalancer }) => { loadBalancer.metadata.annotations[`${AWS}proxy-protocol-per-target-group`] = '443'; }),
      },
    ],
  },
  {
    rule: 'MQTT-PROXY-003',
    breaks: [
      {
        name: 'the annotation was taken away',
        manifests: proxied(({ loadBalancer }) => {
          delete loadBalancer.metadata.annotations[`${AWS}target-group-attributes`];
          delete loadBalancer.metadata.annotations[SENDS];
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'port 8883 (mqtts) leads to the container port mqtts-proxy, which expects a PROXY protocol header, and no annotation makes the load balancer send one',
          breaks: 'No client gets through the load balancer.',
        }],
      },
      {
        name: 'it is sent on another port',
        manifests: proxied(({ loadBalancer }) => {
          delete loadBalancer.metadata.annotations[`${AWS}target-group-attributes`];
          loadBalancer.metadata.annotations[`${AWS}proxy-protocol-per-target-group`] = '443';
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'port 8883 (mqtts) leads to the container port mqtts-proxy, which expects a PROXY protocol header, and no annotation makes the load balancer send one',
          breaks: 'No client gets through the load balancer.',
        }],
      },
    ],
    satisfies: [
      { name: 'it is sent', manifests: proxied() },
      {
        name: 'the declaration says so, of a load balancer that nobody knows',
        manifests: proxied((manifests) => { behindNodes(manifests, { [SENDS]: 'v2' }); }),
      },
    ],
  },
  {
    rule: 'MQTT-PROXY-004',
    breaks: [{
      name: 'the backend leads to the port with the header',
      manifests: proxied((manifests) => {
        manifests.clientService.spec.ports.push({ name: 'proxied', port: 9883, targetPort: 'mqtts-proxy' });
        manifests.route = route(9883);
      }),
      findings: [{
        object: 'TCPRoute mqtt/broker-route',
        found: 'the backend broker, port 9883 (proxied), leads to the container port mqtts-proxy, which expects a PROXY protocol header',
        breaks: 'Every client of the gateway is disconnected before it is connected.',
      }],
    }],
    satisfies: [
      {
        name: 'the backend leads to the other port of the same Service',
        manifests: proxied((manifests) => {
          manifests.clientService.spec.ports.push({ name: 'proxied', port: 9883, targetPort: 'mqtts-proxy' });
          manifests.route = route(8883);
        }),
      },
    ],
  },
  {
    rule: 'MQTT-PROXY-005',
    breaks: [{
      name: 'HTTP',
      manifests: proxied(({ loadBalancer }) => { loadBalancer.metadata.annotations[`${AWS}healthcheck-protocol`] = 'HTTP'; }),
      findings: [{
        object: 'Service mqtt/broker-nlb',
        found: `metadata.annotations '${AWS}target-group-attributes: proxy_protocol_v2.enabled=true', with '${AWS}healthcheck-protocol: HTTP'`,
        breaks: 'All targets fail their health check: no client gets through, or, when all are unhealthy, every target gets traffic.',
      }],
    }],
    satisfies: [
      { name: 'the default, TCP', manifests: proxied() },
      { name: 'TCP', manifests: proxied(({ loadBalancer }) => { loadBalancer.metadata.annotations[`${AWS}healthcheck-protocol`] = 'tcp'; }) },
      { name: 'HTTP without the header', manifests: production(({ loadBalancer }) => { loadBalancer.metadata.annotations[`${AWS}healthcheck-protocol`] = 'http'; }) },
    ],
  },
  {
    rule: 'MQTT-PROXY-006',
    breaks: [
      {
        name: 'a NetworkPolicy that opens the port for all',
        manifests: proxied(({ networkPolicy }) => { delete networkPolicy.spec.ingress[1].from; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'everybody reaches the container port mqtts-proxy, which expects a PROXY protocol header: a NetworkPolicy opens it without `from`',
          breaks: 'The addresses of clients in logs and metrics can be forged.',
        }],
      },
      {
        name: 'no NetworkPolicy',
        manifests: proxied((manifests) => { delete manifests.networkPolicy; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'everybody reaches the container port mqtts-proxy, which expects a PROXY protocol header: no NetworkPolicy selects the pods',
          breaks: 'The addresses of clients in logs and metrics can be forged.',
        }],
      },
    ],
    satisfies: [
      { name: 'the port is open for the load balancer alone', manifests: proxied() },
      { name: 'no port expects a header', manifests: production((manifests) => { delete manifests.networkPolicy; }) },
      {
        name: 'development',
        manifests: proxied((manifests) => {
          manifests.statefulSet.metadata.annotations['cdk8s-mqtt/profile'] = 'development';
          delete manifests.networkPolicy;
        }),
      },
    ],
  },
];
