import { type ClusterManifests, configure, containerOf, podOf } from './base';
import { development, production, type RuleCases } from './rule-case';

const FILE = 'broker.yaml of ConfigMap broker-configuration';

/** Production whose configuration says something else. */
function configured(change: (configuration: any) => void): object[] {
  return production((manifests) => configure(manifests, change));
}

/** Production with this text as its configuration. */
function written(text: string | undefined): object[] {
  return production(({ configuration }) => { configuration.data = text === undefined ? {} : { 'broker.yaml': text }; });
}

function declared(manifests: ClusterManifests, key: string, value: string): void {
  manifests.statefulSet.metadata.annotations[`cdk8s-mqtt/${key}`] = value;
}

const unreadable = (name: string, text: string | undefined, problem: string) => ({
  name,
  manifests: written(text),
  needsOtherObjects: 'which ConfigMap is the configuration of a broker stands in the workload',
  findings: [{ object: 'ConfigMap mqtt/broker-configuration', found: `data.broker.yaml: ${problem}`, breaks: 'No pod of the broker starts.' }],
});

const contradiction = (name: string, change: (configuration: any) => void, key: string, declaration: string, found: string) => ({
  name,
  manifests: configured(change),
  needsOtherObjects: 'the configuration stands in a ConfigMap',
  findings: [{
    object: 'StatefulSet mqtt/broker',
    found: `metadata.annotations 'cdk8s-mqtt/${key}: ${declaration}', but ${FILE} has ${found}`,
    breaks: `Whatever is concluded from '${declaration}' is wrong.`,
  }],
});

/** Starts the broker without a file. */
function commandLine(manifests: ClusterManifests, options: string[]): void {
  containerOf(manifests).env = [];
  containerOf(manifests).args = ['--listen', 'tcp://0.0.0.0:8883', '--data=/var/lib/mqtt-broker', '--operations=http://0.0.0.0:8080', ...options];
}

export const configurationCases: RuleCases[] = [
  {
    rule: 'MQTT-CONFIG-001',
    breaks: [
      unreadable('a key that is not there', undefined, 'there is no data.broker.yaml'),
      unreadable('a text that is no YAML', 'listeners: [', 'it is no YAML: Flow sequence in block collection must be sufficiently indented and end with a ] at line 1, column 13'),
      unreadable('a text that is no map', '- listeners', 'it is no map'),
      unreadable('no listener', 'listeners: []', 'it has no listener with a name, a protocol and a port'),
      unreadable('listeners of another form', 'listeners: { mqtts: 8883 }', 'it has no listener with a name, a protocol and a port'),
    ],
    satisfies: [
      { name: 'a configuration', manifests: production() },
      { name: 'a ConfigMap that is made elsewhere', manifests: production((manifests) => { delete manifests.configuration; }) },
      { name: 'another broker', manifests: production(({ statefulSet, configuration }) => { statefulSet.metadata.annotations['cdk8s-mqtt/broker'] = 'mosquitto'; configuration.data = {}; }) },
    ],
  },
  {
    rule: 'MQTT-CONFIG-002',
    breaks: [
      contradiction('another keepalive', ({ keepalive }) => { keepalive.maxSeconds = 600; }, 'keepalive-max-seconds', '180', 'keepalive.maxSeconds: 600'),
      contradiction('no limit of the keepalive', (configuration) => { delete configuration.keepalive; }, 'keepalive-max-seconds', '180', 'no keepalive.maxSeconds'),
      contradiction('anonymous clients', ({ authentication }) => { authentication.anonymous = true; }, 'anonymous-clients', 'refused', 'authentication.anonymous: true'),
      contradiction('a store of its own', (configuration) => { delete configuration.cluster; }, 'session-store', 'replicated', 'no cluster'),
      contradiction('the default delay', ({ shutdown }) => { delete shutdown.delaySeconds; }, 'shutdown-delay-seconds', '120', 'shutdown.delaySeconds: 5'),
      contradiction('another drain rate', ({ shutdown }) => { shutdown.connectionsPerSecond = 50; }, 'drain-connections-per-second', '500', 'shutdown.connectionsPerSecond: 50'),
      contradiction('a listener without TLS', ({ listeners: [listener] }) => { listener.protocol = 'tcp'; }, 'tls-listeners', 'mqtts', 'TLS on no listener'),
      {
        name: 'anonymous clients on one of two listeners',
        needsOtherObjects: 'the configuration stands in a ConfigMap',
        manifests: configured(({ authentication, listeners }) => {
          authentication.anonymous = true;
          listeners[0].authentication = ['password'];
          listeners.push({ name: 'plain', protocol: 'tcp', port: 1883, authentication: ['password', 'anonymous'] });
        }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: `metadata.annotations 'cdk8s-mqtt/anonymous-clients: refused', but ${FILE} has authentication.anonymous: true on plain`,
          breaks: "Whatever is concluded from 'refused' is wrong.",
        }],
      },
      {
        name: 'anonymous clients that no listener takes',
        needsOtherObjects: 'the configuration stands in a ConfigMap',
        manifests: production((manifests) => {
          declared(manifests, 'anonymous-clients', 'allowed');
          configure(manifests, ({ authentication, listeners: [listener] }) => { authentication.anonymous = true; listener.authentication = ['password']; });
        }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: `metadata.annotations 'cdk8s-mqtt/anonymous-clients: allowed', but ${FILE} has authentication.anonymous: true on no listener`,
          breaks: "Whatever is concluded from 'allowed' is wrong.",
        }],
      },
      {
        name: 'a file beside options that do not change this',
        needsOtherObjects: 'the configuration stands in a ConfigMap',
        manifests: production((manifests) => {
          containerOf(manifests).args = ['--listen=mqtts=tls://0.0.0.0:8883', '--log', 'tls://other:4222'];
          configure(manifests, ({ keepalive }) => { keepalive.maxSeconds = 600; });
        }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: `metadata.annotations 'cdk8s-mqtt/keepalive-max-seconds: 180', but ${FILE} with --listen with --log has keepalive.maxSeconds: 600`,
          breaks: "Whatever is concluded from '180' is wrong.",
        }],
      },
      {
        name: 'a cluster by the command line alone, which is declared to have stores of its own',
        manifests: production((manifests) => {
          commandLine(manifests, ['--log', 'nats://broker-log:4222']);
          declared(manifests, 'session-store', 'embedded');
          declared(manifests, 'shutdown-delay-seconds', '0');
          ['keepalive-max-seconds', 'tls-listeners'].forEach((key) => { delete manifests.statefulSet.metadata.annotations[`cdk8s-mqtt/${key}`]; });
        }),
        beyondAdmission: 'the command line of the broker',
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "metadata.annotations 'cdk8s-mqtt/session-store: embedded', but the command line of container 'companion' has a cluster with a replicated log",
          breaks: "Whatever is concluded from 'embedded' is wrong.",
        }],
      },
      {
        name: 'PROXY protocol on another listener',
        needsOtherObjects: 'the configuration stands in a ConfigMap',
        manifests: production((manifests) => {
          declared(manifests, 'proxy-listeners', '');
          configure(manifests, ({ listeners: [listener] }) => { listener.proxyProtocol = 'v2'; });
        }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: `metadata.annotations 'cdk8s-mqtt/proxy-listeners: ', but ${FILE} has proxyProtocol on mqtts`,
          breaks: "Whatever is concluded from '' is wrong.",
        }],
      },
      {
        name: 'an edit of the annotation',
        needsOtherObjects: 'the configuration stands in a ConfigMap',
        manifests: development((manifests) => declared(manifests, 'session-store', 'replicated')),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: `metadata.annotations 'cdk8s-mqtt/session-store: replicated', but ${FILE} has no cluster`,
          breaks: "Whatever is concluded from 'replicated' is wrong.",
        }],
      },
      {
        name: 'an edit of the annotation, the other way round',
        needsOtherObjects: 'the configuration stands in a ConfigMap',
        manifests: production((manifests) => declared(manifests, 'session-store', 'embedded')),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: `metadata.annotations 'cdk8s-mqtt/session-store: embedded', but ${FILE} has a cluster with a replicated log`,
          breaks: "Whatever is concluded from 'embedded' is wrong.",
        }],
      },
      {
        name: 'a configuration whose file has another name in the volume',
        needsOtherObjects: 'the configuration stands in a ConfigMap',
        manifests: production((manifests) => {
          configure(manifests, ({ keepalive }) => { keepalive.maxSeconds = 600; });
          const { data } = manifests.configuration;
          manifests.configuration.data = { production: data['broker.yaml'] };
          podOf(manifests).volumes[0] = { name: 'configuration', projected: { sources: [{ configMap: { name: 'broker-configuration', items: [{ key: 'production', path: 'broker.yaml' }] } }] } };
        }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "metadata.annotations 'cdk8s-mqtt/keepalive-max-seconds: 180', but production of ConfigMap broker-configuration has keepalive.maxSeconds: 600",
          breaks: "Whatever is concluded from '180' is wrong.",
        }],
      },
    ],
    satisfies: [
      { name: 'both say the same', manifests: production() },
      { name: 'both say the same of an embedded store', manifests: development() },
      { name: 'nothing is declared', manifests: production(({ statefulSet }) => { statefulSet.metadata.annotations = { 'cdk8s-mqtt/broker': 'companion', 'cdk8s-mqtt/profile': 'production' }; }) },
      {
        name: 'listeners in another order, with spaces',
        manifests: production((manifests) => {
          declared(manifests, 'tls-listeners', 'wss, mqtts');
          configure(manifests, ({ listeners }) => { listeners.push({ name: 'wss', protocol: 'wss', port: 8084 }); });
        }),
      },
      {
        name: 'a port that the container names otherwise',
        manifests: production((manifests) => {
          declared(manifests, 'tls-listeners', 'secure');
          containerOf(manifests).ports[0].name = 'secure';
        }),
      },
      {
        name: 'clients without a name on no listener',
        manifests: configured(({ authentication, listeners: [listener] }) => { authentication.anonymous = true; listener.authentication = ['password']; }),
      },
      {
        name: 'another folder and other servers by the command line',
        manifests: production((manifests) => { containerOf(manifests).args = ['--data=/var/lib/mqtt-broker', '--log', 'tls://other:4222', '--name', '$(POD_NAME)']; }),
      },
      {
        name: 'a cluster by the command line alone',
        manifests: production((manifests) => {
          commandLine(manifests, ['--log', '$(NATS_URL)']);
          declared(manifests, 'shutdown-delay-seconds', '0');
          ['keepalive-max-seconds', 'tls-listeners'].forEach((key) => { delete manifests.statefulSet.metadata.annotations[`cdk8s-mqtt/${key}`]; });
        }),
      },
    ],
  },
  {
    rule: 'MQTT-CONFIG-003',
    breaks: [
      {
        name: 'a listener on another port',
        needsOtherObjects: 'the configuration stands in a ConfigMap',
        manifests: configured(({ listeners: [listener] }) => { listener.port = 1883; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: `container 'companion': port 8883 (mqtts); ${FILE} listens on 1883 (mqtts)`,
          breaks: 'Clients are refused on this port.',
        }],
      },
      {
        name: 'a listener that the command line moves',
        needsOtherObjects: 'the configuration stands in a ConfigMap',
        manifests: production((manifests) => { containerOf(manifests).args = ['--listen', 'mqtts=tls://[::]:1883']; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: `container 'companion': port 8883 (mqtts); ${FILE} with --listen listens on 1883 (mqtts)`,
          breaks: 'Clients are refused on this port.',
        }],
      },
      {
        name: 'probes of a broker without an HTTP server',
        beyondAdmission: 'the command line of the broker',
        manifests: production((manifests) => {
          containerOf(manifests).env = [];
          containerOf(manifests).args = ['--listen', 'ws://0.0.0.0:8883/mqtt', '--data', '/var/lib/mqtt-broker', '--allow-anonymous'];
          ['startupProbe', 'livenessProbe'].forEach((probe) => { delete containerOf(manifests)[probe]; });
        }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "container 'companion': readinessProbe.httpGet on port 8080; the command line of container 'companion' has no operations",
          breaks: 'The pod is never ready.',
        }],
      },
      {
        name: 'a port without a name that nothing listens on',
        needsOtherObjects: 'the configuration stands in a ConfigMap',
        manifests: production((manifests) => { containerOf(manifests).ports.push({ containerPort: 1884 }); }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: `container 'companion': port 1884; ${FILE} listens on 8883 (mqtts)`,
          breaks: 'Clients are refused on this port.',
        }],
      },
      {
        name: 'an HTTP server on another port',
        needsOtherObjects: 'the configuration stands in a ConfigMap',
        manifests: production((manifests) => {
          configure(manifests, (configuration) => { configuration.operations = { port: 9090 }; });
          delete containerOf(manifests).startupProbe;
        }),
        findings: [
          { object: 'StatefulSet mqtt/broker', found: `container 'companion': livenessProbe.httpGet on port 8080; ${FILE} has operations.port: 9090`, breaks: 'The container is restarted without end.' },
          { object: 'StatefulSet mqtt/broker', found: `container 'companion': readinessProbe.httpGet on port 8080; ${FILE} has operations.port: 9090`, breaks: 'The pod is never ready.' },
        ],
      },
    ],
    satisfies: [
      { name: 'the same ports', manifests: production() },
      { name: 'a listener that the container does not declare', manifests: configured(({ listeners }) => { listeners.push({ name: 'mqtt', protocol: 'tcp', port: 1883 }); }) },
      {
        name: 'an HTTP server on another port that is probed by its number',
        manifests: production((manifests) => {
          configure(manifests, (configuration) => { configuration.operations = { port: 9090 }; });
          const container = containerOf(manifests);
          for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) container[probe].httpGet.port = 9090;
          container.ports[1].containerPort = 9090;
        }),
      },
    ],
  },
  {
    rule: 'MQTT-CONFIG-004',
    breaks: [
      {
        name: 'as large as the volume',
        needsOtherObjects: 'the configuration stands in a ConfigMap',
        manifests: configured(({ store }) => { store.maxBytes = 100 * 2 ** 30; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: `store.maxBytes: 107374182400 in ${FILE}, on a volume of 107374182400 bytes`,
          breaks: 'The volume is full before the broker says so.',
          remedy: 'Set store.maxBytes to 96636764160, or use a larger volume.',
        }],
      },
      {
        name: 'the default, on a smaller emptyDir',
        needsOtherObjects: 'the configuration stands in a ConfigMap',
        manifests: development((manifests) => {
          delete manifests.statefulSet.spec.volumeClaimTemplates;
          podOf(manifests).volumes.push({ name: 'data', emptyDir: { sizeLimit: '1Gi' } });
        }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: `store.maxBytes: 10737418240 in ${FILE}, on a volume of 1073741824 bytes`,
          breaks: 'The volume is full before the broker says so.',
          remedy: 'Set store.maxBytes to 966367641, or use a larger volume.',
        }],
      },
    ],
    satisfies: [
      { name: 'the default on a larger volume', manifests: production() },
      { name: '0.95 of the volume', manifests: configured(({ store }) => { store.maxBytes = 95 * 2 ** 30; }) },
      { name: 'a volume of unknown size', manifests: development(({ statefulSet }) => { delete statefulSet.spec.volumeClaimTemplates; }) },
    ],
  },
];
