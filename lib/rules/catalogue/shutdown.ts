import { FLUSH_SECONDS } from '../../manifest/flush-seconds';
import { Severity } from '../finding';
import { type Rule, workloadRule } from '../rule';

/** `--max-graceful-termination-sec` of the Cluster Autoscaler. */
export const AUTOSCALER_MAXIMUM_SECONDS = 600;

export const shutdownRules: readonly Rule[] = [
  workloadRule({
    id: 'MQTT-SHUTDOWN-001',
    severity: Severity.ERROR,
    title: 'A stopping broker has the time to hand over its clients',
    why: 'The grace period begins before preStop. When it ends, the kubelet kills the broker: the clients that are left see a broken connection, all at the same moment, and storm the brokers that remain. It must be at least preStop + shutdown delay + connections ÷ drain rate + 10 s to flush the store.',
    source: 'https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination',
    remedy: 'Raise terminationGracePeriodSeconds, or the drain rate, or spread the clients over more pods.',
    example: `spec:
  template:
    spec:
      terminationGracePeriodSeconds: 60`,
  }, (broker) => {
    const drain = broker.drainSeconds;
    const needed = broker.preStopSeconds + broker.shutdownDelaySeconds + drain + FLUSH_SECONDS;
    return broker.pods.graceSeconds >= needed ? [] : [{
      found: `spec.template.spec.terminationGracePeriodSeconds: ${broker.pods.graceSeconds}; needed are ${broker.preStopSeconds} (preStop) + ${broker.shutdownDelaySeconds} (shutdown delay) + ${drain} (drain) + ${FLUSH_SECONDS} (flush) = ${needed} s`,
      breaks: `The broker is killed ${needed - broker.pods.graceSeconds} s before it is done.`,
      remedy: `Set terminationGracePeriodSeconds to ${needed} at least (terminationGracePeriod), or raise the drain rate.`,
    }];
  }),

  workloadRule({
    id: 'MQTT-SHUTDOWN-002',
    severity: Severity.WARNING,
    title: 'A grace period is not longer than the Cluster Autoscaler waits',
    why: 'When it takes a node away, the Cluster Autoscaler waits 600 s by default (--max-graceful-termination-sec), whatever the pod asks for, and then removes the node with the broker on it.',
    source: 'https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md',
    remedy: 'Drain faster or run more pods with fewer connections each; or raise the flag of the autoscaler, or have none, and acknowledge this rule.',
    example: `spec:
  template:
    spec:
      terminationGracePeriodSeconds: 600`,
  }, ({ pods }) => pods.graceSeconds <= AUTOSCALER_MAXIMUM_SECONDS ? [] : [{
    found: `spec.template.spec.terminationGracePeriodSeconds: ${pods.graceSeconds}`,
    breaks: `On a scale-down of nodes the broker is killed after ${AUTOSCALER_MAXIMUM_SECONDS} s, with the clients that it still has.`,
  }]),

  workloadRule({
    id: 'MQTT-SHUTDOWN-003',
    severity: Severity.WARNING,
    title: 'A stopping broker behind a load balancer goes on serving for a while',
    why: 'SIGTERM, the removal from the endpoints and the health checks of the load balancer run side by side. A broker that closes at once still gets new connections for as long as the load balancer needs to notice.',
    source: 'https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination-flow',
    remedy: 'Set a shutdown delay (shutdownDelay) or preStop sleep of at least unhealthy threshold × interval of the health check.',
    example: `metadata:
  annotations:
    cdk8s-mqtt/shutdown-delay-seconds: "15"`,
  }, (broker) => broker.preStopSeconds + broker.shutdownDelaySeconds > 0 || !broker.services.some((service) => service.isLoadBalancer) ? [] : [{
    found: 'no preStop sleep and no shutdown delay, behind a load balancer',
    breaks: 'On every rollout clients are sent to a broker that has closed its listeners.',
  }]),
];
