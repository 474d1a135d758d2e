import { Severity } from '../finding';
import { type Rule, workloadRule } from '../rule';

const HPA = 'https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/';
/** Recommendations alone, or only for pods that are made anyway. */
const UPDATES_WITHOUT_EVICTION = ['Off', 'Initial'];
const EXAMPLE = `kind: HorizontalPodAutoscaler
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: StatefulSet, name: broker }
  minReplicas: 3
  maxReplicas: 6
  behavior:
    scaleDown: { selectPolicy: Disabled }`;

export const autoscalingRules: readonly Rule[] = [
  workloadRule({
    id: 'MQTT-AUTOSCALING-001',
    severity: Severity.ERROR,
    title: 'Either the manifest or an autoscaler sets the number of replicas',
    why: 'Each time the manifest is applied, spec.replicas undoes what the autoscaler did: brokers with their clients are stopped, and started again a moment later. Under GitOps that happens every few minutes.',
    source: `${HPA}#migrating-deployments-and-statefulsets-to-horizontal-autoscaling`,
    remedy: 'Leave spec.replicas out.',
    example: `kind: StatefulSet
spec:
  serviceName: broker-headless # and no replicas`,
  }, ({ autoscalers, spec }) => !spec.at('replicas').exists ? [] : autoscalers.map(({ object }) => ({
    found: `spec.replicas: ${spec.at('replicas')}, and ${object.kind} ${object.name}`,
    breaks: 'Every apply throws clients of the newest brokers out.',
  }))),

  workloadRule({
    id: 'MQTT-AUTOSCALING-002',
    severity: Severity.WARNING,
    title: 'Brokers are not scaled down faster than they drain',
    why: 'By default an autoscaler may take away all superfluous pods within 15 s of its decision. Their clients reconnect all at once to brokers that have just become fewer.',
    source: `${HPA}#configurable-scaling-behavior`,
    remedy: 'Disable scaling down, or allow one pod per period that is as long as the drain.',
    example: EXAMPLE,
  }, (broker) => broker.autoscalers.filter(({ scaleDown }) => {
    const policies = scaleDown.at('policies').items;
    const slow = policies.length > 0 && policies.every((policy) =>
      policy.at('type').text === 'Pods' && policy.at('value').number === 1 && (policy.at('periodSeconds').number ?? 0) >= broker.drainSeconds);
    return scaleDown.at('selectPolicy').text !== 'Disabled' && !slow;
  }).map(({ object, scaleDown }) => ({
    object: object.reference,
    found: `scaleDown: ${scaleDown.exists ? scaleDown : 'absent'}`,
    breaks: 'Several brokers stop together, and the others meet the storm of their clients.',
    remedy: `Set selectPolicy to Disabled, or one policy: type Pods, value 1, periodSeconds ${Math.max(broker.drainSeconds, 60)}.`,
  }))),

  workloadRule({
    id: 'MQTT-AUTOSCALING-003',
    severity: Severity.ERROR,
    title: 'An autoscaler leaves at least one broker',
    why: 'KEDA scales to zero unless minReplicaCount says otherwise, or if idleReplicaCount says so, and a metric that counts connections then never rises again: nobody can connect.',
    source: 'https://keda.sh/docs/latest/reference/scaledobject-spec/#minreplicacount',
    remedy: 'Set minReplicaCount to 1 at least, and leave idleReplicaCount out.',
    example: `kind: ScaledObject
spec:
  scaleTargetRef: { kind: StatefulSet, name: broker }
  minReplicaCount: 3`,
  }, ({ autoscalers }) => autoscalers.filter(({ minimum }) => minimum < 1).map(({ minimumFound, object }) => ({
    object: object.reference,
    found: minimumFound,
    breaks: 'Without clients for a while, the last broker stops and none comes back.',
  }))),

  workloadRule({
    id: 'MQTT-AUTOSCALING-004',
    severity: Severity.ERROR,
    title: 'Brokers with stores of their own are not scaled down by an autoscaler',
    why: 'With an embedded store the sessions of a broker, and what is queued for them, are on its volume alone. When the autoscaler takes the broker away, they stay behind there, and clients that connect to another broker find no session.',
    source: 'MQTT 3.1.1 §3.1.2.4',
    remedy: 'Disable scaling down: behavior.scaleDown.selectPolicy: Disabled. Take brokers away by hand, after their clients have read their queues.',
    example: EXAMPLE,
  }, (broker) => broker.sessionStore !== 'embedded' ? [] : broker.autoscalers
    .filter(({ maximum, minimum, scaleDown }) => maximum > minimum && scaleDown.at('selectPolicy').text !== 'Disabled')
    .map(({ object, scaleDown }) => ({
      object: object.reference,
      found: `scaleDown: ${scaleDown.exists ? scaleDown : 'absent'}, of ${broker.object.kind} ${broker.object.name} with an embedded session store`,
      breaks: 'Sessions and queued messages of every broker that is scaled away are out of reach.',
    }))),

  workloadRule({
    id: 'MQTT-AUTOSCALING-005',
    severity: Severity.ERROR,
    title: 'One autoscaler scales a cluster of brokers',
    why: 'A HorizontalPodAutoscaler that finds another for the same pods stops scaling (condition ScalingActive: False, reason AmbiguousSelector), and so does the other; before Kubernetes 1.26 the two undo what each other does. A ScaledObject counts as one, since KEDA makes a HorizontalPodAutoscaler of it.',
    source: 'https://github.com/kubernetes/kubernetes/pull/112011; https://keda.sh/docs/latest/concepts/admission-webhooks/#prevention-rules',
    remedy: 'Keep one of them, with the metrics of both: a HorizontalPodAutoscaler and a ScaledObject take several, and follow the largest.',
    example: EXAMPLE,
  }, ({ autoscalers }) => autoscalers.length < 2 ? [] : [{
    found: `${autoscalers.map(({ object }) => `${object.kind} ${object.name}`).join(', ')} all scale it`,
    breaks: 'Nothing scales the brokers, or they are stopped and started in turn.',
  }]),

  workloadRule({
    id: 'MQTT-AUTOSCALING-006',
    severity: Severity.WARNING,
    title: 'No VerticalPodAutoscaler restarts brokers',
    why: 'To change the requests of a pod, a VerticalPodAutoscaler evicts it, whenever its recommendation has moved far enough. Each time all clients of a broker reconnect, which makes the load that the next recommendation follows.',
    source: 'https://kubernetes.io/docs/concepts/workloads/autoscaling/vertical-pod-autoscale/',
    remedy: 'Set updatePolicy.updateMode to "Off", and take over what it recommends with a rollout of your own; or to Initial.',
    example: `kind: VerticalPodAutoscaler
spec:
  targetRef: { apiVersion: apps/v1, kind: StatefulSet, name: broker }
  updatePolicy: { updateMode: "Off" }`,
  }, ({ verticalAutoscalers }) => verticalAutoscalers.filter(({ spec }) => !UPDATES_WITHOUT_EVICTION.includes(spec.at('updatePolicy', 'updateMode').text ?? '')).map(({ reference, spec }) => ({
    object: reference,
    found: `spec.updatePolicy.updateMode: ${spec.at('updatePolicy', 'updateMode')}`,
    breaks: 'All clients of a broker reconnect whenever its requests are changed.',
  }))),
];
