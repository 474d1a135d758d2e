import { behindNodes } from './base';
import { withLog } from './message-log';
import { production, type RuleCases } from './rule-case';
import { Annotations } from '../../../lib/manifest/annotations';

const NO_RULE_READS_IT = `No rule reads it. Known are ${Object.values(Annotations).map((key) => key.replace('cdk8s-mqtt/', '')).join(', ')}.`;

function declared(key: string, value: string): object[] {
  return production(({ statefulSet }) => { statefulSet.metadata.annotations[`cdk8s-mqtt/${key}`] = value; });
}

function declaredOfService(key: string, value: string): object[] {
  return production(({ loadBalancer }) => { loadBalancer.metadata.annotations[`cdk8s-mqtt/${key}`] = value; });
}

/** Other objects that declare something, with one declaration more. */
function declaredElsewhere(key: string, value: string): { readonly object: string; readonly manifests: readonly object[] }[] {
  const operator = (apiVersion: string, kind: string, spec: object) => ({
    object: `${kind} mqtt/plant`,
    manifests: [{ apiVersion, kind, metadata: { name: 'plant', namespace: 'mqtt', annotations: { [`cdk8s-mqtt/${key}`]: value } }, spec }],
  });
  return [
    { object: 'StatefulSet mqtt/broker-log', manifests: withLog(({ log }) => { log.metadata.annotations[`cdk8s-mqtt/${key}`] = value; }) },
    operator('apps.emqx.io/v2beta1', 'EMQX', { image: 'emqx/emqx:5.8.6' }),
    operator('hivemq.com/v1', 'HiveMQPlatform', {}),
  ];
}

const PROVIDER = 'cdk8s-mqtt/load-balancer-provider';
const EXPOSURE = 'cdk8s-mqtt/load-balancer-exposure';
/** What makes load balancers internal that are open on the internet by default. */
const INTERNAL = [
  { provider: 'azure', key: 'service.beta.kubernetes.io/azure-load-balancer-internal', value: 'true' },
  { provider: 'gke-internal', key: 'networking.gke.io/load-balancer-type', value: 'Internal' },
  { provider: 'digital-ocean', key: 'service.beta.kubernetes.io/do-loadbalancer-network', value: 'INTERNAL' },
  { provider: 'hetzner', key: 'load-balancer.hetzner.cloud/disable-public-network', value: 'true' },
  { provider: 'oci-lb', key: 'service.beta.kubernetes.io/oci-load-balancer-internal', value: 'true' },
  { provider: 'oci-nlb', key: 'oci-network-load-balancer.oraclecloud.com/internal', value: 'true' },
  { provider: 'scaleway', key: 'service.beta.kubernetes.io/scw-loadbalancer-private', value: 'true' },
  { provider: 'octavia', key: 'service.beta.kubernetes.io/openstack-internal-load-balancer', value: 'true' },
  { provider: 'ovh', key: 'service.beta.kubernetes.io/openstack-internal-load-balancer', value: 'true' },
  { provider: 'ibm-vpc-nlb', key: 'service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type', value: 'private' },
];

export const annotationCases: RuleCases[] = [
  {
    rule: 'MQTT-ANNOTATION-001',
    breaks: [
      {
        name: 'a profile that is none',
        manifests: declared('profile', 'staging'),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "metadata.annotations 'cdk8s-mqtt/profile: staging'",
          breaks: 'The rules that need it do not see it.',
          remedy: 'Write `development` or `production`.',
        }],
      },
      {
        name: 'a duration with a unit',
        manifests: declared('keepalive-max-seconds', '3m'),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "metadata.annotations 'cdk8s-mqtt/keepalive-max-seconds: 3m'",
          breaks: 'The rules that need it do not see it.',
          remedy: 'Write a whole number of seconds from 1 to 65535.',
        }],
      },
      {
        name: 'a keepalive beyond the protocol',
        manifests: declared('keepalive-max-seconds', '65536'),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "metadata.annotations 'cdk8s-mqtt/keepalive-max-seconds: 65536'",
          breaks: 'The rules that need it do not see it.',
          remedy: 'Write a whole number of seconds from 1 to 65535.',
        }],
      },
      {
        name: 'a number below its range',
        manifests: declared('node-count', '0'),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "metadata.annotations 'cdk8s-mqtt/node-count: 0'",
          breaks: 'The rules that need it do not see it.',
          remedy: 'Write a whole number of nodes from 1.',
        }],
      },
      {
        name: 'a negative number',
        manifests: declared('shutdown-delay-seconds', '-1'),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "metadata.annotations 'cdk8s-mqtt/shutdown-delay-seconds: -1'",
          breaks: 'The rules that need it do not see it.',
          remedy: 'Write a whole number of seconds from 0.',
        }],
      },
      {
        name: 'names that are none',
        manifests: declared('tls-listeners', 'mqtts; wss'),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "metadata.annotations 'cdk8s-mqtt/tls-listeners: mqtts; wss'",
          breaks: 'The rules that need it do not see it.',
          remedy: 'Write names of container ports, separated by commas.',
        }],
      },
      {
        name: 'an idle timeout that is none',
        manifests: declaredOfService('load-balancer-idle-timeout-seconds', '0'),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "metadata.annotations 'cdk8s-mqtt/load-balancer-idle-timeout-seconds: 0'",
          breaks: 'The rules that need it do not see it.',
          remedy: 'Write a whole number of seconds from 1, `none` or `unknown`.',
        }],
      },
      {
        name: 'an exposure that is none',
        manifests: declaredOfService('load-balancer-exposure', 'public'),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "metadata.annotations 'cdk8s-mqtt/load-balancer-exposure: public'",
          breaks: 'The rules that need it do not see it.',
          remedy: 'Write `internet` or `internal`.',
        }],
      },
      ...declaredElsewhere('drain-connections-per-second', 'fast').map(({ object, manifests }) => ({
        name: `a rate that is none, on ${object}`,
        manifests,
        findings: [{
          object,
          found: "metadata.annotations 'cdk8s-mqtt/drain-connections-per-second: fast'",
          breaks: 'The rules that need it do not see it.',
          remedy: 'Write a whole number of connections a second from 1.',
        }],
      })),
    ],
    satisfies: [
      { name: 'all declarations', manifests: production() },
      { name: 'an idle timeout that is not known', manifests: declaredOfService('load-balancer-idle-timeout-seconds', 'unknown') },
      { name: 'a text of its own', manifests: declaredOfService('load-balancer-provider', 'my own') },
    ],
  },
  {
    rule: 'MQTT-ANNOTATION-002',
    breaks: [{
      name: 'a misspelled name',
      manifests: declared('keepalive-maximum', '300'),
      findings: [{
        object: 'StatefulSet mqtt/broker',
        found: "metadata.annotations 'cdk8s-mqtt/keepalive-maximum: 300'",
        breaks: NO_RULE_READS_IT,
      }],
    }, {
      name: 'a misspelled name on a Service',
      manifests: declaredOfService('loadbalancer-class', 'proxy'),
      findings: [{
        object: 'Service mqtt/broker-nlb',
        found: "metadata.annotations 'cdk8s-mqtt/loadbalancer-class: proxy'",
        breaks: NO_RULE_READS_IT,
      }],
    }, ...declaredElsewhere('profil', 'production').map(({ object, manifests }) => ({
      name: `a misspelled name on ${object}`,
      manifests,
      findings: [{ object, found: "metadata.annotations 'cdk8s-mqtt/profil: production'", breaks: NO_RULE_READS_IT }],
    }))],
    satisfies: [
      { name: 'known names', manifests: production() },
      { name: 'annotations of others', manifests: production(({ statefulSet }) => { statefulSet.metadata.annotations['example.com/profile'] = 'x'; }) },
    ],
  },
  {
    rule: 'MQTT-ANNOTATION-003',
    breaks: [{
      name: 'only the broker',
      manifests: production((manifests) => {
        manifests.statefulSet.metadata.annotations = { 'cdk8s-mqtt/broker': 'companion', 'cdk8s-mqtt/profile': 'production' };
        delete manifests.configuration;
      }),
      findings: [{
        object: 'StatefulSet mqtt/broker',
        found: 'no annotation cdk8s-mqtt/session-store, cdk8s-mqtt/anonymous-clients',
        breaks: 'Rules that depend on it cannot judge this object.',
      }],
    }],
    satisfies: [
      { name: 'all that are needed', manifests: production() },
      {
        name: 'what the configuration of the broker does not tell',
        needsOtherObjects: 'the configuration stands in a ConfigMap',
        manifests: production(({ statefulSet }) => { statefulSet.metadata.annotations = { 'cdk8s-mqtt/broker': 'companion', 'cdk8s-mqtt/profile': 'production' }; }),
      },
    ],
  },
  {
    rule: 'MQTT-ANNOTATION-004',
    breaks: [{
      name: 'a Service of other origin',
      manifests: production(({ loadBalancer }) => { delete loadBalancer.metadata.annotations; }),
      findings: [{
        object: 'Service mqtt/broker-nlb',
        found: 'no annotation cdk8s-mqtt/load-balancer-class, cdk8s-mqtt/load-balancer-exposure',
        breaks: 'Rules that depend on it cannot judge this object.',
      }],
    }],
    satisfies: [{ name: 'all that are needed', manifests: production() }],
  },
  {
    rule: 'MQTT-ANNOTATION-005',
    breaks: [
      ...INTERNAL.map(({ provider }) => ({
        name: `an override took away what makes the load balancer of ${provider} internal`,
        manifests: production((manifests) => { behindNodes(manifests, { [PROVIDER]: provider }); }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "metadata.annotations 'cdk8s-mqtt/load-balancer-exposure: internal', but by what its provider reads the load balancer is reached from the internet",
          breaks: 'Everybody on the internet can connect, and nobody expects it.',
        }],
      })),
      {
        name: 'an NLB that only the private network reaches, and that is declared to be on the internet',
        manifests: production(({ loadBalancer: { metadata } }) => { metadata.annotations[EXPOSURE] = 'internet'; }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "metadata.annotations 'cdk8s-mqtt/load-balancer-exposure: internet', but by what its provider reads the load balancer is reached from the private network only",
          breaks: 'Clients on the internet cannot connect, and nobody expects it.',
        }],
      },
    ],
    satisfies: [
      ...INTERNAL.map(({ key, provider, value }) => ({
        name: `the load balancer of ${provider} is internal, as its provider is told`,
        manifests: production((manifests) => { behindNodes(manifests, { [PROVIDER]: provider, [key]: value }); }),
      })),
      { name: 'an NLB is internal by default', manifests: production(({ loadBalancer: { metadata } }) => { delete metadata.annotations['service.beta.kubernetes.io/aws-load-balancer-scheme']; }) },
      {
        name: 'the class of Google Cloud',
        manifests: production((manifests) => { behindNodes(manifests, { [PROVIDER]: 'gke-internal' }).spec.loadBalancerClass = 'networking.gke.io/l4-regional-internal'; }),
      },
      { name: 'a load balancer whose Service does not show it', manifests: production((manifests) => { behindNodes(manifests, { [PROVIDER]: 'metallb' }); }) },
    ],
  },
];
