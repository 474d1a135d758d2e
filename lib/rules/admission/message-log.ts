import type { AdmissionSubject } from './admission-check';
import { annotationChecks } from './annotations';
import { hasAnnotation, lastingAnnotation } from './cel';
import { podCredentials } from './credentials';
import { PODS, variables, WORKLOAD_ANNOTATIONS } from './variables';
import { Annotations } from '../../manifest/annotations';
import { OLDEST_NATS } from '../catalogue/message-log';
import { Declared } from '../model/declared';

const NODES = "'spec.replicas: ' + string(variables.replicas)";
const [OLDEST_MAJOR, OLDEST_MINOR] = OLDEST_NATS;

/** The nodes of a message log. What stands in nats.conf is in a ConfigMap, and what the brokers need of it in theirs. */
export const messageLog: AdmissionSubject = {
  name: 'message-logs',
  apiGroup: 'apps',
  apiVersion: 'v1',
  resource: 'statefulsets',
  concerns: (object) => hasAnnotation(object, Annotations.MESSAGE_LOG_ENGINE),
  variables: variables({
    ...WORKLOAD_ANNOTATIONS,
    ...PODS,
    production: `${lastingAnnotation(Annotations.PROFILE)} == 'production'`,
    hasClaim: 'object.spec.?volumeClaimTemplates.orValue([]).exists(c, variables.main.?volumeMounts.orValue([]).exists(m, m.name == c.metadata.name))',
    partition: 'object.spec.?updateStrategy.?rollingUpdate.?partition.orValue(0)',
    image: "variables.main.?image.orValue('')",
    // The number in the tag; what has none cannot be told.
    release: "variables.image.split('@')[0].find(':v?[0-9]{1,9}[.][0-9]{1,9}[^/]*$').find('[0-9]+[.][0-9]+').split('.').filter(n, n != '').map(n, int(n))",
  }),
  checks: [
    {
      rule: 'MQTT-LOG-001',
      breaks: 'variables.replicas % 2 == 0 || variables.production && variables.replicas < 3',
      found: NODES,
      countsReplicas: true,
    },
    { rule: 'MQTT-LOG-002', breaks: '!variables.production && variables.replicas == 1', found: NODES, countsReplicas: true },
    { rule: 'MQTT-LOG-006', breaks: 'variables.production && !variables.hasClaim', found: "'no volumeClaimTemplate is mounted'" },
    {
      rule: 'MQTT-LOG-009',
      breaks: 'variables.production && variables.replicas != 1 && !variables.antiAffinity',
      found: `${NODES} + ', and no required anti-affinity on the host name that selects these pods'`,
      countsReplicas: true,
    },
    {
      rule: 'MQTT-LOG-011',
      breaks: `size(variables.release) == 2 && (variables.release[0] < ${OLDEST_MAJOR} || variables.release[0] == ${OLDEST_MAJOR} && variables.release[1] < ${OLDEST_MINOR})`,
      found: "'image ' + variables.image",
    },
    {
      rule: 'MQTT-LOG-012',
      breaks: 'variables.partition > 0 && variables.partition < variables.replicas',
      found: `'spec.updateStrategy.rollingUpdate.partition: ' + string(variables.partition) + ', with ' + ${NODES}`,
    },
    ...annotationChecks(Object.values(Declared)),
    podCredentials,
  ],
};
