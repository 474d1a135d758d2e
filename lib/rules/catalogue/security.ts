import { Severity } from '../finding';
import type { BrokerWorkload } from '../model/broker-workload';
import { hidesClientAddresses } from '../model/client-address';
import { Declared } from '../model/declared';
import { opens, restrictsIngress } from '../model/ingress-policy';
import type { MessageLogWorkload } from '../model/message-log-workload';
import { namesIn } from '../model/names-in';
import { mayOpenDns, restrictsEgress } from '../model/network-peer';
import { endsTls } from '../model/provider-annotations';
import { expectsHeader } from '../model/proxy-protocol';
import { entranceRule, type Rule, serviceRule, violationsOf, type ViolationOfObject, workloadRule } from '../rule';

const TLS_EXAMPLE = `metadata:
  annotations:
    cdk8s-mqtt/tls-listeners: mqtts
spec:
  template:
    spec:
      containers:
        - name: companion
          ports: [{ name: mqtts, containerPort: 8883 }]`;
/** Wrong passwords of an address, whatever the user names, at so many times the limit of one user name: broker-image/README.md#wrong-passwords */
const ADDRESS_FACTOR = 10;
const POLICY_SOURCE = 'https://kubernetes.io/docs/concepts/services-networking/network-policies/';
const POLICY_EXAMPLE = `kind: NetworkPolicy
spec:
  podSelector: { matchLabels: { app.kubernetes.io/instance: broker } }
  policyTypes: [Ingress]
  ingress:
    - ports: [{ port: 8883, protocol: TCP }]`;

export const securityRules: readonly Rule[] = [
  workloadRule({
    id: 'MQTT-SECURITY-001',
    severity: Severity.ERROR,
    title: 'Production refuses anonymous clients',
    why: 'Anybody who reaches the listener can read every topic, publish commands to devices, and take over sessions by their client id.',
    source: 'MQTT 3.1.1 §5.4.1',
    remedy: 'Authenticate clients (MqttAuthentication.passwordFile).',
    example: `metadata:
  annotations:
    cdk8s-mqtt/anonymous-clients: refused`,
  }, (broker) => !broker.isProduction || !broker.allowsAnonymousClients ? [] : [{
    found: anonymousFound(broker),
    breaks: 'The fleet is open to everybody who can connect.',
  }]),

  workloadRule({
    id: 'MQTT-SECURITY-002',
    severity: Severity.WARNING,
    title: 'Development lets anonymous clients in',
    why: 'This is the default of the profile, so that a first client connects without credentials. It must not go further than a cluster that nobody else reaches.',
    source: 'MQTT 3.1.1 §5.4.1',
    remedy: 'Authenticate clients (MqttAuthentication.passwordFile), or acknowledge this rule.',
    example: `metadata:
  annotations:
    cdk8s-mqtt/anonymous-clients: refused`,
  }, (broker) => !broker.isDevelopment || !broker.allowsAnonymousClients ? [] : [{
    found: anonymousFound(broker),
    breaks: 'Everybody who can connect may publish and subscribe.',
  }]),

  workloadRule({
    id: 'MQTT-SECURITY-003',
    severity: Severity.ERROR,
    title: 'Production has no plaintext listener',
    why: 'Without TLS, user names, passwords and messages can be read and changed by everybody on the way, also inside the Kubernetes cluster.',
    source: 'MQTT 3.1.1 §5.4.5',
    remedy: 'Use MqttListener.tls or secureWebsocket. Where the load balancer ends TLS, or a service mesh encrypts, acknowledge this rule and say so.',
    example: TLS_EXAMPLE,
  }, (broker) => {
    const plain = broker.isProduction ? broker.listeners.filter((port) => broker.isPlaintext(port)) : [];
    return plain.length === 0 ? [] : [{
      found: `container ports without TLS: ${plain.map(describe).join(', ')}`,
      breaks: 'Credentials and messages travel in the clear.',
    }];
  }),

  entranceRule({
    id: 'MQTT-SECURITY-004',
    severity: Severity.ERROR,
    title: 'No plaintext listener faces the internet',
    why: 'Listeners on port 1883 are found by scanners within hours, and everything that devices send, credentials first, can be read on the way.',
    source: 'MQTT 3.1.1 §5.4.5',
    remedy: 'Publish listeners with TLS only, end TLS at the load balancer or gateway, or make it internal.',
    example: TLS_EXAMPLE,
  }, (entrance, broker) => {
    // What a TLSRoute leads on is TLS on the way to the gateway, wherever it ends.
    const plain = !entrance.facesInternet || entrance.object.kind === 'TLSRoute' ? [] : broker.portsBehind(entrance).filter((port) => {
      const target = broker.target(port);
      return target !== undefined && !broker.isOperationsPort(target) && broker.isPlaintext(target) && !endsTls(entrance.object, port);
    });
    return plain.length === 0 ? [] : [{
      found: `${plain.join(', ')} ${entrance.isRoute ? 'behind an internet-facing gateway' : 'of an internet-facing load balancer'} leads to a listener without TLS`,
      breaks: 'Credentials and messages of every device can be read and changed on the internet.',
    }];
  }),

  serviceRule({
    id: 'MQTT-SECURITY-005',
    severity: Severity.ERROR,
    title: 'Metrics and health are not published outside',
    why: 'The port of probes and metrics has no authentication. It tells an attacker how many clients there are, what they do, and when the broker is in trouble.',
    source: 'https://prometheus.io/docs/operating/security/',
    remedy: 'Take the port out of this Service; Prometheus scrapes the pods themselves.',
    example: `spec:
  type: LoadBalancer
  ports:
    - { name: mqtts, port: 8883, targetPort: mqtts }`,
  }, (service, broker) => {
    const published = service.isLoadBalancer || service.type === 'NodePort' ? service.ports : [];
    const operations = published.filter((port) => {
      const target = broker.target(port);
      return target !== undefined && broker.isOperationsPort(target);
    });
    return operations.length === 0 ? [] : [{
      found: `${operations.join(', ')} of a Service of type ${service.type} leads to an operations port`,
      breaks: 'Everybody who reaches the load balancer or a node reads metrics and health.',
    }];
  }),

  workloadRule({
    id: 'MQTT-SECURITY-006',
    severity: Severity.WARNING,
    title: 'Production has a NetworkPolicy',
    why: 'Without one, every pod of the Kubernetes cluster reaches every port of the brokers: metrics, cluster ports, debugging ports.',
    source: POLICY_SOURCE,
    remedy: 'Switch the policy on (networkPolicy).',
    example: POLICY_EXAMPLE,
  }, (broker) => !broker.isProduction || broker.networkPolicies.some(restrictsIngress) ? [] : [{
    found: 'no NetworkPolicy with the policy type Ingress selects the pods',
    breaks: 'A compromised pod anywhere in the cluster reaches every port of the brokers.',
  }]),

  serviceRule({
    id: 'MQTT-SECURITY-007',
    severity: Severity.ERROR,
    title: 'NetworkPolicies let clients through to every published listener',
    why: 'As soon as one NetworkPolicy selects the pods for ingress, everything is closed that no policy opens. Packets of clients are then dropped without an answer.',
    source: POLICY_SOURCE,
    remedy: 'Open the port in a NetworkPolicy.',
    example: POLICY_EXAMPLE,
  }, (service, broker) => {
    const policies = broker.networkPolicies.filter(restrictsIngress);
    if (policies.length === 0 || service.isHeadless) return [];
    const closed = service.ports.filter((port) => {
      const target = broker.target(port);
      return target !== undefined && !policies.some((policy) => opens(policy, target));
    });
    return closed.length === 0 ? [] : [{
      found: `${closed.join(', ')} leads to a container port that no NetworkPolicy opens (${policies.map(({ name }) => name).join(', ')})`,
      breaks: 'Clients time out.',
    }];
  }),

  {
    id: 'MQTT-SECURITY-008',
    severity: Severity.WARNING,
    title: 'NetworkPolicies let pods ask for the addresses of the names that they connect to',
    why: 'As soon as one NetworkPolicy selects the pods for egress, DNS is closed too, unless a policy opens it: over UDP, and over TCP for long answers. Every connection to a name then fails with a time-out. '
      + 'Who answers, and at which port of which pods or addresses, depends on the distribution.',
    source: POLICY_SOURCE,
    remedy: 'Open DNS in a NetworkPolicy (docs/security.md#names-inside-the-cluster). The constructs do so by themselves (networkAccess.dns). Acknowledge this rule where policies of another kind open it.',
    example: `kind: NetworkPolicy
spec:
  podSelector: { matchLabels: { app.kubernetes.io/instance: broker } }
  policyTypes: [Egress]
  egress:
    - ports: [{ port: 53, protocol: UDP }, { port: 53, protocol: TCP }]`,
    check: (model) => [
      ...model.brokers.flatMap((broker) => violationsOf(broker.object, () => (
        unresolved(broker, broker.configured?.remotes, broker.configured?.place, 'The brokers connect to none of them.')
      ))),
      ...model.messageLogs.flatMap((log) => violationsOf(log.object, () => (
        log.nodes < 2 ? [] : unresolved(log, log.configuration?.routes, `nats.conf of ConfigMap ${log.configurationObject?.name}`, 'The nodes never become one log, and the brokers never become ready.')
      ))),
    ],
  },

  entranceRule({
    id: 'MQTT-SECURITY-009',
    severity: Severity.WARNING,
    title: 'Wrong passwords refuse addresses only where the broker sees those of clients',
    why: 'The broker counts wrong passwords for each address, and refuses an address that has too many, but for users that were let in from it since the broker started. '
      + 'Where a load balancer or a node stands for the clients, its address is that of all of them: anybody who reaches the listener can lock new logins out with wrong passwords, for as long as they send them.',
    source: 'https://kubernetes.io/docs/tutorials/services/source-ip/',
    remedy: 'Bring the brokers the addresses of clients: by the PROXY protocol (proxyProtocol of the provider, openProxyPort of the cluster), by externalTrafficPolicy Local, or preserved by AWS (preserveClientIp). '
      + 'Where that cannot be, switch the back-off off (backoff: { failures: 0 } of the password file), and use passwords that nobody guesses (hash-password --random-secret) or certificates.',
    example: `kind: Service
spec:
  type: LoadBalancer
  externalTrafficPolicy: Local`,
  }, (entrance, broker) => {
    const { passwordFailures = 0, place, listeners = [] } = broker.configured ?? {};
    const hidden = broker.isDevelopment || passwordFailures === 0 ? undefined : hidesClientAddresses(entrance);
    if (hidden === undefined) return [];
    const ports = broker.portsBehind(entrance).filter((port) => {
      const target = broker.target(port);
      return !expectsHeader(broker, target) && listeners.some((listener) => listener.port === target?.port && listener.takesPasswords);
    });
    return ports.length === 0 ? [] : [{
      found: `${ports.join(', ')} leads to a listener that takes passwords, behind which no client has an address of its own: ${hidden}; ${passwordFailures} wrong passwords (authentication.backoff.failures) in ${place}`,
      breaks: `${passwordFailures * ADDRESS_FACTOR} wrong passwords from anywhere lock out all clients that this broker has not let in before.`,
    }];
  }),

  workloadRule({
    id: 'MQTT-SECURITY-010',
    severity: Severity.WARNING,
    title: 'Production says what a user may publish and subscribe to',
    why: 'Without access rules, who knows the password, token or key of a single device reads the messages of all others, and publishes commands to them in the name of anybody.',
    source: 'https://cheatsheetseries.owasp.org/cheatsheets/Authorization_Cheat_Sheet.html#enforce-least-privileges',
    remedy: 'Write access rules (MqttAuthorization.aclFromConfigMap; docs/security.md#access-rules-to-start-with), or claims of tokens that hold them (aclClaim). Where all users may do everything, acknowledge this rule.',
    example: `kind: ConfigMap
data:
  broker.yaml: |
    authorization:
      aclFile: /etc/mqtt-broker/acl/acl.yaml`,
  }, ({ configured, isProduction }) => {
    const ways = !isProduction || configured === undefined || configured.hasAccessRules ? [] : configured.waysToProveUsers;
    return ways.length === 0 ? [] : [{
      found: `authentication.${ways.join(', authentication.')} and no authorization.aclFile in ${configured?.place}`,
      breaks: 'Every user may publish and subscribe to every topic.',
    }];
  }),
];

/** Names that are to be looked up, where no NetworkPolicy lets the pods ask for them. */
function unresolved(
  { networkPolicies }: BrokerWorkload | MessageLogWorkload, urls: string[] | undefined, place: string | undefined, breaks: string,
): ViolationOfObject[] {
  const names = namesIn(urls ?? []);
  const policies = networkPolicies.filter(restrictsEgress);
  return names.length === 0 || policies.length === 0 || policies.some(mayOpenDns) ? [] : [{
    found: `${names.join(', ')} in ${place}, and no egress over UDP in NetworkPolicy ${policies.map(({ name }) => name).join(', ')}`,
    breaks,
  }];
}

function anonymousFound({ configured, object }: BrokerWorkload): string {
  const { key } = Declared.anonymousClients;
  return key in object.annotations ? `metadata.annotations '${key}: ${object.annotations[key]}'` : `${configured?.anonymousFound} in ${configured?.place}`;
}

function describe({ name, port }: BrokerWorkload['listeners'][number]): string {
  return name === undefined ? String(port) : `${port} (${name})`;
}
