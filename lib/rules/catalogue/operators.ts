import { Severity } from '../finding';
import { Container } from '../model/container';
import { declared, Declared } from '../model/declared';
import type { Fields } from '../model/fields';
import type { ManifestModel } from '../model/manifest-model';
import type { ManifestObject } from '../model/manifest-object';
import { isEmqx, isHivemqPlatform } from '../model/operator-resource';
import { objectRule, type Rule } from '../rule';

/** The least version of EMQX whose own licence is for one node. */
export const LICENSED_SINCE = [5, 9];
/** Nodes where the resource says nothing of them, by its version: https://github.com/emqx/emqx-operator, config/crd/bases */
export const EMQX_NODES: Record<string, Record<'cores' | 'coresOfTemplate' | 'replicants' | 'replicantsOfTemplate', number>> = {
  v2beta1: { cores: 1, coresOfTemplate: 2, replicants: 0, replicantsOfTemplate: 2 },
  v2: { cores: 2, coresOfTemplate: 2, replicants: 0, replicantsOfTemplate: 2 },
  v3beta1: { cores: 1, coresOfTemplate: 1, replicants: 0, replicantsOfTemplate: 0 },
};
export const EMQX_LICENSE_VARIABLE = 'EMQX_LICENSE__KEY';
/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#lifecycle */
export const DEFAULT_GRACE_SECONDS = 30;
/** `license.key = "…"` or `license { key = "…" }` in HOCON. */
export const EMQX_LICENSE_KEY = /\blicense\s*(?:\.\s*|[:=]?\s*\{[^}]*?\b)key\s*[:=]\s*"?([^"\s}]+)/;
const EMQX_EXAMPLE = `apiVersion: apps.emqx.io/v2beta1
kind: EMQX
spec:
  image: emqx/emqx-enterprise:5.10.0
  coreTemplate:
    spec:
      replicas: 3
      env:
        - name: EMQX_LICENSE__KEY
          valueFrom: { secretKeyRef: { name: emqx-license, key: key } }`;

export const ALLOW_ALL = 'hivemq-allow-all-extension';
export const HIVEMQ_LICENSE_FOLDER = '/opt/hivemq/license';
export const HIVEMQ_LICENSE_VARIABLE = 'HIVEMQ_LICENSE';
const HIVEMQ_LICENSE_FILE = 'license.xml';

export const operatorRules: readonly Rule[] = [
  emqxRule({
    id: 'MQTT-EMQX-001',
    severity: Severity.ERROR,
    title: 'Several nodes of EMQX have a licence for a cluster',
    why: 'Since 5.9 the licence that EMQX comes with is for one node: the others do not start, and restart without end.',
    source: 'https://docs.emqx.com/en/emqx/latest/deploy/rolling-upgrades.html; https://github.com/emqx/emqx/pull/15006',
    remedy: `Refer to the Secret with the licence by the variable ${EMQX_LICENSE_VARIABLE}, or run one node.`,
    example: EMQX_EXAMPLE,
  }, (emqx) => {
    const { cores, replicants } = nodesOf(emqx);
    const image = emqx.spec.at('image').text ?? '';
    return cores + replicants <= 1 || !isLicensedVersion(image) || hasEmqxLicense(emqx) ? [] : [{
      found: `${cores} core nodes and ${replicants} replicants of ${image}, and no licence`,
      breaks: 'One node runs, the others end as soon as they find it.',
    }];
  }),

  emqxRule({
    id: 'MQTT-EMQX-002',
    severity: Severity.WARNING,
    title: 'A node of EMQX gets its clients away within 30 s',
    why: 'The resource of the EMQX operator has no field for the grace period of its pods, so that it is 30 s: on a drain of a node the kubelet kills the broker after that, with the clients that it still has. Only the operator\'s own updates evacuate clients first.',
    source: 'https://github.com/emqx/emqx-operator, config/crd/bases; https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination',
    remedy: 'Run EMQX without the operator, as a StatefulSet with terminationGracePeriodSeconds; or run nodes with so few clients that they are away in time, and declare both numbers; or evacuate nodes by hand before they are drained, and acknowledge this rule.',
    example: `kind: EMQX
metadata:
  annotations:
    cdk8s-mqtt/connections-per-pod: "5000"
    cdk8s-mqtt/drain-connections-per-second: "500"`,
  }, (emqx) => {
    const [connections, rate] = [declared(emqx, Declared.connectionsPerPod), declared(emqx, Declared.drainRate)];
    const preStop = Math.max(...['coreTemplate', 'replicantTemplate'].map((template) => new Container(emqx.spec.at(template, 'spec')).preStopSeconds));
    const needed = connections === undefined || rate === undefined ? undefined : preStop + Math.ceil(connections / rate);
    return needed !== undefined && needed <= DEFAULT_GRACE_SECONDS ? [] : [{
      found: needed === undefined
        ? `a grace period of ${DEFAULT_GRACE_SECONDS} s, and no annotations ${Declared.connectionsPerPod.key} and ${Declared.drainRate.key}`
        : `a grace period of ${DEFAULT_GRACE_SECONDS} s; needed are ${needed} s for ${connections} connections`,
      breaks: 'Clients of a drained node lose their connections at the same moment, and storm the nodes that are left.',
    }];
  }),

  hivemqRule({
    id: 'MQTT-HIVEMQ-001',
    severity: Severity.ERROR,
    title: 'HiveMQ does not let everybody in',
    why: 'The allow-all extension, which the Helm chart of the HiveMQ Platform enables, accepts every client with whatever name and password, for every topic. HiveMQ says itself that it is not for production.',
    source: 'https://github.com/hivemq/hivemq-allow-all-extension',
    remedy: 'Disable the extension and enable one that authenticates clients (hivemq-enterprise-security-extension, or your own); where this is a development cluster, declare the profile.',
    example: `kind: HiveMQPlatform
spec:
  extensions:
    - { id: hivemq-allow-all-extension, enabled: false, extensionUri: preinstalled }
    - { id: hivemq-enterprise-security-extension, enabled: true, extensionUri: preinstalled }`,
  }, (platform) => {
    const isEnabled = platform.spec.at('extensions').items.some((extension) => extension.at('id').text === ALLOW_ALL && extension.at('enabled').boolean !== false);
    return !isEnabled || declared(platform, Declared.profile) === 'development' ? [] : [{
      found: `spec.extensions: ${ALLOW_ALL}, enabled`,
      breaks: 'Everybody who reaches a listener may publish and subscribe to everything.',
    }];
  }),

  hivemqRule({
    id: 'MQTT-HIVEMQ-002',
    severity: Severity.ERROR,
    title: 'HiveMQ in production has a licence',
    why: 'Without a licence HiveMQ runs in trial mode, which is limited to 25 connections.',
    source: 'https://www.hivemq.com/docs/4/hivemq/restrictions.html',
    remedy: `Mount the Secret with the licence at ${HIVEMQ_LICENSE_FOLDER}, or give it in the variable ${HIVEMQ_LICENSE_VARIABLE}, from a Secret.`,
    example: `kind: HiveMQPlatform
metadata:
  annotations: { cdk8s-mqtt/profile: production }
spec:
  statefulSet:
    spec:
      template:
        spec:
          containers:
            - name: hivemq
              volumeMounts: [{ name: license, mountPath: /opt/hivemq/license }]
          volumes:
            - name: license
              secret: { secretName: hivemq-license }`,
  }, (platform, model) => declared(platform, Declared.profile) !== 'production' || mayHaveHivemqLicense(platform, model) ? [] : [{
    found: `no volume at ${HIVEMQ_LICENSE_FOLDER}, no variable ${HIVEMQ_LICENSE_VARIABLE}, and no ${HIVEMQ_LICENSE_FILE} in the configuration`,
    breaks: 'The 26th client is refused.',
  }]),
];

type Check = Parameters<typeof objectRule>[1];

function emqxRule(description: Parameters<typeof objectRule>[0], check: Check): Rule {
  return objectRule(description, (object, model) => isEmqx(object) ? check(object, model) : []);
}

function hivemqRule(description: Parameters<typeof objectRule>[0], check: Check): Rule {
  return objectRule(description, (object, model) => isHivemqPlatform(object) ? check(object, model) : []);
}

function nodesOf({ reference, spec }: ManifestObject): { cores: number; replicants: number } {
  const defaults = EMQX_NODES[reference.apiVersion.split('/')[1]] ?? EMQX_NODES.v2beta1;
  const nodes = (template: string, ofTemplate: number, otherwise: number) =>
    spec.at(template).isMap ? spec.at(template, 'spec', 'replicas').number ?? ofTemplate : otherwise;
  return {
    cores: nodes('coreTemplate', defaults.coresOfTemplate, defaults.cores),
    replicants: nodes('replicantTemplate', defaults.replicantsOfTemplate, defaults.replicants),
  };
}

/** By the tag of the image: `latest` is the newest; what has no number cannot be told. */
function isLicensedVersion(image: string): boolean {
  const [tag] = /:([^/:@]+)(@|$)/.exec(image)?.slice(1) ?? [];
  if (tag === 'latest') return true;
  const [major, minor] = /^[ev]?(\d+)\.(\d+)/.exec(tag ?? '')?.slice(1).map(Number) ?? [];
  return major !== undefined && (major > LICENSED_SINCE[0] || major === LICENSED_SINCE[0] && minor >= LICENSED_SINCE[1]);
}

function hasEmqxLicense({ spec }: ManifestObject): boolean {
  const templates = ['coreTemplate', 'replicantTemplate'].map((template) => spec.at(template));
  // Nodes give it to each other.
  return templates.some((template) => hasVariable(template.at('spec'), EMQX_LICENSE_VARIABLE))
    || hasLicenseKey(spec.at('config', 'data').text ?? '')
    || spec.at('config', 'roots', 'license', 'key').exists;
}

/** `default` is the licence for one node. */
function hasLicenseKey(hocon: string): boolean {
  const key = EMQX_LICENSE_KEY.exec(hocon)?.[1];
  return key !== undefined && key !== 'default';
}

/** Whether the variable is set, or may be by variables that come from elsewhere. */
function hasVariable(container: Fields, name: string): boolean {
  return container.at('envFrom').items.length > 0
    || container.at('env').items.some((variable) => variable.at('name').text === name && variable.at('value').text !== '');
}

/** Also where that cannot be told: the configuration is made elsewhere, or a Secret holds it. */
function mayHaveHivemqLicense({ namespace, spec }: ManifestObject, model: ManifestModel): boolean {
  const container = spec.at('statefulSet', 'spec', 'template', 'spec', 'containers').items.find((candidate) => candidate.at('name').text === 'hivemq');
  const isMounted = container?.at('volumeMounts').items.some((mount) => mount.at('mountPath').text?.startsWith(HIVEMQ_LICENSE_FOLDER));
  if (isMounted || container && hasVariable(container, HIVEMQ_LICENSE_VARIABLE) || spec.at('secretName').exists) return true;
  const name = spec.at('configMapName').text;
  const configMap = model.objects.find((object) => object.is('', 'ConfigMap') && object.namespace === namespace && object.name === name);
  return name !== undefined && (configMap === undefined || configMap.fields.at('data', HIVEMQ_LICENSE_FILE).exists);
}
