import { Severity } from '../finding';
import { declared, DeclaredOfService } from '../model/declared';
import {
  AWS_NLB_DEFAULT_IDLE_SECONDS, endsTlsAtAwsNlb, idleTimeoutSettings, OCTAVIA_DEFAULT_IDLE_SECONDS,
} from '../model/provider-annotations';
import { idleTimeoutOf } from '../model/provider-keys';
import { loadBalancerRule, type Rule } from '../rule';

export const AZURE_DISABLE_RESET = 'service.beta.kubernetes.io/azure-load-balancer-disable-tcp-reset';
export const AZURE_SURE_MAXIMUM_MINUTES = 30;

export const idleTimeoutRules: readonly Rule[] = [
  loadBalancerRule({
    id: 'MQTT-IDLE-001',
    severity: Severity.ERROR,
    title: 'The declared idle timeout is the one that the provider is told',
    why: 'Alerts, documentation and rules rely on the declaration, the load balancer on its own annotation. When an override changes one of them, the other is wrong.',
    source: 'docs/rules.md#idle-timeouts',
    remedy: 'Set the idle timeout on the load balancer construct, which writes both; or correct the declaration.',
    example: `metadata:
  annotations:
    service.beta.kubernetes.io/aws-load-balancer-listener-attributes.TCP-1883: tcp.idle_timeout.seconds=400
    cdk8s-mqtt/load-balancer-idle-timeout-seconds: "400"`,
  }, (service) => {
    const declaration = declared(service.object, DeclaredOfService.idleTimeout);
    const provider = idleTimeoutOf(service.object);
    return declaration === undefined || declaration === 'unknown' || provider === undefined || provider.seconds === declaration ? [] : [{
      found: `metadata.annotations '${DeclaredOfService.idleTimeout.key}: ${declaration}', but the load balancer has ${provider.seconds} s (${provider.where})`,
      breaks: `Whoever reads the declaration counts on ${declaration === 'none' ? 'no idle timeout' : `${declaration} s`}; the rules count ${provider.seconds} s.`,
    }];
  }),

  loadBalancerRule({
    id: 'MQTT-IDLE-002',
    severity: Severity.ERROR,
    title: 'An idle timeout is in the range and unit of its provider',
    why: 'The controller refuses the value or ignores it, often only in its log: the load balancer is not made, or keeps its default.',
    source: 'AWS: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout; Azure: https://cloud-provider-azure.sigs.k8s.io/topics/loadbalancer/; IBM: https://cloud.ibm.com/docs/vpc?topic=vpc-advanced-traffic-management; Octavia: https://github.com/kubernetes/cloud-provider-openstack',
    remedy: 'Write a value that the provider takes.',
    example: `metadata:
  annotations:
    service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: "10" # minutes`,
  }, (service) => idleTimeoutSettings(service.object).filter(({ valid }) => !valid).map(({ key, value, form }) => ({
    found: `metadata.annotations '${key}: ${value}'`,
    breaks: 'The provider does not take this value.',
    remedy: `Write ${form}.`,
  }))),

  loadBalancerRule({
    id: 'MQTT-IDLE-003',
    severity: Severity.WARNING,
    title: 'Both idle timeouts of Octavia are set',
    why: 'Octavia counts the silence of the client and of the broker separately, each with a default of 50 s. The side that is not set cuts the connection.',
    source: 'https://github.com/openstack/octavia, octavia/common/constants.py',
    remedy: 'Set timeout-client-data and timeout-member-data, in milliseconds, to the same value.',
    example: `metadata:
  annotations:
    loadbalancer.openstack.org/timeout-client-data: "300000"
    loadbalancer.openstack.org/timeout-member-data: "300000"`,
  }, (service) => {
    const octavia = idleTimeoutSettings(service.object).filter(({ key }) => key.startsWith('loadbalancer.openstack.org/'));
    return octavia.length !== 1 ? [] : [{
      found: `metadata.annotations '${octavia[0].key}: ${octavia[0].value}' alone`,
      breaks: `The other side keeps its ${OCTAVIA_DEFAULT_IDLE_SECONDS} s, below the 60 s that most MQTT clients take for their keepalive.`,
    }];
  }),

  loadBalancerRule({
    id: 'MQTT-IDLE-004',
    severity: Severity.WARNING,
    title: 'An Azure load balancer resets the connections that it drops',
    why: 'With the reset, both sides learn at once that an idle connection is gone. Without, the client goes on believing in it until its next ping times out.',
    source: 'https://learn.microsoft.com/azure/load-balancer/load-balancer-tcp-reset',
    remedy: 'Leave azure-load-balancer-disable-tcp-reset out.',
    example: `metadata:
  annotations:
    service.beta.kubernetes.io/azure-load-balancer-disable-tcp-reset: "false"`,
  }, ({ object }) => object.annotations[AZURE_DISABLE_RESET] !== 'true' ? [] : [{
    found: `metadata.annotations '${AZURE_DISABLE_RESET}: true'`,
    breaks: 'Idle connections disappear silently.',
  }]),

  loadBalancerRule({
    id: 'MQTT-IDLE-005',
    severity: Severity.WARNING,
    title: 'An idle timeout on Azure is at most 30 minutes',
    why: 'The sources disagree: the documentation of the load balancer and that of the cloud provider take up to 100 minutes, the one of AKS, and a newer path of the provider\'s code, 30.',
    source: 'https://learn.microsoft.com/en-us/azure/load-balancer/load-balancer-tcp-idle-timeout; https://cloud-provider-azure.sigs.k8s.io/topics/loadbalancer/',
    remedy: 'Stay at 30 minutes or less, or try it on your cluster and acknowledge this rule.',
    example: `metadata:
  annotations:
    service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: "30"`,
  }, (service) => idleTimeoutSettings(service.object)
    .filter(({ key, valid, seconds }) => key.includes('/azure-') && valid && seconds! > AZURE_SURE_MAXIMUM_MINUTES * 60)
    .map(({ key, value }) => ({
      found: `metadata.annotations '${key}: ${value}'`,
      breaks: 'The load balancer may be refused or fall back to another value.',
    }))),

  loadBalancerRule({
    id: 'MQTT-IDLE-006',
    severity: Severity.ERROR,
    title: 'No idle timeout is set on a TLS listener of an NLB',
    why: 'The idle timeout of a TLS listener is 350 s and cannot be changed. AWS refuses the attribute.',
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout',
    remedy: 'Leave the idle timeout out, or end TLS in the broker, where the listener of the NLB is a TCP listener.',
    example: `metadata:
  annotations:
    service.beta.kubernetes.io/aws-load-balancer-listener-attributes.TCP-8883: tcp.idle_timeout.seconds=400
    # no aws-load-balancer-ssl-cert: the broker has the certificate`,
  }, (service) => {
    const tlsPorts = service.ports.filter((port) => endsTlsAtAwsNlb(service.object, port));
    return idleTimeoutSettings(service.object)
      .filter(({ key, seconds }) => seconds !== AWS_NLB_DEFAULT_IDLE_SECONDS && tlsPorts.some((port) => new RegExp(`listener-attributes\\.[A-Z]+-${port.port}$`).test(key)))
      .map(({ key, value }) => ({
        found: `metadata.annotations '${key}: ${value}', on a port where the NLB ends TLS`,
        breaks: `The listener keeps its ${AWS_NLB_DEFAULT_IDLE_SECONDS} s, and the controller reports an error instead of finishing the load balancer.`,
      }));
  }),
];
