import { type ClusterManifests, containerOf, podOf } from './base';
import { withLog } from './message-log';
import { production, type RuleCases } from './rule-case';

const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudCJ9.c2lnbmF0dXJl';
const PUBLIC = 'The credential is public to all who read the manifests.';

function secret(fields: object): any {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'broker-passwords', namespace: 'mqtt' }, ...fields };
}

function mounted(manifests: ClusterManifests): void {
  podOf(manifests).volumes.push({ name: 'passwords', secret: { secretName: 'broker-passwords' } });
}

function env(...variables: object[]): object[] {
  return production((manifests) => { containerOf(manifests).env.push(...variables); });
}

export const secretCases: RuleCases[] = [
  {
    rule: 'MQTT-SECRET-001',
    breaks: [
      {
        name: 'mounted',
        manifests: production((manifests) => {
          mounted(manifests);
          manifests.secret = secret({ stringData: { passwords: 'sensor:hash' } });
        }),
        findings: [{
          object: 'Secret mqtt/broker-passwords',
          found: 'stringData.passwords',
          breaks: 'The credentials of the broker are public to all who read the manifests.',
        }],
      },
      {
        name: 'in an environment variable',
        manifests: production((manifests) => {
          containerOf(manifests).env.push({ name: 'LICENSE', valueFrom: { secretKeyRef: { name: 'broker-passwords', key: 'license' } } });
          manifests.secret = secret({ data: { license: 'AAAA' } });
        }),
        findings: [{
          object: 'Secret mqtt/broker-passwords',
          found: 'data.license',
          breaks: 'The credentials of the broker are public to all who read the manifests.',
        }],
      },
      {
        name: 'in a projected volume',
        manifests: production((manifests) => {
          podOf(manifests).volumes.push({ name: 'all', projected: { sources: [{ secret: { name: 'broker-passwords' } }] } });
          manifests.secret = secret({ data: { license: 'AAAA' } });
        }),
        findings: [{
          object: 'Secret mqtt/broker-passwords',
          found: 'data.license',
          breaks: 'The credentials of the broker are public to all who read the manifests.',
        }],
      },
      {
        name: 'that no pod mounts',
        manifests: production((manifests) => { manifests.secret = secret({ stringData: { a: 'b' } }); }),
        findings: [{
          object: 'Secret mqtt/broker-passwords',
          found: 'stringData.a, in the namespace of StatefulSet broker',
          breaks: 'What is in it is public to all who read the manifests.',
        }],
      },
    ],
    satisfies: [
      { name: 'by reference', manifests: production(mounted) },
      {
        name: 'without data, to be filled by somebody else',
        manifests: production((manifests) => {
          mounted(manifests);
          manifests.secret = secret({});
        }),
      },
      {
        name: 'of another namespace',
        manifests: production((manifests) => {
          manifests.secret = secret({ stringData: { a: 'b' } });
          manifests.secret.metadata.namespace = 'other';
        }),
      },
      { name: 'without any broker', manifests: [secret({ stringData: { a: 'b' } })] },
    ],
  },
  {
    rule: 'MQTT-SECRET-002',
    breaks: [{
      name: 'a key beside the configuration',
      manifests: production(({ configuration }) => { configuration.data['tls.key'] = '-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n'; }),
      findings: [{
        object: 'ConfigMap mqtt/broker-configuration',
        found: 'data.tls.key holds a private key',
        breaks: 'Everybody who reads the manifests can pose as the broker.',
      }],
    }],
    satisfies: [
      { name: 'no key', manifests: production() },
      { name: 'a certificate', manifests: production(({ configuration }) => { configuration.data['ca.crt'] = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'; }) },
    ],
  },
  {
    rule: 'MQTT-SECRET-003',
    breaks: [
      {
        name: 'a password',
        manifests: env({ name: 'ADMIN_PASSWORD', value: 'public' }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "container 'companion': env ADMIN_PASSWORD with a literal value",
          breaks: 'The credential is public to all who read the manifests.',
        }],
      },
      {
        name: 'a licence key',
        manifests: env({ name: 'EMQX_LICENSE__KEY', value: 'AAAA' }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "container 'companion': env EMQX_LICENSE__KEY with a literal value",
          breaks: 'The credential is public to all who read the manifests.',
        }],
      },
    ],
    satisfies: [
      { name: 'by reference', manifests: env({ name: 'ADMIN_PASSWORD', valueFrom: { secretKeyRef: { name: 'admin', key: 'password' } } }) },
      { name: 'a path', manifests: env({ name: 'PASSWORD_FILE', value: '/etc/mqtt-broker/passwords' }) },
      { name: 'empty', manifests: env({ name: 'ADMIN_PASSWORD', value: '' }) },
    ],
  },
  {
    rule: 'MQTT-SECRET-004',
    breaks: [
      {
        name: 'a password in a configuration file',
        manifests: production(({ configuration }) => { configuration.data['bridge.conf'] = 'remote_username plant\npassword: hunter2\n'; }),
        findings: [{ object: 'ConfigMap mqtt/broker-configuration', found: "/data/bridge.conf gives 'password' a literal value", breaks: PUBLIC }],
      },
      {
        name: 'a password hash in an argument',
        manifests: production((manifests) => { containerOf(manifests).args = ['--user', 'admin:$2b$12$abcdefghijklmnopqrstuv']; }),
        findings: [{ object: 'StatefulSet mqtt/broker', found: '/spec/template/spec/containers/0/args/1 holds a password hash', breaks: PUBLIC }],
      },
      {
        name: 'a token in an annotation of a Service',
        manifests: production(({ loadBalancer }) => { loadBalancer.metadata.annotations['example.com/token'] = TOKEN; }),
        findings: [{ object: 'Service mqtt/broker-nlb', found: '/metadata/annotations/example.com~1token holds a signed token (JWT)', breaks: PUBLIC }],
      },
      {
        name: 'a key in the resource of an operator',
        manifests: [{ apiVersion: 'apps.emqx.io/v2beta1', kind: 'EMQX', metadata: { name: 'plant' }, spec: { image: 'emqx/emqx:5.8.6', config: { data: '-----BEGIN PRIVATE KEY-----' } } }],
        findings: [{ object: 'EMQX plant', found: '/spec/config/data holds a private key', breaks: PUBLIC }],
      },
      {
        name: 'a token in a variable of an operator\'s brokers',
        manifests: [{
          apiVersion: 'hivemq.com/v1',
          kind: 'HiveMQPlatform',
          metadata: { name: 'plant' },
          spec: { statefulSet: { spec: { template: { spec: { containers: [{ name: 'hivemq', env: [{ name: 'UPSTREAM', value: TOKEN }] }] } } } } },
        }],
        findings: [{ object: 'HiveMQPlatform plant', found: '/spec/statefulSet/spec/template/spec/containers/0/env/0/value holds a signed token (JWT)', breaks: PUBLIC }],
      },
      {
        name: 'a private key in an annotation of the pods',
        manifests: production(({ statefulSet }) => { statefulSet.spec.template.metadata.annotations = { 'example.com/key': '-----BEGIN RSA PRIVATE KEY-----' }; }),
        findings: [{ object: 'StatefulSet mqtt/broker', found: '/spec/template/metadata/annotations/example.com~1key holds a private key', breaks: PUBLIC }],
      },
      {
        name: 'a token in an argument of the message log',
        manifests: withLog(({ log }) => { log.spec.template.spec.containers[0].args.push(`--token=${TOKEN}`); }),
        findings: [{ object: 'StatefulSet mqtt/broker-log', found: '/spec/template/spec/containers/0/args/2 holds a signed token (JWT)', breaks: PUBLIC }],
      },
      {
        name: 'a token in an annotation of a budget',
        manifests: production(({ disruptionBudget }) => { disruptionBudget.metadata.annotations = { 'example.com/token': TOKEN }; }),
        findings: [{ object: 'PodDisruptionBudget mqtt/broker', found: '/metadata/annotations/example.com~1token holds a signed token (JWT)', breaks: PUBLIC }],
      },
      {
        name: 'a password that is the whole entry',
        manifests: production(({ configuration }) => { configuration.data['bridge.password'] = 'hunter2'; }),
        findings: [{ object: 'ConfigMap mqtt/broker-configuration', found: "/data/bridge.password gives 'bridge.password' a literal value", breaks: PUBLIC }],
      },
      {
        name: 'a password that is the one line of a configuration file',
        manifests: production(({ configuration }) => { configuration.data['bridge.conf'] = 'password: "hunter2"'; }),
        findings: [{ object: 'ConfigMap mqtt/broker-configuration', found: "/data/bridge.conf gives 'password' a literal value", breaks: PUBLIC }],
      },
      {
        name: 'the password of a bridge of Mosquitto',
        manifests: production(({ configuration }) => { configuration.data['bridge.conf'] = 'connection plant\nremote_username plant\nremote_password hunter2\n'; }),
        findings: [{ object: 'ConfigMap mqtt/broker-configuration', found: "/data/bridge.conf gives 'remote_password' a literal value", breaks: PUBLIC }],
      },
      {
        name: 'a password hash in a configuration file',
        manifests: production(({ configuration }) => { configuration.data.users = 'admin:$2b$12$abcdefghijklmnopqrstuv'; }),
        findings: [{ object: 'ConfigMap mqtt/broker-configuration', found: '/data/users holds a password hash', breaks: PUBLIC }],
      },
      {
        name: 'a password in XML',
        manifests: production(({ configuration }) => { configuration.data['config.xml'] = '<listener>\n  <keystore-password>hunter2</keystore-password>\n</listener>'; }),
        findings: [{ object: 'ConfigMap mqtt/broker-configuration', found: "/data/config.xml gives 'keystore-password' a literal value", breaks: PUBLIC }],
      },
    ],
    satisfies: [
      { name: 'paths of files', manifests: production() },
      {
        name: 'references to credentials in files of every form',
        manifests: production(({ configuration }) => {
          configuration.data['bridge.conf'] = 'password = "${BRIDGE_PASSWORD}"\ntoken: /run/token\nsecret = $SECRET\npassphrase: \'file:///x\'\npasswordFile: x\n<password>{{ x }}</password>\n';
          configuration.data.token = '';
          configuration.data.password = '/run/password';
        }),
      },
      {
        name: 'references that are the one line of a file, or the whole entry',
        manifests: production(({ configuration }) => {
          Object.assign(configuration.data, { 'a.conf': 'password: ""', 'b.conf': 'password: $PASSWORD', 'c.conf': 'password: "${PASSWORD}"', 'password': '"${PASSWORD}"\n' });
        }),
      },
      {
        name: 'mappings and lists under the name of a credential',
        manifests: production(({ configuration }) => { configuration.data['a.yaml'] = 'token:\n  file: x\ncredentials:\n  - name: x\nsecret: { name: x }\n'; }),
      },
      { name: 'a private key in a ConfigMap, of which MQTT-SECRET-002 tells', manifests: production(({ configuration }) => { configuration.data['tls.key'] = '-----BEGIN EC PRIVATE KEY-----'; }) },
      { name: 'objects of others', needsOtherObjects: 'which ConfigMaps are of a broker stands in the workload', manifests: production((manifests) => { manifests.other = { ...manifests.configuration, metadata: { name: 'other' }, data: { a: 'password: hunter2' } }; }) },
    ],
  },
];
