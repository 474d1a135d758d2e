import { behindNodes } from './base';
import { production, type RuleCases } from './rule-case';

const AWS = 'service.beta.kubernetes.io/aws-load-balancer-';
const AZURE_MINUTES = 'service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout';
const AZURE_DISABLE_RESET = 'service.beta.kubernetes.io/azure-load-balancer-disable-tcp-reset';
const OCTAVIA = 'loadbalancer.openstack.org/timeout-';
const PROVIDER = 'cdk8s-mqtt/load-balancer-provider';
const SCALEWAY = 'service.beta.kubernetes.io/scw-loadbalancer-timeout-';
const IDLE_TIMEOUT = 'cdk8s-mqtt/load-balancer-idle-timeout-seconds';

/** A load balancer with these annotations, that declares the idle timeout which they give. */
function told(annotations: Record<string, string>, declared = '600'): object[] {
  return production((manifests) => { behindNodes(manifests, { [IDLE_TIMEOUT]: declared, ...annotations }); });
}

export const idleTimeoutCases: RuleCases[] = [
  {
    rule: 'MQTT-IDLE-001',
    breaks: [
      {
        name: 'the provider is told another',
        manifests: told({ [AZURE_MINUTES]: '4' }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "metadata.annotations 'cdk8s-mqtt/load-balancer-idle-timeout-seconds: 600', but the load balancer has 240 s (service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: 4)",
          breaks: 'Whoever reads the declaration counts on 600 s; the rules count 240 s.',
        }],
      },
      {
        name: 'none is declared, and the provider is told one',
        manifests: told({ [AZURE_MINUTES]: '10' }, 'none'),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "metadata.annotations 'cdk8s-mqtt/load-balancer-idle-timeout-seconds: none', but the load balancer has 600 s (service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: 10)",
          breaks: 'Whoever reads the declaration counts on no idle timeout; the rules count 600 s.',
        }],
      },
      {
        name: 'the NLB ends TLS, where its idle timeout is fixed',
        manifests: production(({ loadBalancer: { metadata: { annotations } } }) => {
          delete annotations[`${AWS}listener-attributes.TCP-8883`];
          annotations[`${AWS}ssl-cert`] = 'arn:aws:acm:eu-central-1:123456789012:certificate/example';
          annotations[IDLE_TIMEOUT] = '1000';
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "metadata.annotations 'cdk8s-mqtt/load-balancer-idle-timeout-seconds: 1000', but the load balancer has 350 s (fixed for a TLS listener of an NLB)",
          breaks: 'Whoever reads the declaration counts on 1000 s; the rules count 350 s.',
        }],
      },
      {
        name: 'an override of one of the three of Scaleway',
        manifests: told({ [`${SCALEWAY}client`]: '600s', [`${SCALEWAY}server`]: '600s', [`${SCALEWAY}tunnel`]: '30s' }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "metadata.annotations 'cdk8s-mqtt/load-balancer-idle-timeout-seconds: 600', but the load balancer has 30 s (service.beta.kubernetes.io/scw-loadbalancer-timeout-tunnel: 30s)",
          breaks: 'Whoever reads the declaration counts on 600 s; the rules count 30 s.',
        }],
      },
      {
        name: 'an override took away what Octavia is told',
        manifests: told({ [PROVIDER]: 'ovh' }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "metadata.annotations 'cdk8s-mqtt/load-balancer-idle-timeout-seconds: 600', but the load balancer has 50 s (default of octavia without loadbalancer.openstack.org/timeout-client-data)",
          breaks: 'Whoever reads the declaration counts on 600 s; the rules count 50 s.',
        }],
      },
      {
        name: 'one of the two of Octavia keeps its default',
        manifests: told({ [`${OCTAVIA}client-data`]: '600000' }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "metadata.annotations 'cdk8s-mqtt/load-balancer-idle-timeout-seconds: 600', but the load balancer has 50 s (Octavia's default beside loadbalancer.openstack.org/timeout-client-data: 600000)",
          breaks: 'Whoever reads the declaration counts on 600 s; the rules count 50 s.',
        }],
      },
    ],
    satisfies: [
      { name: 'both are the same, as Go writes durations', manifests: told({ [`${SCALEWAY}client`]: '600s', [`${SCALEWAY}server`]: '10m', [`${SCALEWAY}tunnel`]: '0h10m' }) },
      { name: 'both are the same', manifests: production() },
      { name: 'both are the same, in minutes', manifests: told({ [AZURE_MINUTES]: '10' }) },
      { name: 'both are the same, in milliseconds', manifests: told({ [`${OCTAVIA}client-data`]: '600000', [`${OCTAVIA}member-data`]: '600000' }) },
      { name: 'the provider is told nothing', manifests: told({}) },
      { name: 'the provider is told nothing, and its default is declared', manifests: told({ [PROVIDER]: 'azure' }, '240') },
      { name: 'the provider is told something that cannot be read', manifests: told({ [PROVIDER]: 'azure', [AZURE_MINUTES]: 'ten' }) },
      { name: 'the network load balancer of IBM, whose idle timeout nobody knows', manifests: told({ [PROVIDER]: 'ibm-vpc-nlb' }) },
      {
        name: 'nothing is declared',
        manifests: production((manifests) => {
          delete behindNodes(manifests, { [AZURE_MINUTES]: '10' }).metadata.annotations[IDLE_TIMEOUT];
        }),
      },
      { name: 'unknown is declared', manifests: told({ [AZURE_MINUTES]: '10' }, 'unknown') },
    ],
  },
  {
    rule: 'MQTT-IDLE-002',
    breaks: [
      {
        name: 'seconds where Azure takes minutes',
        manifests: told({ [AZURE_MINUTES]: '600' }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "metadata.annotations 'service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: 600'",
          breaks: 'The provider does not take this value.',
          remedy: 'Write a whole number of minutes from 4 to 100.',
        }],
      },
      {
        name: 'beyond the range of an NLB',
        manifests: production(({ loadBalancer }) => { loadBalancer.metadata.annotations[`${AWS}listener-attributes.TCP-8883`] = 'tcp.idle_timeout.seconds=7000'; }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "metadata.annotations 'service.beta.kubernetes.io/aws-load-balancer-listener-attributes.TCP-8883: tcp.idle_timeout.seconds=7000'",
          breaks: 'The provider does not take this value.',
          remedy: 'Write a whole number of seconds from 60 to 6000.',
        }],
      },
      {
        name: 'no number, beside another attribute',
        manifests: production(({ loadBalancer }) => { loadBalancer.metadata.annotations[`${AWS}listener-attributes.TCP-8883`] = 'other=1, tcp.idle_timeout.seconds=5m'; }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "metadata.annotations 'service.beta.kubernetes.io/aws-load-balancer-listener-attributes.TCP-8883: tcp.idle_timeout.seconds=5m'",
          breaks: 'The provider does not take this value.',
          remedy: 'Write a whole number of seconds from 60 to 6000.',
        }],
      },
      {
        name: 'a number where Scaleway takes a duration',
        manifests: told({ [`${SCALEWAY}tunnel`]: '600' }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "metadata.annotations 'service.beta.kubernetes.io/scw-loadbalancer-timeout-tunnel: 600'",
          breaks: 'The provider does not take this value.',
          remedy: 'Write a duration of at least one second, for example 600s or 10m.',
        }],
      },
      {
        name: 'milliseconds of Scaleway',
        manifests: told({ [`${SCALEWAY}client`]: '600ms' }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "metadata.annotations 'service.beta.kubernetes.io/scw-loadbalancer-timeout-client: 600ms'",
          breaks: 'The provider does not take this value.',
          remedy: 'Write a duration of at least one second, for example 600s or 10m.',
        }],
      },
      {
        name: 'below the range of IBM',
        manifests: told({ 'service.kubernetes.io/ibm-load-balancer-cloud-provider-vpc-idle-connection-timeout': '30' }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "metadata.annotations 'service.kubernetes.io/ibm-load-balancer-cloud-provider-vpc-idle-connection-timeout: 30'",
          breaks: 'The provider does not take this value.',
          remedy: 'Write a whole number of seconds from 50 to 7200.',
        }],
      },
      {
        name: 'a duration where Octavia takes milliseconds',
        manifests: told({ [`${OCTAVIA}client-data`]: '10m', [`${OCTAVIA}member-data`]: '600000' }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "metadata.annotations 'loadbalancer.openstack.org/timeout-client-data: 10m'",
          breaks: 'The provider does not take this value.',
          remedy: 'Write a whole number of milliseconds from 1.',
        }],
      },
    ],
    satisfies: [
      { name: 'an NLB', manifests: production() },
      { name: 'Azure', manifests: told({ [AZURE_MINUTES]: '100' }) },
    ],
  },
  {
    rule: 'MQTT-IDLE-003',
    breaks: [
      {
        name: 'only for the client',
        manifests: told({ [`${OCTAVIA}client-data`]: '600000' }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "metadata.annotations 'loadbalancer.openstack.org/timeout-client-data: 600000' alone",
          breaks: 'The other side keeps its 50 s, below the 60 s that most MQTT clients take for their keepalive.',
        }],
      },
      {
        name: 'only for the broker',
        manifests: told({ [`${OCTAVIA}member-data`]: '600000' }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "metadata.annotations 'loadbalancer.openstack.org/timeout-member-data: 600000' alone",
          breaks: 'The other side keeps its 50 s, below the 60 s that most MQTT clients take for their keepalive.',
        }],
      },
    ],
    satisfies: [
      { name: 'both', manifests: told({ [`${OCTAVIA}client-data`]: '600000', [`${OCTAVIA}member-data`]: '600000' }) },
      { name: 'no Octavia', manifests: production() },
    ],
  },
  {
    rule: 'MQTT-IDLE-004',
    breaks: [{
      name: 'no reset',
      manifests: told({ [AZURE_DISABLE_RESET]: 'true' }),
      findings: [{
        object: 'Service mqtt/broker-nlb',
        found: "metadata.annotations 'service.beta.kubernetes.io/azure-load-balancer-disable-tcp-reset: true'",
        breaks: 'Idle connections disappear silently.',
      }],
    }],
    satisfies: [
      { name: 'said explicitly', manifests: told({ [AZURE_DISABLE_RESET]: 'false' }) },
      { name: 'not said', manifests: told({}) },
    ],
  },
  {
    rule: 'MQTT-IDLE-005',
    breaks: [{
      name: '31 minutes',
      manifests: told({ [AZURE_MINUTES]: '31' }, '1860'),
      findings: [{
        object: 'Service mqtt/broker-nlb',
        found: "metadata.annotations 'service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: 31'",
        breaks: 'The load balancer may be refused or fall back to another value.',
      }],
    }],
    satisfies: [
      { name: '30 minutes', manifests: told({ [AZURE_MINUTES]: '30' }, '1800') },
      { name: 'a value that MQTT-IDLE-002 refuses', manifests: told({ [AZURE_MINUTES]: '101' }, '6060') },
    ],
  },
  {
    rule: 'MQTT-IDLE-006',
    breaks: [
      {
        name: 'on the port where the NLB ends TLS',
        manifests: production(({ loadBalancer: { metadata: { annotations } } }) => {
          annotations[`${AWS}ssl-cert`] = 'arn:aws:acm:eu-central-1:123456789012:certificate/example';
          annotations[`${AWS}ssl-ports`] = '443, mqtts';
          annotations[`${AWS}listener-attributes.TLS-8883`] = 'tcp.idle_timeout.seconds=600';
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "metadata.annotations 'service.beta.kubernetes.io/aws-load-balancer-listener-attributes.TLS-8883: tcp.idle_timeout.seconds=600', on a port where the NLB ends TLS",
          breaks: 'The listener keeps its 350 s, and the controller reports an error instead of finishing the load balancer.',
        }],
      },
    ],
    satisfies: [
      {
        name: 'on a port where TLS goes through',
        manifests: production(({ loadBalancer: { metadata: { annotations } } }) => {
          annotations[`${AWS}ssl-cert`] = 'arn:aws:acm:eu-central-1:123456789012:certificate/example';
          annotations[`${AWS}ssl-ports`] = '443';
          annotations[`${AWS}listener-attributes.TCP-8883`] = 'tcp.idle_timeout.seconds=600';
        }),
      },
      { name: 'no certificate at the NLB', manifests: production() },
    ],
  },
];
