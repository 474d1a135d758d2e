import { behindNodes, type ClusterManifests, configure, podOf } from './base';
import { development, production, type RuleCases } from './rule-case';

const KEEPALIVE = 'cdk8s-mqtt/keepalive-max-seconds';
const IDLE_TIMEOUT = 'cdk8s-mqtt/load-balancer-idle-timeout-seconds';

function withoutLimit(manifests: ClusterManifests): void {
  delete manifests.statefulSet.metadata.annotations[KEEPALIVE];
  configure(manifests, (configuration) => { delete configuration.keepalive; });
}

export const keepaliveCases: RuleCases[] = [
  {
    rule: 'MQTT-KEEPALIVE-001',
    breaks: [
      {
        name: 'a keepalive above 0.8 of the idle timeout, and no TCP keepalive',
        manifests: production(({ statefulSet }) => {
          statefulSet.metadata.annotations[KEEPALIVE] = '600';
          delete statefulSet.spec.template.spec.securityContext.sysctls;
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'idle timeout of 350 s (service.beta.kubernetes.io/aws-load-balancer-listener-attributes.TCP-8883: tcp.idle_timeout.seconds=350); StatefulSet broker accepts a keepalive of up to 600 s',
          breaks: 'A client that is silent for 350 s loses its connection without a word.',
          remedy: 'Limit the keepalive of the broker to 280 s (keepaliveLimit), or raise the idle timeout to 750 s where the provider can, or let the pods probe idle connections: sysctl net.ipv4.tcp_keepalive_time below 350 s (tcpKeepalive).',
        }],
      },
      {
        name: 'a keepalive just above 0.8 of the idle timeout',
        manifests: production(({ statefulSet }) => {
          statefulSet.metadata.annotations[KEEPALIVE] = '281';
          delete statefulSet.spec.template.spec.securityContext.sysctls;
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'idle timeout of 350 s (service.beta.kubernetes.io/aws-load-balancer-listener-attributes.TCP-8883: tcp.idle_timeout.seconds=350); StatefulSet broker accepts a keepalive of up to 281 s',
          breaks: 'A client that is silent for 350 s loses its connection without a word.',
          remedy: 'Limit the keepalive of the broker to 280 s (keepaliveLimit), or raise the idle timeout to 352 s where the provider can, or let the pods probe idle connections: sysctl net.ipv4.tcp_keepalive_time below 350 s (tcpKeepalive).',
        }],
      },
      {
        name: 'no limit behind a proxy, which answers TCP keepalive itself',
        manifests: production((manifests) => {
          withoutLimit(manifests);
          behindNodes(manifests, { 'cdk8s-mqtt/load-balancer-class': 'proxy' });
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'idle timeout of 600 s (cdk8s-mqtt/load-balancer-idle-timeout-seconds: 600); StatefulSet broker accepts any keepalive, and none at all',
          breaks: 'A client that is silent for 600 s loses its connection without a word, and nothing obliges it to speak earlier.',
          remedy: 'Limit the keepalive of the broker to 480 s (keepaliveLimit). TCP keepalive does not help here: a proxy ends the TCP connection of the client.',
        }],
      },
      {
        name: 'the default of IBM, in manifests of other origin that set none',
        manifests: production((manifests) => {
          const { metadata } = behindNodes(manifests, { 'service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type': 'private' });
          ['provider', 'class', 'idle-timeout-seconds'].forEach((key) => { delete metadata.annotations[`cdk8s-mqtt/load-balancer-${key}`]; });
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'idle timeout of 50 s (default of ibm-vpc-alb without service.kubernetes.io/ibm-load-balancer-cloud-provider-vpc-idle-connection-timeout); StatefulSet broker accepts a keepalive of up to 180 s',
          breaks: 'A client that is silent for 50 s loses its connection without a word.',
          remedy: 'Limit the keepalive of the broker to 40 s (keepaliveLimit), or raise the idle timeout to 225 s where the provider can. TCP keepalive does not help here: a proxy ends the TCP connection of the client.',
        }],
      },
      {
        name: 'an override of the idle timeout of Scaleway, which the declaration does not know of',
        manifests: production((manifests) => {
          behindNodes(manifests, { 'cdk8s-mqtt/load-balancer-class': 'proxy', 'service.beta.kubernetes.io/scw-loadbalancer-timeout-tunnel': '30s' });
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'idle timeout of 30 s (service.beta.kubernetes.io/scw-loadbalancer-timeout-tunnel: 30s); StatefulSet broker accepts a keepalive of up to 180 s',
          breaks: 'A client that is silent for 30 s loses its connection without a word.',
          remedy: 'Limit the keepalive of the broker to 24 s (keepaliveLimit), or raise the idle timeout to 225 s where the provider can. TCP keepalive does not help here: a proxy ends the TCP connection of the client.',
        }],
      },
      {
        name: 'a TCP keepalive that the sidecar of a service mesh answers',
        needsOtherObjects: 'the load balancer',
        manifests: production(({ statefulSet }) => {
          statefulSet.metadata.annotations[KEEPALIVE] = '600';
          statefulSet.spec.template.metadata.annotations = { 'linkerd.io/inject': 'enabled' };
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'idle timeout of 350 s (service.beta.kubernetes.io/aws-load-balancer-listener-attributes.TCP-8883: tcp.idle_timeout.seconds=350); StatefulSet broker accepts a keepalive of up to 600 s',
          breaks: 'A client that is silent for 350 s loses its connection without a word.',
          remedy: 'Limit the keepalive of the broker to 280 s (keepaliveLimit), or raise the idle timeout to 750 s where the provider can. TCP keepalive does not help here: the sidecar of Linkerd answers the probes (linkerd.io/inject: enabled).',
        }],
      },
      {
        name: 'a TCP keepalive that is not shorter than the idle timeout',
        manifests: production((manifests) => {
          manifests.statefulSet.metadata.annotations[KEEPALIVE] = '600';
          podOf(manifests).securityContext.sysctls[0].value = '350';
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'idle timeout of 350 s (service.beta.kubernetes.io/aws-load-balancer-listener-attributes.TCP-8883: tcp.idle_timeout.seconds=350); StatefulSet broker accepts a keepalive of up to 600 s',
          breaks: 'A client that is silent for 350 s loses its connection without a word.',
          remedy: 'Limit the keepalive of the broker to 280 s (keepaliveLimit), or raise the idle timeout to 750 s where the provider can, or let the pods probe idle connections: sysctl net.ipv4.tcp_keepalive_time below 350 s (tcpKeepalive).',
        }],
      },
      {
        name: 'a broker of which nobody knows whether it sets SO_KEEPALIVE',
        manifests: production(({ statefulSet }) => {
          statefulSet.metadata.annotations[KEEPALIVE] = '600';
          statefulSet.metadata.annotations['cdk8s-mqtt/broker'] = 'mosquitto';
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'idle timeout of 350 s (service.beta.kubernetes.io/aws-load-balancer-listener-attributes.TCP-8883: tcp.idle_timeout.seconds=350); StatefulSet broker accepts a keepalive of up to 600 s',
          breaks: 'A client that is silent for 350 s loses its connection without a word.',
          remedy: 'Limit the keepalive of the broker to 280 s (keepaliveLimit), or raise the idle timeout to 750 s where the provider can. TCP keepalive does not help here: mosquitto is not known to set SO_KEEPALIVE.',
        }],
      },
      {
        name: 'an unknown idle timeout, which counts as 60 s',
        manifests: production((manifests) => {
          behindNodes(manifests, { [IDLE_TIMEOUT]: 'unknown', 'cdk8s-mqtt/load-balancer-class': 'proxy' });
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'assumed idle timeout of 60 s (cdk8s-mqtt/load-balancer-idle-timeout-seconds: unknown); StatefulSet broker accepts a keepalive of up to 180 s',
          breaks: 'A client that is silent for 60 s loses its connection without a word.',
          remedy: 'Limit the keepalive of the broker to 48 s (keepaliveLimit), or measure the idle timeout and declare it. TCP keepalive does not help here: a proxy ends the TCP connection of the client.',
        }],
      },
      {
        name: 'an override of the provider annotation that the declaration does not know of',
        manifests: production((manifests) => {
          manifests.loadBalancer.metadata.annotations['service.beta.kubernetes.io/aws-load-balancer-listener-attributes.TCP-8883'] = 'tcp.idle_timeout.seconds=100';
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'idle timeout of 100 s (service.beta.kubernetes.io/aws-load-balancer-listener-attributes.TCP-8883: tcp.idle_timeout.seconds=100); StatefulSet broker accepts a keepalive of up to 180 s',
          breaks: 'A client that is silent for 100 s loses its connection without a word.',
          remedy: 'Limit the keepalive of the broker to 80 s (keepaliveLimit), or raise the idle timeout to 225 s where the provider can, or let the pods probe idle connections: sysctl net.ipv4.tcp_keepalive_time below 100 s (tcpKeepalive).',
        }],
      },
      {
        name: 'a load balancer of another origin, without a declaration, of a provider with a known default',
        manifests: production(({ statefulSet, loadBalancer }) => {
          loadBalancer.metadata.annotations = { 'service.beta.kubernetes.io/aws-load-balancer-nlb-target-type': 'ip' };
          statefulSet.metadata.annotations[KEEPALIVE] = '3600';
          delete statefulSet.spec.template.spec.securityContext;
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'idle timeout of 350 s (default of an NLB listener); StatefulSet broker accepts a keepalive of up to 3600 s',
          breaks: 'A client that is silent for 350 s loses its connection without a word.',
          remedy: 'Limit the keepalive of the broker to 280 s (keepaliveLimit), or raise the idle timeout to 4500 s where the provider can, or let the pods probe idle connections: sysctl net.ipv4.tcp_keepalive_time below 350 s (tcpKeepalive).',
        }],
      },
      {
        name: 'one port of two keeps the default of the NLB',
        manifests: production(({ statefulSet, loadBalancer }) => {
          loadBalancer.spec.ports.push({ name: 'mqtts-2', port: 8884, targetPort: 'mqtts' });
          loadBalancer.metadata.annotations['service.beta.kubernetes.io/aws-load-balancer-listener-attributes.TCP-8883'] = 'tcp.idle_timeout.seconds=6000';
          statefulSet.metadata.annotations[KEEPALIVE] = '3600';
          delete statefulSet.spec.template.spec.securityContext;
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'idle timeout of 350 s (default of an NLB listener); StatefulSet broker accepts a keepalive of up to 3600 s',
          breaks: 'A client that is silent for 350 s loses its connection without a word.',
          remedy: 'Limit the keepalive of the broker to 280 s (keepaliveLimit), or raise the idle timeout to 4500 s where the provider can, or let the pods probe idle connections: sysctl net.ipv4.tcp_keepalive_time below 350 s (tcpKeepalive).',
        }],
      },
    ],
    satisfies: [
      { name: 'a keepalive below 0.8 of the idle timeout', manifests: production() },
      {
        name: 'a keepalive of exactly 0.8 of the idle timeout',
        manifests: production(({ statefulSet }) => {
          statefulSet.metadata.annotations[KEEPALIVE] = '280';
          delete statefulSet.spec.template.spec.securityContext.sysctls;
        }),
      },
      {
        name: 'a limit that only the configuration of the broker tells',
        manifests: production((manifests) => {
          delete manifests.statefulSet.metadata.annotations[KEEPALIVE];
          delete podOf(manifests).securityContext.sysctls;
        }),
      },
      { name: 'no limit, and TCP keepalive through a passthrough load balancer', manifests: production(withoutLimit) },
      {
        name: 'no limit behind a load balancer without an idle timeout',
        manifests: production((manifests) => {
          withoutLimit(manifests);
          delete podOf(manifests).securityContext.sysctls;
          behindNodes(manifests, { [IDLE_TIMEOUT]: 'none' });
        }),
      },
      {
        name: 'no limit and no load balancer',
        manifests: development((manifests) => {
          withoutLimit(manifests);
          delete podOf(manifests).securityContext.sysctls;
          delete manifests.loadBalancer;
        }),
      },
    ],
  },
  {
    rule: 'MQTT-KEEPALIVE-002',
    breaks: [
      {
        name: 'unknown',
        manifests: production((manifests) => { behindNodes(manifests, { [IDLE_TIMEOUT]: 'unknown' }); }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "metadata.annotations 'cdk8s-mqtt/load-balancer-idle-timeout-seconds: unknown'",
          breaks: 'Nobody knows when idle clients are cut; 60 s are assumed, which may be too long or needlessly short.',
        }],
      },
      {
        name: 'not declared',
        manifests: production((manifests) => { delete behindNodes(manifests).metadata.annotations[IDLE_TIMEOUT]; }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: "metadata.annotations 'cdk8s-mqtt/load-balancer-idle-timeout-seconds: absent'",
          breaks: 'Nobody knows when idle clients are cut; 60 s are assumed, which may be too long or needlessly short.',
        }],
      },
    ],
    satisfies: [
      { name: 'declared', manifests: production() },
      { name: 'none', manifests: production((manifests) => { behindNodes(manifests, { [IDLE_TIMEOUT]: 'none' }); }) },
      {
        name: 'not declared, but told to the provider',
        manifests: production((manifests) => {
          const { annotations } = behindNodes(manifests).metadata;
          delete annotations[IDLE_TIMEOUT];
          annotations['service.beta.kubernetes.io/oci-load-balancer-connection-idle-timeout'] = '600';
        }),
      },
    ],
  },
  {
    rule: 'MQTT-KEEPALIVE-003',
    breaks: [
      {
        name: 'hostNetwork with TCP keepalive',
        manifests: production((manifests) => { podOf(manifests).hostNetwork = true; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.template.spec.hostNetwork: true, and spec.template.spec.securityContext.sysctls: net.ipv4.tcp_keepalive_time',
          breaks: 'The API server refuses every pod of this workload.',
        }],
      },
      {
        name: 'hostNetwork with a sysctl that is written with slashes',
        manifests: production((manifests) => {
          podOf(manifests).hostNetwork = true;
          podOf(manifests).securityContext.sysctls = [{ name: 'net/ipv4/tcp_fin_timeout', value: '30' }];
        }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.template.spec.hostNetwork: true, and spec.template.spec.securityContext.sysctls: net/ipv4/tcp_fin_timeout',
          breaks: 'The API server refuses every pod of this workload.',
        }],
      },
    ],
    satisfies: [
      { name: 'a network namespace of its own', manifests: production() },
      {
        name: 'hostNetwork without network sysctls',
        manifests: production((manifests) => {
          podOf(manifests).hostNetwork = true;
          podOf(manifests).securityContext.sysctls = [{ name: 'kernel.shm_rmid_forced', value: '1' }];
        }),
      },
    ],
  },
  {
    rule: 'MQTT-KEEPALIVE-004',
    breaks: [
      {
        name: 'an NLB that waits longer than Nitro v6',
        manifests: production(({ loadBalancer: { metadata: { annotations } } }) => {
          annotations[IDLE_TIMEOUT] = '400';
          annotations['service.beta.kubernetes.io/aws-load-balancer-listener-attributes.TCP-8883'] = 'tcp.idle_timeout.seconds=400';
        }),
        findings: [{
          object: 'Service mqtt/broker-nlb',
          found: 'idle timeout of 400 s (service.beta.kubernetes.io/aws-load-balancer-listener-attributes.TCP-8883: tcp.idle_timeout.seconds=400)',
          breaks: 'On Nitro v6 instances idle connections still die after 350 s.',
        }],
      },
    ],
    satisfies: [
      { name: 'the default of the NLB', manifests: production() },
      { name: 'a longer one of another provider', manifests: production((manifests) => { behindNodes(manifests); }) },
    ],
  },
];
