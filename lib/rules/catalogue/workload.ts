import { Severity } from '../finding';
import { selects } from '../model/label-selector';
import { parseQuantity } from '../model/quantity';
import { type Rule, workloadRule } from '../rule';

const STATEFUL_SET = 'https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/';
const RESOURCES = 'https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/';
const SELECTOR_EXAMPLE = `spec:
  selector: { matchLabels: { app.kubernetes.io/instance: broker } }
  template:
    metadata: { labels: { app.kubernetes.io/instance: broker } }`;
const RESOURCES_EXAMPLE = `spec:
  template:
    spec:
      containers:
        - name: companion
          resources:
            requests: { cpu: "1", memory: 2Gi }
            limits: { memory: 2Gi }`;

export const workloadRules: readonly Rule[] = [
  workloadRule({
    id: 'MQTT-WORKLOAD-001',
    severity: Severity.ERROR,
    title: 'The selector of a workload selects its own pods',
    why: 'The API server refuses a StatefulSet whose selector does not match the labels of its template.',
    source: `${STATEFUL_SET}#pod-selector`,
    remedy: 'Use the same labels in both. The selector is immutable: change the template.',
    example: SELECTOR_EXAMPLE,
  }, ({ pods, spec }) => selects(spec.at('selector'), pods.labels) ? [] : [{
    found: `spec.selector: ${spec.at('selector')}; spec.template.metadata.labels: ${JSON.stringify(pods.labels)}`,
    breaks: 'The API server refuses the workload.',
  }]),

  {
    id: 'MQTT-WORKLOAD-002',
    severity: Severity.ERROR,
    title: 'No workload selects the pods of another',
    why: 'Controllers take pods that their selector matches for their own. Budgets, Services and anti-affinity that share those labels count the pods of both.',
    source: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/',
    remedy: 'Give each cluster an app.kubernetes.io/instance of its own.',
    example: SELECTOR_EXAMPLE,
    check: (model) => model.brokers.flatMap((broker) => model.brokersSelectedBy(broker.object.namespace, broker.spec.at('selector'))
      .filter((other) => other !== broker)
      .map((other) => ({
        object: broker.object.reference,
        found: `spec.selector: ${broker.spec.at('selector')} also selects the pods of ${other.object.kind} ${other.object.name}`,
        breaks: 'The two clusters are mixed up: with each other\'s pods in their Services and budgets.',
      }))),
  },

  workloadRule({
    id: 'MQTT-WORKLOAD-003',
    severity: Severity.WARNING,
    title: 'A change of the workload reaches its pods',
    why: 'Under OnDelete a new image or configuration waits until somebody deletes each pod by hand; what was applied and what runs are two things then, also for security updates.',
    source: `${STATEFUL_SET}#update-strategies`,
    remedy: 'Use RollingUpdate; with a partition to try a change on some pods first.',
    example: `spec:
  updateStrategy: { type: RollingUpdate }`,
  }, ({ spec }) => spec.at('updateStrategy', 'type').text !== 'OnDelete' ? [] : [{
    found: 'spec.updateStrategy.type: OnDelete',
    breaks: 'Changes are applied, but not run.',
  }]),

  workloadRule({
    id: 'MQTT-WORKLOAD-004',
    severity: Severity.WARNING,
    title: 'Brokers start side by side',
    why: 'Under OrderedReady each pod waits for the one before it to be ready. A broker that cannot become ready, because it waits for its peers or its volume is lost, keeps all behind it from starting, after a full stop even the healthy ones. The field is immutable.',
    source: `${STATEFUL_SET}#pod-management-policies`,
    remedy: 'Set podManagementPolicy to Parallel.',
    example: `spec:
  podManagementPolicy: Parallel`,
  }, ({ maximumReplicas, object, spec }) => object.kind !== 'StatefulSet' || maximumReplicas <= 1 || spec.at('podManagementPolicy').text === 'Parallel' ? [] : [{
    found: `spec.podManagementPolicy: ${spec.at('podManagementPolicy').exists ? spec.at('podManagementPolicy') : 'absent (OrderedReady)'}`,
    breaks: 'One broker that does not start keeps the others down.',
  }]),

  workloadRule({
    id: 'MQTT-WORKLOAD-005',
    severity: Severity.WARNING,
    title: 'Images are named by a version or digest',
    why: 'What latest means changes without a change in the manifest: the pods of one cluster may run different brokers, and a rollback goes back to nothing.',
    source: 'https://kubernetes.io/docs/concepts/containers/images/#image-names',
    remedy: 'Name a version, or better a digest.',
    example: `spec:
  template:
    spec:
      containers:
        - name: companion
          image: example.com/mqtt/broker:1.4.2`,
  }, ({ pods }) => [...pods.initContainers, ...pods.containers].filter((container) => isUnpinned(container.fields.at('image').text)).map((container) => ({
    found: `${container.path}: image ${container.fields.at('image')}`,
    breaks: 'A pod that is started again may run another version than its peers.',
  }))),

  workloadRule({
    id: 'MQTT-WORKLOAD-006',
    severity: Severity.WARNING,
    title: 'Production reserves CPU and memory, and limits memory',
    why: 'Without requests the scheduler puts brokers on nodes that are full, and the kubelet evicts them first when memory runs short. Without a limit one broker takes the memory of its node.',
    source: RESOURCES,
    remedy: 'Set requests for cpu and memory, and a limit for memory equal to its request (resources).',
    example: RESOURCES_EXAMPLE,
  }, (broker) => {
    if (!broker.isProduction || !broker.container) return [];
    const resources = broker.container.fields.at('resources');
    const limited = (resource: string) => resources.at('limits', resource).exists;
    // A limit without a request is taken for the request too.
    const missing = [
      ...['cpu', 'memory'].filter((resource) => !resources.at('requests', resource).exists && !limited(resource)).map((resource) => `requests.${resource}`),
      ...limited('memory') ? [] : ['limits.memory'],
    ];
    return missing.length === 0 ? [] : [{
      found: `${broker.container.path}: resources without ${missing.join(', ')}`,
      breaks: 'The broker is slowed down or evicted by its neighbours, or they by it.',
    }];
  }),

  workloadRule({
    id: 'MQTT-WORKLOAD-007',
    severity: Severity.ERROR,
    title: 'No container requests more than its limit',
    why: 'The API server refuses such a pod.',
    source: RESOURCES,
    remedy: 'Raise the limit or lower the request.',
    example: RESOURCES_EXAMPLE,
  }, ({ pods }) => [...pods.initContainers, ...pods.containers].flatMap((container) =>
    container.fields.at('resources', 'requests').entries.flatMap(([resource, request]) => {
      const limit = container.fields.at('resources', 'limits', resource);
      const [requested, limited] = [parseQuantity(request), parseQuantity(limit)];
      return requested === undefined || limited === undefined || requested <= limited ? [] : [{
        found: `${container.path}: resources.requests.${resource}: ${request}, resources.limits.${resource}: ${limit}`,
        breaks: 'The pods are refused.',
      }];
    }))),
];

function isUnpinned(image: string | undefined): boolean {
  if (image === undefined || image.includes('@')) return false;
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest';
}
