import { FLUSH_SECONDS } from '../../manifest/flush-seconds';
import { Severity } from '../finding';
import { nameOf } from '../model/manifest-reference';
import { targetRemoval } from '../model/target-removal';
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
    title: 'A stopping broker behind a load balancer goes on serving until the load balancer has noticed',
    why: 'SIGTERM, the removal from the endpoints, and what the load balancer does about it run side by side. A broker that closes its listeners before goes on getting new connections, which are refused: for interval × unhealthy threshold of the health check where nodes are asked for a broker of their own (externalTrafficPolicy Local), and for as long as the deregistration takes where the targets are pods.',
    source: 'https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination-flow; https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/2366',
    remedy: 'Set a shutdown delay (shutdownDelay) or preStop sleep that is at least as long. MqttCluster does so by itself in production, unless it has a shutdownDelay.',
    example: `metadata:
  annotations:
    cdk8s-mqtt/shutdown-delay-seconds: "120" # behind an NLB with IP targets`,
  }, (broker) => {
    const { preStopSeconds, shutdownDelaySeconds } = broker;
    const delay = preStopSeconds + shutdownDelaySeconds;
    const loadBalancers = broker.services.filter((service) => service.isLoadBalancer);
    if (loadBalancers.length > 0 && delay === 0) {
      return [{
        found: 'no preStop sleep and no shutdown delay, behind a load balancer',
        breaks: 'On every rollout clients are sent to a broker that has closed its listeners.',
      }];
    }
    return broker.isDevelopment ? [] : loadBalancers.flatMap((service) => {
      const removal = targetRemoval(service);
      return removal === undefined || removal.seconds <= delay ? [] : [{
        found: `${preStopSeconds} (preStop) + ${shutdownDelaySeconds} (shutdown delay) = ${delay} s, but ${nameOf(service.object.reference)} goes on sending for ${removal.seconds} s (${removal.because})`,
        breaks: `On every rollout new clients are refused for up to ${removal.seconds - delay} s wherever the load balancer sends them to the broker that stops.`,
        remedy: `Set the shutdown delay to ${removal.seconds} s at least (shutdownDelay), and the grace period ${removal.seconds - delay} s longer; or have the load balancer notice sooner.`,
      }];
    });
  }),
];
