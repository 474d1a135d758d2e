import { type ClusterManifests, configure, containerOf, podOf } from './base';
import { production, type RuleCases } from './rule-case';

function withoutDelay(manifests: ClusterManifests): void {
  delete manifests.statefulSet.metadata.annotations['cdk8s-mqtt/shutdown-delay-seconds'];
  configure(manifests, ({ shutdown }) => { shutdown.delaySeconds = 0; });
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
          found: 'spec.template.spec.terminationGracePeriodSeconds: 30; needed are 0 (preStop) + 15 (shutdown delay) + 20 (drain) + 10 (flush) = 45 s',
          breaks: 'The broker is killed 15 s before it is done.',
          remedy: 'Set terminationGracePeriodSeconds to 45 at least (terminationGracePeriod), or raise the drain rate.',
        }],
      },
      {
        name: 'one second short',
        manifests: production((manifests) => { podOf(manifests).terminationGracePeriodSeconds = 44; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.template.spec.terminationGracePeriodSeconds: 44; needed are 0 (preStop) + 15 (shutdown delay) + 20 (drain) + 10 (flush) = 45 s',
          breaks: 'The broker is killed 1 s before it is done.',
          remedy: 'Set terminationGracePeriodSeconds to 45 at least (terminationGracePeriod), or raise the drain rate.',
        }],
      },
      {
        name: 'preStop sleep',
        manifests: production((manifests) => { containerOf(manifests).lifecycle = { preStop: { sleep: { seconds: 20 } } }; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.template.spec.terminationGracePeriodSeconds: 60; needed are 20 (preStop) + 15 (shutdown delay) + 20 (drain) + 10 (flush) = 65 s',
          breaks: 'The broker is killed 5 s before it is done.',
          remedy: 'Set terminationGracePeriodSeconds to 65 at least (terminationGracePeriod), or raise the drain rate.',
        }],
      },
      {
        name: 'preStop sleep in a shell',
        manifests: production((manifests) => { containerOf(manifests).lifecycle = { preStop: { exec: { command: ['sh', '-c', 'echo bye; sleep 25'] } } }; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.template.spec.terminationGracePeriodSeconds: 60; needed are 25 (preStop) + 15 (shutdown delay) + 20 (drain) + 10 (flush) = 70 s',
          breaks: 'The broker is killed 10 s before it is done.',
          remedy: 'Set terminationGracePeriodSeconds to 70 at least (terminationGracePeriod), or raise the drain rate.',
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
          found: 'spec.template.spec.terminationGracePeriodSeconds: 60; needed are 0 (preStop) + 15 (shutdown delay) + 50 (drain) + 10 (flush) = 75 s',
          breaks: 'The broker is killed 15 s before it is done.',
          remedy: 'Set terminationGracePeriodSeconds to 75 at least (terminationGracePeriod), or raise the drain rate.',
        }],
      },
      {
        name: 'a slow drain',
        manifests: production(({ statefulSet }) => { statefulSet.metadata.annotations['cdk8s-mqtt/drain-connections-per-second'] = '100'; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.template.spec.terminationGracePeriodSeconds: 60; needed are 0 (preStop) + 15 (shutdown delay) + 100 (drain) + 10 (flush) = 125 s',
          breaks: 'The broker is killed 65 s before it is done.',
          remedy: 'Set terminationGracePeriodSeconds to 125 at least (terminationGracePeriod), or raise the drain rate.',
        }],
      },
    ],
    satisfies: [
      {
        name: 'a fast drain that only the configuration of the broker tells',
        manifests: production((manifests) => {
          delete manifests.statefulSet.metadata.annotations['cdk8s-mqtt/drain-connections-per-second'];
          configure(manifests, ({ shutdown }) => { shutdown.connectionsPerSecond = 2000; });
          podOf(manifests).terminationGracePeriodSeconds = 30;
        }),
      },
      { name: 'exactly enough', manifests: production((manifests) => { podOf(manifests).terminationGracePeriodSeconds = 45; }) },
      { name: 'more than enough', manifests: production() },
      { name: 'preStop that fits', manifests: production((manifests) => { containerOf(manifests).lifecycle = { preStop: { exec: { command: ['/bin/sleep', '15'] } } }; }) },
      {
        name: 'an unknown number of connections',
        manifests: production((manifests) => {
          delete manifests.statefulSet.metadata.annotations['cdk8s-mqtt/connections-per-pod'];
          podOf(manifests).terminationGracePeriodSeconds = 25;
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
    }],
    satisfies: [
      { name: 'a shutdown delay', manifests: production() },
      {
        name: 'a preStop sleep',
        manifests: production((manifests) => {
          withoutDelay(manifests);
          containerOf(manifests).lifecycle = { preStop: { sleep: { seconds: 10 } } };
        }),
      },
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
