import { Annotations } from '../../manifest/annotations';
import { Severity } from '../finding';
import { declared, Declared, DeclaredOfService, DECLARATION_PREFIX } from '../model/declared';
import { providerExposure } from '../model/provider-keys';
import { entranceRule, loadBalancerRule, objectRule, type Rule, workloadRule } from '../rule';

const SOURCE = 'docs/rules.md#what-manifests-declare';
const EXAMPLE = `metadata:
  annotations:
    cdk8s-mqtt/broker: companion
    cdk8s-mqtt/profile: production
    cdk8s-mqtt/session-store: replicated
    cdk8s-mqtt/anonymous-clients: refused`;

const DECLARATIONS = [...Object.values(Declared), ...Object.values(DeclaredOfService)];
export const KNOWN_KEYS: string[] = Object.values(Annotations);
/** Rules that decide between an error and silence need these. */
export const NEEDED = [Annotations.PROFILE, Annotations.SESSION_STORE, Annotations.ANONYMOUS_CLIENTS];
/** What the absence of these means for the constructs' own workloads, it cannot mean for others. */
const NEEDED_OF_OTHERS = [Annotations.BROKER, ...NEEDED, Annotations.KEEPALIVE_MAX_SECONDS, Annotations.TLS_LISTENERS];
/** What the companion broker's configuration tells as well. */
const ANSWERED_BY_CONFIGURATION: string[] = [
  Annotations.SESSION_STORE, Annotations.ANONYMOUS_CLIENTS, Annotations.KEEPALIVE_MAX_SECONDS, Annotations.TLS_LISTENERS,
];
export const NEEDED_OF_LOAD_BALANCER = [Annotations.LOAD_BALANCER_CLASS, Annotations.LOAD_BALANCER_EXPOSURE];

export const annotationRules: readonly Rule[] = [
  objectRule({
    id: 'MQTT-ANNOTATION-001',
    severity: Severity.ERROR,
    title: 'What a manifest declares can be read',
    why: 'The rules know from annotations what a manifest cannot say by itself. A value that is none of those that the annotation takes counts as not declared, and rules that need it stay silent or assume the worst.',
    source: SOURCE,
    remedy: 'Write a value that the annotation takes.',
    example: EXAMPLE,
  }, ({ annotations }) => DECLARATIONS
    .filter(({ key, parse }) => key in annotations && parse(annotations[key]) === undefined)
    .map(({ key, form }) => ({
      found: `metadata.annotations '${key}: ${annotations[key]}'`,
      breaks: 'The rules that need it do not see it.',
      remedy: `Write ${form}.`,
    }))),

  objectRule({
    id: 'MQTT-ANNOTATION-002',
    severity: Severity.WARNING,
    title: 'What a manifest declares has a name that the rules know',
    why: 'A misspelled annotation declares nothing, and nobody notices.',
    source: SOURCE,
    remedy: 'Correct the name, or remove the annotation.',
    example: EXAMPLE,
  }, ({ annotations }) => Object.keys(annotations).filter((key) => key.startsWith(DECLARATION_PREFIX) && !KNOWN_KEYS.includes(key)).map((key) => ({
    found: `metadata.annotations '${key}: ${annotations[key]}'`,
    breaks: `No rule reads it. Known are ${KNOWN_KEYS.map((known) => known.slice(DECLARATION_PREFIX.length)).join(', ')}.`,
  }))),

  workloadRule({
    id: 'MQTT-ANNOTATION-003',
    severity: Severity.WARNING,
    title: 'A broker declares what the rules must know of it',
    why: 'Whether a missing budget, a small volume or an open listener is a mistake depends on what the cluster is for. Rules that need a declaration which is not there say nothing.',
    source: SOURCE,
    remedy: 'Declare it on the workload. The constructs do so by themselves; of the companion broker, its configuration tells most of it.',
    example: EXAMPLE,
  }, ({ broker, configured, object, recognisedBy }) => {
    const unanswered = (keys: readonly string[]) => configured === undefined ? keys : keys.filter((key) => !ANSWERED_BY_CONFIGURATION.includes(key));
    return recognisedBy === undefined
      ? undeclared(object.annotations, unanswered(NEEDED))
      : undeclared(object.annotations, unanswered(NEEDED_OF_OTHERS), `recognised as ${broker} by ${recognisedBy}; `);
  }),

  entranceRule({
    id: 'MQTT-ANNOTATION-004',
    severity: Severity.WARNING,
    title: 'A load balancer declares what the rules must know of it',
    why: 'Whether TCP keepalive probes keep a connection alive, and who can reach the listeners, differs between providers. Not declared, the first is counted as no, and the second as what the provider makes by default where the Service shows which it is, else as not from the internet.',
    source: SOURCE,
    remedy: 'Declare it on the Service. MqttLoadBalancer does so by itself.',
    example: `metadata:
  annotations:
    cdk8s-mqtt/load-balancer-class: passthrough
    cdk8s-mqtt/load-balancer-exposure: internal`,
  }, ({ object }) => undeclared(object.annotations, NEEDED_OF_LOAD_BALANCER)),

  loadBalancerRule({
    id: 'MQTT-ANNOTATION-005',
    severity: Severity.ERROR,
    title: 'The declared exposure is the one that the provider is told',
    why: 'The load balancer is made of what its provider reads. When an override takes the annotation away that makes it internal, it opens on the internet, with a declaration beside it that says otherwise.',
    source: 'docs/rules.md#exposure',
    remedy: 'Choose the exposure by the option of the load balancer construct, which writes both; or correct the declaration.',
    example: `metadata:
  annotations:
    service.beta.kubernetes.io/azure-load-balancer-internal: "true"
    cdk8s-mqtt/load-balancer-exposure: internal`,
  }, ({ object }) => {
    const declaration = declared(object, DeclaredOfService.exposure);
    const told = providerExposure(object);
    return declaration === undefined || told === undefined || declaration === told ? [] : [{
      found: `metadata.annotations '${DeclaredOfService.exposure.key}: ${declaration}', but by what its provider reads the load balancer is reached from ${told === 'internet' ? 'the internet' : 'the private network only'}`,
      breaks: told === 'internet' ? 'Everybody on the internet can connect, and nobody expects it.' : 'Clients on the internet cannot connect, and nobody expects it.',
    }];
  }),
];

function undeclared(annotations: Record<string, string>, needed: readonly string[], because = '') {
  const missing = needed.filter((key) => !(key in annotations));
  return missing.length === 0 ? [] : [{ found: `${because}no annotation ${missing.join(', ')}`, breaks: 'Rules that depend on it cannot judge this object.' }];
}
