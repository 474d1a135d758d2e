import type { AdmissionSubject } from './admission-check';
import { annotationChecks } from './annotations';
import { annotation, numberMap, pattern, text } from './cel';
import { operatorCredentials } from './credentials';
import { ANNOTATIONS, preStopSeconds, variables } from './variables';
import { Annotations } from '../../manifest/annotations';
import {
  ALLOW_ALL, DEFAULT_GRACE_SECONDS, EMQX_LICENSE_KEY, EMQX_LICENSE_VARIABLE, EMQX_NODES,
  HIVEMQ_LICENSE_FOLDER, HIVEMQ_LICENSE_VARIABLE, LICENSED_SINCE,
} from '../catalogue/operators';
import { Declared } from '../model/declared';

const PROFILE = annotation(Annotations.PROFILE);

/** Nodes that a template of EMQX has: so many where it does not say, and so many where it is not there. */
function nodes(template: string, ofTemplate: 'coresOfTemplate' | 'replicantsOfTemplate', otherwise: 'cores' | 'replicants'): string {
  const byVersion = (field: keyof typeof EMQX_NODES[string]) =>
    `${numberMap(Object.fromEntries(Object.entries(EMQX_NODES).map(([version, numbers]) => [version, numbers[field]])))}[?variables.version].orValue(${EMQX_NODES.v2beta1[field]})`;
  return `has(object.spec.${template}) ? object.spec.${template}.?spec.?replicas.orValue(${byVersion(ofTemplate)}) : ${byVersion(otherwise)}`;
}

/** Whether a container sets a variable, or takes variables from elsewhere, which may be it. */
const hasVariable = (container: string, name: string) => `(size(${container}.?envFrom.orValue([])) > 0`
  + ` || ${container}.?env.orValue([]).exists(v, v.?name.orValue('') == ${text(name)} && v.?value.orValue('by reference') != ''))`;

/** The number that an annotation declares, or -1. */
const declaredNumber = ({ key, cel }: typeof Declared.drainRate) => `${cel(annotation(key))} ? int(${annotation(key)}) : -1`;

const [LICENSED_MAJOR, LICENSED_MINOR] = LICENSED_SINCE;
const NEEDED_SECONDS = 'variables.preStopSeconds + (variables.connections + variables.drainRate - 1) / variables.drainRate';
const IS_DECLARED = 'variables.connections >= 0 && variables.drainRate > 0';

/** Clusters that the EMQX operator makes. */
export const emqx: AdmissionSubject = {
  name: 'emqxes',
  apiGroup: 'apps.emqx.io',
  apiVersion: '*',
  resource: 'emqxes',
  variables: variables({
    ...ANNOTATIONS,
    version: "object.apiVersion.split('/')[1]",
    templates: '[object.spec.?coreTemplate.?spec, object.spec.?replicantTemplate.?spec].filter(t, t.hasValue()).map(t, t.value())',
    cores: nodes('coreTemplate', 'coresOfTemplate', 'cores'),
    replicants: nodes('replicantTemplate', 'replicantsOfTemplate', 'replicants'),
    image: "object.spec.?image.orValue('')",
    tag: "variables.image.find(':[^/:@]+(@|$)').find('[^:@]+')",
    release: "variables.tag.find('^[ev]?[0-9]{1,9}[.][0-9]{1,9}').find('[0-9]+[.][0-9]+').split('.').filter(n, n != '').map(n, int(n))",
    needsLicense: "variables.tag == 'latest' || size(variables.release) == 2"
      + ` && (variables.release[0] > ${LICENSED_MAJOR} || variables.release[0] == ${LICENSED_MAJOR} && variables.release[1] >= ${LICENSED_MINOR})`,
    configuration: "object.spec.?config.?data.orValue('')",
    licenseKey: `variables.configuration.find(${pattern(EMQX_LICENSE_KEY)})`,
    hasLicense: `variables.templates.exists(t, ${hasVariable('t', EMQX_LICENSE_VARIABLE)})`
      + " || variables.licenseKey != '' && !variables.licenseKey.matches('key\\\\s*[:=]\\\\s*\"?default$')"
      + ' || object.spec.?config.?roots.?license.?key.hasValue()',
    connections: declaredNumber(Declared.connectionsPerPod),
    drainRate: declaredNumber(Declared.drainRate),
    preStopSeconds: preStopSeconds('variables.templates.filter(t, t.?lifecycle.?preStop.hasValue()).map(t, t.lifecycle.preStop)'),
  }),
  checks: [
    {
      rule: 'MQTT-EMQX-001',
      breaks: 'variables.cores + variables.replicants > 1 && variables.needsLicense && !variables.hasLicense',
      found: "string(variables.cores) + ' core nodes and ' + string(variables.replicants) + ' replicants of ' + variables.image + ', and no licence'",
      countsReplicas: true,
    },
    {
      rule: 'MQTT-EMQX-002',
      breaks: `!(${IS_DECLARED}) || ${NEEDED_SECONDS} > ${DEFAULT_GRACE_SECONDS}`,
      found: `'a grace period of ${DEFAULT_GRACE_SECONDS} s' + (${IS_DECLARED} ? '; needed are ' + string(${NEEDED_SECONDS}) + ' s for ' + string(variables.connections) + ' connections'`
        + ` : ', and no annotations ${Declared.connectionsPerPod.key} and ${Declared.drainRate.key}')`,
    },
    ...annotationChecks(Object.values(Declared)),
    operatorCredentials('variables.templates', 'variables.configuration'),
  ],
};

/** Clusters that the HiveMQ Platform operator makes. */
export const hivemqPlatform: AdmissionSubject = {
  name: 'hivemq-platforms',
  apiGroup: 'hivemq.com',
  apiVersion: '*',
  resource: 'hivemq-platforms',
  variables: variables({
    ...ANNOTATIONS,
    containers: 'object.spec.?statefulSet.?spec.?template.?spec.?containers.orValue([])',
    hivemq: "variables.containers.filter(c, c.?name.orValue('') == 'hivemq')",
    // A configuration that stands in a Secret or a ConfigMap may have one.
    mayHaveLicense: `variables.hivemq.exists(c, c.?volumeMounts.orValue([]).exists(m, m.?mountPath.orValue('').startsWith(${text(HIVEMQ_LICENSE_FOLDER)})) || ${hasVariable('c', HIVEMQ_LICENSE_VARIABLE)})`
      + ' || has(object.spec.secretName) || has(object.spec.configMapName)',
  }),
  checks: [
    {
      rule: 'MQTT-HIVEMQ-001',
      breaks: `object.spec.?extensions.orValue([]).exists(e, e.?id.orValue('') == ${text(ALLOW_ALL)} && e.?enabled.orValue(true)) && ${PROFILE} != 'development'`,
      found: text(`spec.extensions: ${ALLOW_ALL}, enabled`),
    },
    {
      rule: 'MQTT-HIVEMQ-002',
      breaks: `${PROFILE} == 'production' && !variables.mayHaveLicense`,
      found: text(`no volume at ${HIVEMQ_LICENSE_FOLDER}, no variable ${HIVEMQ_LICENSE_VARIABLE}, and no configuration that could have one`),
    },
    ...annotationChecks(Object.values(Declared)),
    operatorCredentials('variables.containers'),
  ],
};
