import { embedStore, scaleByHpa, scaleByKeda } from './base';
import { production, type RuleCases } from './rule-case';

function hpa(spec: object): object[] {
  return production((manifests) => {
    delete manifests.statefulSet.metadata.annotations['cdk8s-mqtt/node-count'];
    scaleByHpa(manifests, { minReplicas: 3, maxReplicas: 6, ...spec });
  });
}

function embedded(spec: object): object[] {
  const [autoscaler] = hpa(spec).slice(-1);
  return production((manifests) => {
    delete manifests.statefulSet.spec.replicas;
    embedStore(manifests);
    manifests.autoscaler = autoscaler;
  });
}

function keda(spec: object): object[] {
  return production((manifests) => { scaleByKeda(manifests, spec); });
}

/** Two autoscalers, the second made of the first. */
function two(second: (first: any) => any): object[] {
  const manifests = hpa({ behavior: disabled });
  return [...manifests, second(manifests.at(-1))];
}

function vertical(spec: object): object[] {
  return production((manifests) => {
    manifests.autoscaler = {
      apiVersion: 'autoscaling.k8s.io/v1',
      kind: 'VerticalPodAutoscaler',
      metadata: { name: 'broker', namespace: 'mqtt' },
      spec: { targetRef: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'broker' }, ...spec },
    };
  });
}

const disabled = { scaleDown: { selectPolicy: 'Disabled' } };

function oneEvery(periodSeconds: number): object {
  return { scaleDown: { policies: [{ type: 'Pods', value: 1, periodSeconds }] } };
}

export const autoscalingCases: RuleCases[] = [
  {
    rule: 'MQTT-AUTOSCALING-001',
    breaks: [{
      name: 'both',
      manifests: production((manifests) => {
        manifests.autoscaler = {
          apiVersion: 'autoscaling/v2',
          kind: 'HorizontalPodAutoscaler',
          metadata: { name: 'broker', namespace: 'mqtt' },
          spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'broker' }, maxReplicas: 3, behavior: disabled },
        };
      }),
      findings: [{
        object: 'StatefulSet mqtt/broker',
        found: 'spec.replicas: 3, and HorizontalPodAutoscaler broker',
        breaks: 'Every apply throws clients of the newest brokers out.',
      }],
    }],
    satisfies: [
      { name: 'the manifest', manifests: production() },
      { name: 'the autoscaler', manifests: hpa({ behavior: disabled }) },
    ],
  },
  {
    rule: 'MQTT-AUTOSCALING-002',
    breaks: [
      {
        name: 'the defaults',
        manifests: hpa({}),
        findings: [{
          object: 'HorizontalPodAutoscaler mqtt/broker',
          found: 'scaleDown: absent',
          breaks: 'Several brokers stop together, and the others meet the storm of their clients.',
          remedy: 'Set selectPolicy to Disabled, or one policy: type Pods, value 1, periodSeconds 60.',
        }],
      },
      {
        name: 'a period that is shorter than the drain',
        manifests: hpa({ behavior: oneEvery(19) }),
        findings: [{
          object: 'HorizontalPodAutoscaler mqtt/broker',
          found: 'scaleDown: {"policies":[{"type":"Pods","value":1,"periodSeconds":19}]}',
          breaks: 'Several brokers stop together, and the others meet the storm of their clients.',
          remedy: 'Set selectPolicy to Disabled, or one policy: type Pods, value 1, periodSeconds 60.',
        }],
      },
      {
        name: 'a share of the pods',
        manifests: hpa({ behavior: { scaleDown: { policies: [{ type: 'Percent', value: 50, periodSeconds: 600 }] } } }),
        findings: [{
          object: 'HorizontalPodAutoscaler mqtt/broker',
          found: 'scaleDown: {"policies":[{"type":"Percent","value":50,"periodSeconds":600}]}',
          breaks: 'Several brokers stop together, and the others meet the storm of their clients.',
          remedy: 'Set selectPolicy to Disabled, or one policy: type Pods, value 1, periodSeconds 60.',
        }],
      },
      {
        name: 'KEDA at the defaults',
        manifests: keda({ minReplicaCount: 3 }),
        findings: [{
          object: 'ScaledObject mqtt/broker',
          found: 'scaleDown: absent',
          breaks: 'Several brokers stop together, and the others meet the storm of their clients.',
          remedy: 'Set selectPolicy to Disabled, or one policy: type Pods, value 1, periodSeconds 60.',
        }],
      },
    ],
    satisfies: [
      { name: 'no autoscaler', manifests: production() },
      { name: 'disabled', manifests: hpa({ behavior: disabled }) },
      { name: 'one pod per drain', manifests: hpa({ behavior: oneEvery(20) }) },
      { name: 'KEDA, disabled', manifests: keda({ minReplicaCount: 3, advanced: { horizontalPodAutoscalerConfig: { behavior: disabled } } }) },
    ],
  },
  {
    rule: 'MQTT-AUTOSCALING-003',
    breaks: [
      {
        name: 'the default of KEDA',
        manifests: keda({}),
        findings: [{
          object: 'ScaledObject mqtt/broker',
          found: 'spec.minReplicaCount: absent',
          breaks: 'Without clients for a while, the last broker stops and none comes back.',
        }],
      },
      {
        name: 'zero by KEDA',
        manifests: keda({ minReplicaCount: 0 }),
        findings: [{
          object: 'ScaledObject mqtt/broker',
          found: 'spec.minReplicaCount: 0',
          breaks: 'Without clients for a while, the last broker stops and none comes back.',
        }],
      },
      {
        name: 'none while KEDA finds nothing to do, though the minimum is three',
        manifests: keda({ minReplicaCount: 3, idleReplicaCount: 0 }),
        findings: [{
          object: 'ScaledObject mqtt/broker',
          found: 'spec.idleReplicaCount: 0',
          breaks: 'Without clients for a while, the last broker stops and none comes back.',
        }],
      },
      {
        name: 'zero',
        manifests: hpa({ minReplicas: 0 }),
        findings: [{
          object: 'HorizontalPodAutoscaler mqtt/broker',
          found: 'spec.minReplicas: 0',
          breaks: 'Without clients for a while, the last broker stops and none comes back.',
        }],
      },
    ],
    satisfies: [
      { name: 'three by KEDA', manifests: keda({ minReplicaCount: 3 }) },
      { name: 'the default of a HorizontalPodAutoscaler', manifests: hpa({ minReplicas: undefined }) },
    ],
  },
  {
    rule: 'MQTT-AUTOSCALING-004',
    breaks: [
      {
        name: 'one broker at a time, which is slow enough for its clients, but leaves its sessions behind',
        manifests: embedded({ behavior: oneEvery(600) }),
        findings: [{
          object: 'HorizontalPodAutoscaler mqtt/broker',
          found: 'scaleDown: {"policies":[{"type":"Pods","value":1,"periodSeconds":600}]}, of StatefulSet broker with an embedded session store',
          breaks: 'Sessions and queued messages of every broker that is scaled away are out of reach.',
        }],
      },
      {
        name: 'the default',
        manifests: embedded({}),
        findings: [{
          object: 'HorizontalPodAutoscaler mqtt/broker',
          found: 'scaleDown: absent, of StatefulSet broker with an embedded session store',
          breaks: 'Sessions and queued messages of every broker that is scaled away are out of reach.',
        }],
      },
    ],
    satisfies: [
      { name: 'disabled', manifests: embedded({ behavior: disabled }) },
      { name: 'a replicated store', manifests: hpa({ behavior: oneEvery(600) }) },
      { name: 'as many brokers at least as at most', manifests: embedded({ minReplicas: 3, maxReplicas: 3 }) },
      { name: 'no autoscaler', manifests: production(embedStore) },
    ],
  },
  {
    rule: 'MQTT-AUTOSCALING-005',
    breaks: [
      {
        name: 'one on connections, and one on CPU',
        manifests: two((first) => ({ ...first, metadata: { name: 'broker-cpu', namespace: 'mqtt' } })),
        needsOtherObjects: 'the other autoscaler',
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'HorizontalPodAutoscaler broker, HorizontalPodAutoscaler broker-cpu all scale it',
          breaks: 'Nothing scales the brokers, or they are stopped and started in turn.',
        }],
      },
      {
        name: 'one by KEDA',
        manifests: two(() => keda({ minReplicaCount: 3 }).at(-1)),
        needsOtherObjects: 'the other autoscaler',
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'HorizontalPodAutoscaler broker, ScaledObject broker all scale it',
          breaks: 'Nothing scales the brokers, or they are stopped and started in turn.',
        }],
      },
    ],
    satisfies: [
      { name: 'one', manifests: hpa({ behavior: disabled }) },
      { name: 'one of something else', manifests: two((first) => ({ ...first, metadata: { name: 'other', namespace: 'mqtt' }, spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'broker' }, maxReplicas: 6 } })) },
      { name: 'one in another namespace', manifests: two((first) => ({ ...first, metadata: { name: 'broker', namespace: 'other' } })) },
    ],
  },
  {
    rule: 'MQTT-AUTOSCALING-006',
    breaks: [
      {
        name: 'the default',
        manifests: vertical({}),
        needsOtherObjects: 'the workload says that it is a broker',
        findings: [{
          object: 'VerticalPodAutoscaler mqtt/broker',
          found: 'spec.updatePolicy.updateMode: absent',
          breaks: 'All clients of a broker reconnect whenever its requests are changed.',
        }],
      },
      {
        name: 'in place, or else by eviction',
        manifests: vertical({ updatePolicy: { updateMode: 'InPlaceOrRecreate' } }),
        needsOtherObjects: 'the workload says that it is a broker',
        findings: [{
          object: 'VerticalPodAutoscaler mqtt/broker',
          found: 'spec.updatePolicy.updateMode: InPlaceOrRecreate',
          breaks: 'All clients of a broker reconnect whenever its requests are changed.',
        }],
      },
    ],
    satisfies: [
      { name: 'recommendations alone', manifests: vertical({ updatePolicy: { updateMode: 'Off' } }) },
      { name: 'new pods alone', manifests: vertical({ updatePolicy: { updateMode: 'Initial' } }) },
      { name: 'of something else', manifests: vertical({ targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'broker' } }) },
      { name: 'without a target', manifests: vertical({ targetRef: undefined }) },
    ],
  },
];
