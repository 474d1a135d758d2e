import { embedStore } from './base';
import { production, type RuleCases } from './rule-case';

function hpa(spec: object): object[] {
  return production((manifests) => {
    delete manifests.statefulSet.spec.replicas;
    delete manifests.statefulSet.metadata.annotations['cdk8s-mqtt/node-count'];
    manifests.autoscaler = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'broker', namespace: 'mqtt' },
      spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'broker' }, minReplicas: 3, maxReplicas: 6, ...spec },
    };
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
  return production((manifests) => {
    delete manifests.statefulSet.spec.replicas;
    manifests.autoscaler = {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata: { name: 'broker', namespace: 'mqtt' },
      spec: { scaleTargetRef: { kind: 'StatefulSet', name: 'broker' }, ...spec },
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
];
