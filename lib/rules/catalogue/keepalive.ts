import { Severity } from '../finding';
import type { BrokerWorkload } from '../model/broker-workload';
import { AWS_NLB_DEFAULT_IDLE_SECONDS, isAwsNlb } from '../model/provider-annotations';
import type { ServiceObject } from '../model/service-object';
import { entranceRule, loadBalancerRule, type Rule, workloadRule } from '../rule';

/** Room for a client that sends its ping late, and for the way through the network. */
export const MARGIN = 0.8;
const KEEPALIVE_SYSCTL = 'net.ipv4.tcp_keepalive_time';

export const keepaliveRules: readonly Rule[] = [
  entranceRule({
    id: 'MQTT-KEEPALIVE-001',
    severity: Severity.ERROR,
    title: 'Idle clients speak before the load balancer forgets them',
    why: 'A client that has nothing to send speaks once per keepalive. A load balancer with a shorter idle timeout drops the connection before, mostly without telling either side: the broker queues messages for a client that is gone, and the client finds out at its next ping. The keepalive that the broker accepts must be at most 0.8 of the idle timeout. On a passthrough load balancer the TCP keepalive probes of the pod help too, if the broker sets SO_KEEPALIVE; a proxy answers them itself and goes on counting.',
    source: 'MQTT 3.1.1 §3.1.2.10; https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout',
    remedy: 'Limit the keepalive that the broker accepts, or raise the idle timeout.',
    example: `metadata:
  annotations:
    cdk8s-mqtt/keepalive-max-seconds: "240" # behind an idle timeout of 350 s`,
  }, (service, broker) => {
    const { seconds, known, where } = service.idleTimeout;
    const limit = Math.floor(MARGIN * seconds);
    if (!broker.knowsKeepalive || broker.keepaliveMaximum <= limit || isProbedInTime(service, broker)) return [];
    const limited = Number.isFinite(broker.keepaliveMaximum);
    const keepalive = limited ? `a keepalive of up to ${broker.keepaliveMaximum} s` : 'any keepalive, and none at all';
    return [{
      found: `${known ? '' : 'assumed '}idle timeout of ${seconds} s (${where}); ${broker.object.kind} ${broker.object.name} accepts ${keepalive}`,
      breaks: `A client that is silent for ${seconds} s loses its connection without a word${limited ? '' : ', and nothing obliges it to speak earlier'}.`,
      remedy: remedy(service, broker, limit),
    }];
  }),

  entranceRule({
    id: 'MQTT-KEEPALIVE-002',
    severity: Severity.WARNING,
    title: 'The idle timeout of the load balancer is known',
    why: 'Several providers do not document when they drop an idle TCP connection. Until somebody measures it, the rules count 60 s, less than most of the known defaults.',
    source: 'docs/rules.md#idle-timeouts',
    remedy: 'Measure it (connect, stay silent, see when the connection is gone) and declare it.',
    example: `metadata:
  annotations:
    cdk8s-mqtt/load-balancer-idle-timeout-seconds: "300"`,
  }, (service) => service.idleTimeout.known ? [] : [{
    found: `metadata.annotations '${service.idleTimeout.where}'`,
    breaks: `Nobody knows when idle clients are cut; ${service.idleTimeout.seconds} s are assumed, which may be too long or needlessly short.`,
  }]),

  workloadRule({
    id: 'MQTT-KEEPALIVE-003',
    severity: Severity.ERROR,
    title: 'Pods that set network sysctls have a network namespace of their own',
    why: 'The net.* sysctls belong to a network namespace. With hostNetwork that is the one of the node, and the API server refuses the pod.',
    source: 'https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/',
    remedy: 'Leave hostNetwork out, or the sysctls.',
    example: `spec:
  template:
    spec:
      hostNetwork: false
      securityContext:
        sysctls:
          - name: net.ipv4.tcp_keepalive_time
            value: "120"`,
  }, ({ pods }) => {
    const network = pods.sysctls.map(({ name }) => name).filter((name) => /^net[./]/.test(name));
    return !pods.hostNetwork || network.length === 0 ? [] : [{
      found: `spec.template.spec.hostNetwork: true, and spec.template.spec.securityContext.sysctls: ${network.join(', ')}`,
      breaks: 'The API server refuses every pod of this workload.',
    }];
  }),

  loadBalancerRule({
    id: 'MQTT-KEEPALIVE-004',
    severity: Severity.WARNING,
    title: 'The instances behind an NLB remember idle connections as long as the NLB',
    why: 'EC2 tracks connections by itself. On Nitro v6 instances it forgets an established TCP connection after 350 s by default, so a longer idle timeout of the NLB has no effect until the network interfaces are told too.',
    source: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html',
    remedy: 'Set TcpEstablishedTimeout of the nodes\' network interfaces (60 to 432,000 s) to at least the idle timeout, and acknowledge this rule; or stay at 350 s.',
    example: `metadata:
  annotations:
    service.beta.kubernetes.io/aws-load-balancer-listener-attributes.TCP-1883: tcp.idle_timeout.seconds=350`,
  }, (service) => {
    const { seconds, known, where } = service.idleTimeout;
    return !isAwsNlb(service.object) || !known || !Number.isFinite(seconds) || seconds <= AWS_NLB_DEFAULT_IDLE_SECONDS ? [] : [{
      found: `idle timeout of ${seconds} s (${where})`,
      breaks: `On Nitro v6 instances idle connections still die after ${AWS_NLB_DEFAULT_IDLE_SECONDS} s.`,
    }];
  }),
];

/** Whether the kernel of the pod keeps idle connections alive in the eyes of the load balancer. */
function isProbedInTime(service: ServiceObject, broker: BrokerWorkload): boolean {
  const time = broker.pods.networkSysctl(KEEPALIVE_SYSCTL);
  return service.isPassthrough && broker.probesIdleConnections && time !== undefined && time > 0 && time < service.idleTimeout.seconds;
}

function remedy(service: ServiceObject, broker: BrokerWorkload, limit: number): string {
  const keepalive = `Limit the keepalive of the broker to ${limit} s (keepaliveLimit)`;
  const raised = Number.isFinite(broker.keepaliveMaximum) ? `, or raise the idle timeout to ${Math.ceil(broker.keepaliveMaximum / MARGIN)} s where the provider can` : '';
  const idle = service.idleTimeout.known ? raised : ', or measure the idle timeout and declare it';
  if (service.isPassthrough && broker.probesIdleConnections) {
    return `${keepalive}${idle}, or let the pods probe idle connections: sysctl ${KEEPALIVE_SYSCTL} below ${service.idleTimeout.seconds} s (tcpKeepalive).`;
  }
  const mesh = broker.meshProxy && `the sidecar of ${broker.meshProxy.mesh} answers the probes (${broker.meshProxy.found})`;
  const because = service.isPassthrough ? mesh ?? `${broker.broker} is not known to set SO_KEEPALIVE` : 'a proxy ends the TCP connection of the client';
  return `${keepalive}${idle}. TCP keepalive does not help here: ${because}.`;
}
