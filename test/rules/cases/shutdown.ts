import { behindNodes, type ClusterManifests, configure, containerOf, podOf } from './base';
import { type BreakingCase, development, production, type RuleCases } from './rule-case';

const AWS = 'service.beta.kubernetes.io/aws-load-balancer-';
const REMOVAL = 'cdk8s-mqtt/load-balancer-target-removal-seconds';

function withoutDelay(manifests: ClusterManifests): void {
  delete manifests.statefulSet.metadata.annotations['cdk8s-mqtt/shutdown-delay-seconds'];
  configure(manifests, ({ shutdown }) => { shutdown.delaySeconds = 0; });
}

/** So many seconds, in the declaration as in the configuration. */
function delayOf(seconds: number): (manifests: ClusterManifests) => void {
  return (manifests) => {
    manifests.statefulSet.metadata.annotations['cdk8s-mqtt/shutdown-delay-seconds'] = String(seconds);
    configure(manifests, ({ shutdown }) => { shutdown.delaySeconds = seconds; });
  };
}

/** Under Local; the annotations of the load balancer. */
function instanceTargets({ loadBalancer: { metadata, spec } }: ClusterManifests): Record<string, string> {
  spec.externalTrafficPolicy = 'Local';
  return Object.assign(metadata.annotations, { [`${AWS}nlb-target-type`]: 'instance', 'cdk8s-mqtt/load-balancer-local-health-check': 'automatic' });
}

function tooSoon(name: string, change: (manifests: ClusterManifests) => void, seconds: number, because: string, sum: string): BreakingCase {
  const delay = Number(/= (\d+)$/.exec(sum)![1]);
  return {
    name,
    manifests: production(change),
    findings: [{
      object: 'StatefulSet mqtt/broker',
      found: `${sum} s, but Service mqtt/broker-nlb goes on sending for ${seconds} s (${because})`,
      breaks: `On every rollout new clients are refused for up to ${seconds - delay} s wherever the load balancer sends them to the broker that stops.`,
      remedy: `Set the shutdown delay to ${seconds} s at least (shutdownDelay), and the grace period ${seconds - delay} s longer; or have the load balancer notice sooner.`,
    }],
  };
}

export const shutdownCases: RuleCases[] = [
  {
    rule: 'MQTT-SHUTDOWN-001',
    breaks: [
      {
        name: 'the default grace period',
        manifests: production((manifests) => { delete podOf(manifests).terminationGracePeriodSeconds; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.template.spec.terminationGracePeriodSeconds: 30; needed are 0 (preStop) + 120 (shutdown delay) + 20 (drain) + 10 (flush) = 150 s',
          breaks: 'The broker is killed 120 s before it is done.',
          remedy: 'Set terminationGracePeriodSeconds to 150 at least (terminationGracePeriod), or raise the drain rate.',
        }],
      },
      {
        name: 'one second short',
        manifests: production((manifests) => { podOf(manifests).terminationGracePeriodSeconds = 149; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.template.spec.terminationGracePeriodSeconds: 149; needed are 0 (preStop) + 120 (shutdown delay) + 20 (drain) + 10 (flush) = 150 s',
          breaks: 'The broker is killed 1 s before it is done.',
          remedy: 'Set terminationGracePeriodSeconds to 150 at least (terminationGracePeriod), or raise the drain rate.',
        }],
      },
      {
        name: 'preStop sleep',
        manifests: production((manifests) => { containerOf(manifests).lifecycle = { preStop: { sleep: { seconds: 20 } } }; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.template.spec.terminationGracePeriodSeconds: 165; needed are 20 (preStop) + 120 (shutdown delay) + 20 (drain) + 10 (flush) = 170 s',
          breaks: 'The broker is killed 5 s before it is done.',
          remedy: 'Set terminationGracePeriodSeconds to 170 at least (terminationGracePeriod), or raise the drain rate.',
        }],
      },
      {
        name: 'preStop sleep in a shell',
        manifests: production((manifests) => { containerOf(manifests).lifecycle = { preStop: { exec: { command: ['sh', '-c', 'echo bye; sleep 25'] } } }; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.template.spec.terminationGracePeriodSeconds: 165; needed are 25 (preStop) + 120 (shutdown delay) + 20 (drain) + 10 (flush) = 175 s',
          breaks: 'The broker is killed 10 s before it is done.',
          remedy: 'Set terminationGracePeriodSeconds to 175 at least (terminationGracePeriod), or raise the drain rate.',
        }],
      },
      {
        name: 'a slow drain that only the configuration of the broker tells',
        needsOtherObjects: 'the configuration stands in a ConfigMap',
        manifests: production((manifests) => {
          delete manifests.statefulSet.metadata.annotations['cdk8s-mqtt/drain-connections-per-second'];
          configure(manifests, ({ shutdown }) => { shutdown.connectionsPerSecond = 200; });
        }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.template.spec.terminationGracePeriodSeconds: 165; needed are 0 (preStop) + 120 (shutdown delay) + 50 (drain) + 10 (flush) = 180 s',
          breaks: 'The broker is killed 15 s before it is done.',
          remedy: 'Set terminationGracePeriodSeconds to 180 at least (terminationGracePeriod), or raise the drain rate.',
        }],
      },
      {
        name: 'a slow drain',
        manifests: production(({ statefulSet }) => { statefulSet.metadata.annotations['cdk8s-mqtt/drain-connections-per-second'] = '100'; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.template.spec.terminationGracePeriodSeconds: 165; needed are 0 (preStop) + 120 (shutdown delay) + 100 (drain) + 10 (flush) = 230 s',
          breaks: 'The broker is killed 65 s before it is done.',
          remedy: 'Set terminationGracePeriodSeconds to 230 at least (terminationGracePeriod), or raise the drain rate.',
        }],
      },
    ],
    satisfies: [
      {
        name: 'a fast drain that only the configuration of the broker tells',
        manifests: production((manifests) => {
          delete manifests.statefulSet.metadata.annotations['cdk8s-mqtt/drain-connections-per-second'];
          configure(manifests, ({ shutdown }) => { shutdown.connectionsPerSecond = 2000; });
          podOf(manifests).terminationGracePeriodSeconds = 135;
        }),
      },
      { name: 'exactly enough', manifests: production((manifests) => { podOf(manifests).terminationGracePeriodSeconds = 150; }) },
      { name: 'more than enough', manifests: production() },
      { name: 'preStop that fits', manifests: production((manifests) => { containerOf(manifests).lifecycle = { preStop: { exec: { command: ['/bin/sleep', '15'] } } }; }) },
      {
        name: 'an unknown number of connections',
        manifests: production((manifests) => {
          delete manifests.statefulSet.metadata.annotations['cdk8s-mqtt/connections-per-pod'];
          podOf(manifests).terminationGracePeriodSeconds = 130;
        }),
      },
    ],
  },
  {
    rule: 'MQTT-SHUTDOWN-002',
    breaks: [{
      name: 'an hour',
      manifests: production((manifests) => { podOf(manifests).terminationGracePeriodSeconds = 3600; }),
      findings: [{
        object: 'StatefulSet mqtt/broker',
        found: 'spec.template.spec.terminationGracePeriodSeconds: 3600',
        breaks: 'On a scale-down of nodes the broker is killed after 600 s, with the clients that it still has.',
      }],
    }],
    satisfies: [{ name: 'ten minutes', manifests: production((manifests) => { podOf(manifests).terminationGracePeriodSeconds = 600; }) }],
  },
  {
    rule: 'MQTT-SHUTDOWN-003',
    breaks: [{
      name: 'no delay',
      manifests: production(withoutDelay),
      findings: [{
        object: 'StatefulSet mqtt/broker',
        found: 'no preStop sleep and no shutdown delay, behind a load balancer',
        breaks: 'On every rollout clients are sent to a broker that has closed its listeners.',
      }],
    },
    tooSoon('an NLB with IP targets', delayOf(15), 120, 'an NLB takes about that long to deregister an IP target', '0 (preStop) + 15 (shutdown delay) = 15'),
    tooSoon('a preStop sleep counts as well', (manifests) => {
      delayOf(100)(manifests);
      containerOf(manifests).lifecycle = { preStop: { sleep: { seconds: 19 } } };
    }, 120, 'an NLB takes about that long to deregister an IP target', '19 (preStop) + 100 (shutdown delay) = 119'),
    tooSoon('an NLB with instance targets under Local', (manifests) => {
      delayOf(15)(manifests);
      instanceTargets(manifests);
    }, 20, 'a health check every 10 s must fail 2 times', '0 (preStop) + 15 (shutdown delay) = 15'),
    tooSoon('an override of the health check of an NLB', (manifests) => {
      delayOf(25)(manifests);
      Object.assign(instanceTargets(manifests), { [`${AWS}healthcheck-interval`]: '30', [`${AWS}healthcheck-unhealthy-threshold`]: '3' });
    }, 90, 'a health check every 30 s must fail 3 times', '0 (preStop) + 25 (shutdown delay) = 25'),
    tooSoon('another provider, as it is declared', (manifests) => {
      delayOf(15)(manifests);
      behindNodes(manifests, { [REMOVAL]: '30' }).spec.externalTrafficPolicy = 'Local';
    }, 30, `${REMOVAL}: 30`, '0 (preStop) + 15 (shutdown delay) = 15')],
    satisfies: [
      { name: 'a shutdown delay', manifests: production() },
      {
        name: 'a preStop sleep',
        manifests: production((manifests) => {
          withoutDelay(manifests);
          containerOf(manifests).lifecycle = { preStop: { sleep: { seconds: 120 } } };
        }),
      },
      {
        name: 'an NLB whose removal of targets somebody measured',
        manifests: production((manifests) => {
          delayOf(15)(manifests);
          manifests.loadBalancer.metadata.annotations[REMOVAL] = '15';
        }),
      },
      {
        name: 'instance targets under Cluster, where every node hands on to other brokers',
        manifests: production((manifests) => {
          delayOf(15)(manifests);
          instanceTargets(manifests);
          manifests.loadBalancer.spec.externalTrafficPolicy = 'Cluster';
        }),
      },
      { name: 'a load balancer of which nobody knows it', manifests: production((manifests) => { delayOf(1)(manifests); behindNodes(manifests); }) },
      { name: 'development', manifests: development(delayOf(5)) },
      {
        name: 'no load balancer',
        manifests: production((manifests) => {
          withoutDelay(manifests);
          delete manifests.loadBalancer;
        }),
      },
    ],
  },
];
