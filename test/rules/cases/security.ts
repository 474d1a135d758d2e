import { behindNodes, type ClusterManifests, configure, containerOf } from './base';
import { withLog } from './message-log';
import { development, production, type RuleCases } from './rule-case';

const AWS = 'service.beta.kubernetes.io/aws-load-balancer-';
const ANONYMOUS = 'cdk8s-mqtt/anonymous-clients';
const EXPOSURE = 'cdk8s-mqtt/load-balancer-exposure';
const PROVIDER = 'cdk8s-mqtt/load-balancer-provider';
/** Load balancers that nothing makes internal, whatever they declare. */
const PUBLIC_BY_DEFAULT: [string, Record<string, string>][] = [
  ['an override took away what made it internal for OCI', { [PROVIDER]: 'oci-lb' }],
  ['an override took away what made it internal for Scaleway', { [PROVIDER]: 'scaleway' }],
  ['an override took away what made it internal for Octavia', { [PROVIDER]: 'octavia' }],
  ['Azure by default, in manifests of other origin', { 'service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout': '10' }],
  ['DigitalOcean by default, in manifests of other origin', { 'service.beta.kubernetes.io/do-loadbalancer-size-unit': '2' }],
  ['IBM by default, in manifests of other origin', { 'service.kubernetes.io/ibm-load-balancer-cloud-provider-enable-features': 'nlb' }],
  ['an NLB of the cloud controller manager, in manifests of other origin', { 'service.beta.kubernetes.io/aws-load-balancer-type': 'nlb' }],
];
const CLASS = 'cdk8s-mqtt/load-balancer-class';
const OCI_PRESERVE = 'oci-network-load-balancer.oraclecloud.com/is-preserve-source';
const TLS = 'cdk8s-mqtt/tls-listeners';

function plaintext(manifests: ClusterManifests): void {
  delete manifests.statefulSet.metadata.annotations[TLS];
  configure(manifests, ({ listeners: [listener] }) => { listener.protocol = 'tcp'; });
}

const route = (exposure: string): any => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'TCPRoute',
  metadata: {
    name: 'broker-route',
    namespace: 'mqtt',
    annotations: { 'cdk8s-mqtt/load-balancer-class': 'passthrough', [EXPOSURE]: exposure, 'cdk8s-mqtt/load-balancer-idle-timeout-seconds': 'none' },
  },
  spec: { parentRefs: [{ name: 'edge' }], rules: [{ backendRefs: [{ name: 'broker', port: 8883 }] }] },
});

/** The back-off as it is by default, or with this number, and one more change. */
function backOff(failures?: number, change: (manifests: ClusterManifests) => void = () => undefined) {
  return (manifests: ClusterManifests): void => {
    configure(manifests, ({ authentication }) => {
      if (failures === undefined) delete authentication.backoff;
      else authentication.backoff = { failures };
    });
    change(manifests);
  };
}

function lockedOut(hidden: string, failures = 10, object = 'Service mqtt/broker-nlb') {
  return {
    object,
    found: `port 8883 (mqtts) leads to a listener that takes passwords, behind which no client has an address of its own: ${hidden}; ${failures} wrong passwords (authentication.backoff.failures) in broker.yaml of ConfigMap broker-configuration`,
    breaks: `${failures * 10} wrong passwords from anywhere lock out all clients that this broker has not let in before.`,
  };
}

/** No access rules, and these ways to prove a user name in the place of passwords. */
function withoutRules(authentication?: object) {
  return (manifests: ClusterManifests): void => configure(manifests, (configuration) => {
    delete configuration.authorization;
    if (authentication !== undefined) configuration.authentication = authentication;
  });
}

function everythingAllowed(ways: string) {
  return {
    object: 'StatefulSet mqtt/broker',
    found: `${ways} and no authorization.aclFile in broker.yaml of ConfigMap broker-configuration`,
    breaks: 'Every user may publish and subscribe to every topic.',
  };
}

export const securityCases: RuleCases[] = [
  {
    rule: 'MQTT-SECURITY-001',
    breaks: [{
      name: 'allowed on one of two listeners, and nothing declared',
      needsOtherObjects: 'the configuration stands in a ConfigMap',
      manifests: production((manifests) => {
        delete manifests.statefulSet.metadata.annotations[ANONYMOUS];
        configure(manifests, ({ authentication, listeners }) => {
          authentication.anonymous = true;
          listeners[0].authentication = ['password'];
          listeners.push({ name: 'sensors', protocol: 'tls', port: 8885, authentication: ['anonymous'] });
        });
      }),
      findings: [{
        object: 'StatefulSet mqtt/broker',
        found: 'authentication.anonymous: true on sensors in broker.yaml of ConfigMap broker-configuration',
        breaks: 'The fleet is open to everybody who can connect.',
      }],
    }, {
      name: 'allowed by the configuration, and nothing declared',
      needsOtherObjects: 'the configuration stands in a ConfigMap',
      manifests: production((manifests) => {
        delete manifests.statefulSet.metadata.annotations[ANONYMOUS];
        configure(manifests, ({ authentication }) => { authentication.anonymous = true; });
      }),
      findings: [{
        object: 'StatefulSet mqtt/broker',
        found: 'authentication.anonymous: true in broker.yaml of ConfigMap broker-configuration',
        breaks: 'The fleet is open to everybody who can connect.',
      }],
    }, {
      name: 'allowed in production',
      manifests: production(({ statefulSet }) => { statefulSet.metadata.annotations[ANONYMOUS] = 'allowed'; }),
      findings: [{
        object: 'StatefulSet mqtt/broker',
        found: "metadata.annotations 'cdk8s-mqtt/anonymous-clients: allowed'",
        breaks: 'The fleet is open to everybody who can connect.',
      }],
    }],
    satisfies: [
      { name: 'refused in production', manifests: production() },
      {
        name: 'allowed by the configuration, and by none of its listeners',
        manifests: production((manifests) => {
          delete manifests.statefulSet.metadata.annotations[ANONYMOUS];
          configure(manifests, ({ authentication, listeners: [listener] }) => { authentication.anonymous = true; listener.authentication = ['password']; });
        }),
      },
      { name: 'allowed in development', manifests: development(({ statefulSet }) => { statefulSet.metadata.annotations[ANONYMOUS] = 'allowed'; }) },
    ],
  },
  {
    rule: 'MQTT-SECURITY-002',
    breaks: [{
      name: 'allowed in development',
      manifests: development(({ statefulSet }) => { statefulSet.metadata.annotations[ANONYMOUS] = 'allowed'; }),
      findings: [{
        object: 'StatefulSet mqtt/broker',
        found: "metadata.annotations 'cdk8s-mqtt/anonymous-clients: allowed'",
        breaks: 'Everybody who can connect may publish and subscribe.',
      }],
    }],
    satisfies: [
      { name: 'refused in development', manifests: development() },
      { name: 'allowed in production, which MQTT-SECURITY-001 refuses', manifests: production(({ statefulSet }) => { statefulSet.metadata.annotations[ANONYMOUS] = 'allowed'; }) },
    ],
  },
  {
    rule: 'MQTT-SECURITY-003',
    breaks: [
      {
        name: 'a plaintext listener beside one with TLS',
        manifests: production((manifests) => { containerOf(manifests).ports.push({ name: 'mqtt', containerPort: 1883, protocol: 'TCP' }); }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'container ports without TLS: 1883 (mqtt)',
          breaks: 'Credentials and messages travel in the clear.',
        }],
      },
      {
        name: 'no declared TLS',
        manifests: production(plaintext),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'container ports without TLS: 8883 (mqtts)',
          breaks: 'Credentials and messages travel in the clear.',
        }],
      },
      {
        name: 'a port without a name',
        manifests: production((manifests) => { containerOf(manifests).ports.push({ containerPort: 1883 }); }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'container ports without TLS: 1883',
          breaks: 'Credentials and messages travel in the clear.',
        }],
      },
    ],
    satisfies: [
      { name: 'TLS only, beside the operations port', manifests: production() },
      {
        name: 'TLS that only the configuration of the broker tells',
        needsOtherObjects: 'the configuration stands in a ConfigMap',
        manifests: production(({ statefulSet }) => { delete statefulSet.metadata.annotations[TLS]; }),
      },
      {
        name: 'two listeners with TLS, and ports that are none',
        manifests: production((manifests) => {
          manifests.statefulSet.metadata.annotations[TLS] = 'mqtts, wss';
          containerOf(manifests).ports.push({ name: 'wss', containerPort: 8084 }, { name: 'dashboard', containerPort: 18083 }, { name: 'gossip', containerPort: 7946, protocol: 'UDP' });
        }),
      },
      { name: 'plaintext in development', manifests: development(plaintext) },
    ],
  },
  {
    rule: 'MQTT-SECURITY-004',
    breaks: [
      {
        name: 'declared as reachable from the internet',
        manifests: development((manifests) => {
          plaintext(manifests);
          behindNodes(manifests, { [EXPOSURE]: 'internet' });
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'port 8883 (mqtts) of an internet-facing load balancer leads to a listener without TLS',
          breaks: 'Credentials and messages of every device can be read and changed on the internet.',
        }],
      },
      {
        name: 'a TCPRoute of a gateway that the internet reaches',
        manifests: development((manifests) => {
          plaintext(manifests);
          manifests.route = route('internet');
        }),
        findings: [{
          object: 'TCPRoute mqtt/broker-route',
          found: 'port 8883 (mqtts) behind an internet-facing gateway leads to a listener without TLS',
          breaks: 'Credentials and messages of every device can be read and changed on the internet.',
        }],
      },
      {
        name: 'an override of the scheme that the declaration does not know of',
        manifests: development((manifests) => {
          plaintext(manifests);
          manifests.loadBalancer.metadata.annotations[`${AWS}scheme`] = 'internet-facing';
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'port 8883 (mqtts) of an internet-facing load balancer leads to a listener without TLS',
          breaks: 'Credentials and messages of every device can be read and changed on the internet.',
        }],
      },
      ...PUBLIC_BY_DEFAULT.map(([name, annotations]) => ({
        name,
        manifests: development((manifests) => {
          plaintext(manifests);
          const { metadata } = behindNodes(manifests, annotations);
          if (!(PROVIDER in annotations)) [PROVIDER, EXPOSURE].forEach((key) => { delete metadata.annotations[key]; });
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'port 8883 (mqtts) of an internet-facing load balancer leads to a listener without TLS',
          breaks: 'Credentials and messages of every device can be read and changed on the internet.',
        }],
      })),
    ],
    satisfies: [
      { name: 'a TCPRoute to a listener with TLS', manifests: production((manifests) => { manifests.route = route('internet'); }) },
      { name: 'a TCPRoute of an internal gateway', manifests: development((manifests) => { plaintext(manifests); manifests.route = route('internal'); }) },
      { name: 'a TLSRoute, whose TLS ends at the gateway', manifests: development((manifests) => { plaintext(manifests); manifests.route = { ...route('internet'), kind: 'TLSRoute' }; }) },
      {
        name: 'a TCPRoute to another port',
        manifests: development((manifests) => {
          plaintext(manifests);
          manifests.route = route('internet');
          manifests.route.spec.rules[0].backendRefs[0].port = 80;
        }),
      },
      { name: 'TLS in the broker', manifests: production((manifests) => { behindNodes(manifests, { [EXPOSURE]: 'internet' }); }) },
      { name: 'internal', manifests: development(plaintext) },
      {
        name: 'an internal NLB of the cloud controller manager, in manifests of other origin',
        manifests: development((manifests) => {
          plaintext(manifests);
          const { metadata } = behindNodes(manifests, { [`${AWS}type`]: 'nlb', [`${AWS}internal`]: 'true' });
          [PROVIDER, EXPOSURE].forEach((key) => { delete metadata.annotations[key]; });
        }),
      },
      {
        name: 'declared as reachable from the internet, and internal for Azure',
        manifests: development((manifests) => {
          plaintext(manifests);
          behindNodes(manifests, { [EXPOSURE]: 'internet', 'service.beta.kubernetes.io/azure-load-balancer-internal': 'true' });
        }),
      },
      {
        name: 'declared as reachable from the internet, and internal for Google',
        manifests: development((manifests) => {
          plaintext(manifests);
          behindNodes(manifests, { [EXPOSURE]: 'internet', 'networking.gke.io/load-balancer-type': 'Internal' });
        }),
      },
      {
        name: 'TLS at the load balancer',
        manifests: development((manifests) => {
          plaintext(manifests);
          Object.assign(manifests.loadBalancer.metadata.annotations, {
            [`${AWS}scheme`]: 'internet-facing', [`${AWS}ssl-cert`]: 'arn:aws:acm:eu-central-1:123456789012:certificate/example',
          });
        }),
      },
    ],
  },
  {
    rule: 'MQTT-SECURITY-005',
    breaks: [
      {
        name: 'a load balancer',
        manifests: production(({ loadBalancer }) => { loadBalancer.spec.ports.push({ name: 'http', port: 80, targetPort: 8080 }); }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'port 80 (http) of a Service of type LoadBalancer leads to an operations port',
          breaks: 'Everybody who reaches the load balancer or a node reads metrics and health.',
        }],
      },
      {
        name: 'a node port',
        manifests: production(({ clientService }) => { Object.assign(clientService.spec, { type: 'NodePort', ports: [{ port: 8080, targetPort: 'http' }] }); }),
        findings: [{
          object: 'Service mqtt/broker',
          found: 'port 8080 of a Service of type NodePort leads to an operations port',
          breaks: 'Everybody who reaches the load balancer or a node reads metrics and health.',
        }],
      },
    ],
    satisfies: [
      { name: 'listeners only', manifests: production() },
      { name: 'inside the cluster', manifests: production(({ clientService }) => { clientService.spec.ports.push({ name: 'http', port: 8080, targetPort: 'http' }); }) },
    ],
  },
  {
    rule: 'MQTT-SECURITY-006',
    breaks: [
      {
        name: 'none',
        manifests: production((manifests) => { delete manifests.networkPolicy; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'no NetworkPolicy with the policy type Ingress selects the pods',
          breaks: 'A compromised pod anywhere in the cluster reaches every port of the brokers.',
        }],
      },
      {
        name: 'one for egress',
        manifests: production(({ networkPolicy }) => { networkPolicy.spec.policyTypes = ['Egress']; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'no NetworkPolicy with the policy type Ingress selects the pods',
          breaks: 'A compromised pod anywhere in the cluster reaches every port of the brokers.',
        }],
      },
      {
        name: 'one for other pods',
        manifests: production(({ networkPolicy }) => { networkPolicy.spec.podSelector = { matchLabels: { app: 'web' } }; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'no NetworkPolicy with the policy type Ingress selects the pods',
          breaks: 'A compromised pod anywhere in the cluster reaches every port of the brokers.',
        }],
      },
    ],
    satisfies: [
      { name: 'one for ingress', manifests: production() },
      { name: 'one for every pod of the namespace', manifests: production(({ networkPolicy }) => { networkPolicy.spec.podSelector = {}; }) },
      { name: 'none in development', manifests: development((manifests) => { delete manifests.networkPolicy; }) },
    ],
  },
  {
    rule: 'MQTT-SECURITY-007',
    breaks: [
      {
        name: 'another port is open',
        manifests: production(({ networkPolicy }) => { networkPolicy.spec.ingress[0].ports[0].port = 1883; }),
        findings: [{
          object: 'Service mqtt/broker',
          found: 'port 8883 (mqtts) leads to a container port that no NetworkPolicy opens (broker)',
          breaks: 'Clients time out.',
        }, {
          object: 'Service mqtt/broker-nlb',
          found: 'port 8883 (mqtts) leads to a container port that no NetworkPolicy opens (broker)',
          breaks: 'Clients time out.',
        }],
      },
      {
        name: 'another protocol is open',
        manifests: production((manifests) => {
          delete manifests.loadBalancer;
          manifests.networkPolicy.spec.ingress[0].ports[0].protocol = 'UDP';
        }),
        findings: [{
          object: 'Service mqtt/broker',
          found: 'port 8883 (mqtts) leads to a container port that no NetworkPolicy opens (broker)',
          breaks: 'Clients time out.',
        }],
      },
      {
        name: 'nothing is open',
        manifests: production((manifests) => {
          delete manifests.loadBalancer;
          delete manifests.networkPolicy.spec.policyTypes;
          delete manifests.networkPolicy.spec.ingress;
        }),
        findings: [{
          object: 'Service mqtt/broker',
          found: 'port 8883 (mqtts) leads to a container port that no NetworkPolicy opens (broker)',
          breaks: 'Clients time out.',
        }],
      },
    ],
    satisfies: [
      { name: 'the port is open', manifests: production() },
      { name: 'the port is open by name', manifests: production(({ networkPolicy }) => { networkPolicy.spec.ingress[0].ports[0].port = 'mqtts'; }) },
      { name: 'a range is open', manifests: production(({ networkPolicy }) => { networkPolicy.spec.ingress[0].ports = [{ port: 8000, endPort: 9000 }]; }) },
      { name: 'every port is open', manifests: production(({ networkPolicy }) => { networkPolicy.spec.ingress = [{}]; }) },
      { name: 'every TCP port is open', manifests: production(({ networkPolicy }) => { networkPolicy.spec.ingress = [{ ports: [{ protocol: 'TCP' }] }]; }) },
      {
        name: 'a second policy opens it',
        manifests: production((manifests) => {
          manifests.second = structuredClone(manifests.networkPolicy);
          manifests.second.metadata.name = 'second';
          manifests.networkPolicy.spec.ingress = [];
        }),
      },
      { name: 'no policy', manifests: production((manifests) => { delete manifests.networkPolicy; }) },
    ],
  },
  {
    rule: 'MQTT-SECURITY-008',
    breaks: [
      {
        name: 'brokers that may ask over TCP alone',
        manifests: production(({ networkPolicy }) => { networkPolicy.spec.egress = [{ ports: [{ port: 4222, protocol: 'TCP' }, { port: 53 }] }]; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'broker-log in broker.yaml of ConfigMap broker-configuration, and no egress over UDP in NetworkPolicy broker',
          breaks: 'The brokers connect to none of them.',
        }],
      },
      {
        name: 'brokers that may connect to nobody, with two servers of a log and an issuer of tokens',
        manifests: production((manifests) => {
          delete manifests.networkPolicy.spec.egress;
          configure(manifests, (configuration) => {
            configuration.cluster.log.servers = ['nats://user@nats-0.example.com:4222', 'nats://[2001:db8::7]:4222', 'nats-1'];
            configuration.authentication.jwt = { jwksUrl: 'https://login.example.com/jwks.json' };
          });
        }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'nats-0.example.com, nats-1, login.example.com in broker.yaml of ConfigMap broker-configuration, and no egress over UDP in NetworkPolicy broker',
          breaks: 'The brokers connect to none of them.',
        }],
      },
      {
        name: 'every port, but of pods beside the brokers only',
        manifests: production(({ networkPolicy }) => { networkPolicy.spec.egress = [{ to: [{ podSelector: {} }] }]; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'broker-log in broker.yaml of ConfigMap broker-configuration, and no egress over UDP in NetworkPolicy broker',
          breaks: 'The brokers connect to none of them.',
        }],
      },
      {
        name: 'nodes of the log that may connect to each other alone',
        manifests: withLog(({ logPolicy }) => { logPolicy.spec.egress.pop(); }),
        findings: [{
          object: 'StatefulSet mqtt/broker-log',
          found: 'broker-log-0.broker-log-headless in nats.conf of ConfigMap broker-log-configuration, and no egress over UDP in NetworkPolicy broker-log',
          breaks: 'The nodes never become one log, and the brokers never become ready.',
        }],
      },
    ],
    satisfies: [
      { name: 'port 53', manifests: withLog() },
      { name: 'another port of a resolver of the namespace', manifests: production(({ networkPolicy }) => { networkPolicy.spec.egress = [{ to: [{ podSelector: { matchLabels: { app: 'dns' } } }], ports: [{ port: 1053, protocol: 'UDP' }] }]; }) },
      { name: 'every port of a namespace', manifests: production(({ networkPolicy }) => { networkPolicy.spec.egress = [{ to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }] }]; }) },
      { name: 'every port of addresses', manifests: production(({ networkPolicy }) => { networkPolicy.spec.egress = [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }]; }) },
      { name: 'everything', manifests: production(({ networkPolicy }) => { networkPolicy.spec.egress = [{}]; }) },
      {
        name: 'a second policy opens it',
        manifests: production((manifests) => {
          manifests.second = structuredClone(manifests.networkPolicy);
          manifests.second.metadata.name = 'second';
          manifests.networkPolicy.spec.egress = [];
        }),
      },
      { name: 'a policy for ingress', manifests: production(({ networkPolicy }) => { Object.assign(networkPolicy.spec, { policyTypes: ['Ingress'], egress: [] }); }) },
      {
        name: 'addresses, which nobody has to ask for',
        manifests: production((manifests) => {
          manifests.networkPolicy.spec.egress = [{ ports: [{ port: 4222, protocol: 'TCP' }] }];
          configure(manifests, (configuration) => {
            configuration.cluster.log.servers = ['tls://10.0.0.7:4222', 'tls://[2001:db8::7]:4222'];
            configuration.authentication.jwt = { jwksUrl: 'http://localhost:9000/jwks.json' };
          });
        }),
      },
      { name: 'a broker that connects to nobody', manifests: development(({ networkPolicy }) => { networkPolicy.spec.egress = []; }) },
      {
        name: 'a log of one node, which connects to nobody',
        manifests: withLog(({ log, logPolicy }) => {
          log.spec.replicas = 1;
          logPolicy.spec.egress = [];
        }),
      },
    ],
  },
  {
    rule: 'MQTT-SECURITY-009',
    breaks: [
      {
        name: 'IP targets of AWS',
        manifests: production(backOff()),
        findings: [lockedOut(`IP targets without preserve_client_ip.enabled=true in '${AWS}target-group-attributes'`)],
      },
      {
        name: 'two wrong passwords, by their number in the configuration',
        manifests: production(backOff(2)),
        findings: [lockedOut(`IP targets without preserve_client_ip.enabled=true in '${AWS}target-group-attributes'`, 2)],
      },
      {
        name: 'IP targets of AWS that are told not to preserve addresses',
        manifests: production(backOff(10, ({ loadBalancer }) => { loadBalancer.metadata.annotations[`${AWS}target-group-attributes`] = 'preserve_client_ip.enabled=false'; })),
        findings: [lockedOut(`IP targets without preserve_client_ip.enabled=true in '${AWS}target-group-attributes'`)],
      },
      {
        name: 'instance targets of AWS that are told not to preserve addresses',
        manifests: production(backOff(10, ({ loadBalancer }) => {
          Object.assign(loadBalancer.metadata.annotations, {
            [`${AWS}nlb-target-type`]: 'instance', [`${AWS}target-group-attributes`]: 'deregistration_delay.timeout_seconds=300, preserve_client_ip.enabled=false', 'cdk8s-mqtt/load-balancer-local-health-check': 'automatic',
          });
          loadBalancer.spec.externalTrafficPolicy = 'Local';
        })),
        findings: [lockedOut(`'${AWS}target-group-attributes' with preserve_client_ip.enabled=false`)],
      },
      {
        name: 'nodes that hand connections on to each other',
        manifests: production(backOff(10, (manifests) => { behindNodes(manifests); })),
        findings: [lockedOut('spec.externalTrafficPolicy: absent (Cluster)')],
      },
      {
        name: 'the same in words',
        manifests: production(backOff(10, (manifests) => { behindNodes(manifests).spec.externalTrafficPolicy = 'Cluster'; })),
        findings: [lockedOut('spec.externalTrafficPolicy: Cluster')],
      },
      {
        name: 'a proxy, under Local too',
        manifests: production(backOff(10, (manifests) => { behindNodes(manifests, { [CLASS]: 'proxy' }).spec.externalTrafficPolicy = 'Local'; })),
        findings: [lockedOut(`metadata.annotations '${CLASS}: proxy'`)],
      },
      {
        name: 'ServiceLB under Local',
        manifests: production(backOff(10, (manifests) => { behindNodes(manifests, { [PROVIDER]: 'k3s-servicelb' }).spec.externalTrafficPolicy = 'Local'; })),
        findings: [lockedOut(`metadata.annotations '${PROVIDER}: k3s-servicelb'`)],
      },
      {
        name: 'the network load balancer of OCI that is told not to preserve addresses',
        manifests: production(backOff(10, (manifests) => { behindNodes(manifests, { [PROVIDER]: 'oci-nlb', [OCI_PRESERVE]: 'false' }).spec.externalTrafficPolicy = 'Local'; })),
        findings: [lockedOut(`'${OCI_PRESERVE}: false'`)],
      },
      {
        name: 'a gateway',
        manifests: production(backOff(10, (manifests) => {
          delete (manifests as any).loadBalancer;
          manifests.route = route('internet');
          manifests.route.metadata.annotations[CLASS] = 'proxy';
        })),
        findings: [lockedOut('the gateway opens connections of its own', 10, 'TCPRoute mqtt/broker-route')],
      },
    ],
    satisfies: [
      { name: 'the back-off switched off', manifests: production() },
      { name: 'no passwords', manifests: production(backOff(10, (manifests) => { configure(manifests, ({ authentication }) => { delete authentication.passwordFile; authentication.jwt = { keyFile: '/etc/mqtt-broker/keys' }; }); })) },
      { name: 'a listener that takes no passwords', manifests: production(backOff(10, (manifests) => { configure(manifests, ({ listeners: [listener] }) => { listener.authentication = ['certificate']; }); })) },
      { name: 'Local', manifests: production(backOff(10, (manifests) => { behindNodes(manifests).spec.externalTrafficPolicy = 'Local'; })) },
      { name: 'preserved addresses', manifests: production(backOff(10, ({ loadBalancer }) => { loadBalancer.metadata.annotations[`${AWS}target-group-attributes`] = 'preserve_client_ip.enabled=true'; })) },
      {
        name: 'a listener that expects a PROXY protocol header',
        manifests: production(backOff(10, (manifests) => {
          manifests.statefulSet.metadata.annotations['cdk8s-mqtt/proxy-listeners'] = 'mqtts';
          manifests.loadBalancer.metadata.annotations[`${AWS}target-group-attributes`] = 'proxy_protocol_v2.enabled=true';
        })),
      },
      {
        name: 'a gateway that forwards packets',
        manifests: production(backOff(10, (manifests) => {
          delete (manifests as any).loadBalancer;
          manifests.route = route('internet');
        })),
      },
      { name: 'a load balancer that sends to pods in a way that nobody tells', manifests: production(backOff(10, (manifests) => { behindNodes(manifests, { 'cdk8s-mqtt/load-balancer-local-health-check': 'not-needed' }); })) },
      { name: 'no load balancer', manifests: production(backOff(10, (manifests) => { delete (manifests as any).loadBalancer; })) },
      { name: 'development', manifests: development(backOff()) },
      { name: 'a broker whose configuration nobody sees', manifests: production(backOff(10, (manifests) => { delete manifests.configuration; })) },
    ],
  },
  {
    rule: 'MQTT-SECURITY-010',
    breaks: [
      {
        name: 'users with passwords',
        needsOtherObjects: 'the configuration stands in a ConfigMap',
        manifests: production(withoutRules()),
        findings: [everythingAllowed('authentication.passwordFile')],
      },
      {
        name: 'tokens and certificates',
        needsOtherObjects: 'the configuration stands in a ConfigMap',
        manifests: production(withoutRules({ jwt: { keyFile: '/etc/mqtt-broker/keys/jwks.json' }, clientCertificate: { username: 'commonName' } })),
        findings: [everythingAllowed('authentication.jwt, authentication.clientCertificate')],
      },
    ],
    satisfies: [
      { name: 'a file of access rules', manifests: production() },
      { name: 'access rules in tokens', manifests: production(withoutRules({ jwt: { keyFile: '/etc/mqtt-broker/keys/jwks.json', aclClaim: 'acl' } })) },
      { name: 'clients without names, which MQTT-SECURITY-001 refuses', manifests: production(withoutRules({ anonymous: true })) },
      { name: 'development', manifests: development(withoutRules()) },
      { name: 'a broker whose configuration nobody sees', manifests: production((manifests) => { delete manifests.configuration; }) },
    ],
  },
];
