import type { AdmissionCheck, AdmissionSubject } from './admission-check';
import { annotationChecks } from './annotations';
import { annotation, hasAnnotation, pattern, text, texts } from './cel';
import { annotationCredentials } from './credentials';
import { defaultIdle, PROVIDER_VARIABLES, sourceRangesInDoubt } from './provider';
import { ANNOTATIONS, variables } from './variables';
import { Annotations } from '../../manifest/annotations';
import { Labels } from '../../manifest/labels';
import { NEEDED_OF_LOAD_BALANCER } from '../catalogue/annotation';
import { AZURE_DISABLE_RESET, AZURE_SURE_MAXIMUM_MINUTES } from '../catalogue/idle-timeout';
import { AWS_HEALTH_CHECK } from '../catalogue/proxy-protocol';
import { DeclaredOfService } from '../model/declared';
import {
  AWS_IDLE_TIMEOUT, AWS_NLB_CLASSES, AWS_NLB_DEFAULT_IDLE_SECONDS, AWS_PREFIX, AZURE_IDLE_MINUTES, GO_DURATION, IDLE_DURATION_ANNOTATIONS,
  IDLE_TIMEOUT_ANNOTATIONS, OCTAVIA, OCTAVIA_DEFAULT_IDLE_SECONDS, PROXY_PROTOCOL,
} from '../model/provider-annotations';

const isNumber = (value: string) => `${value}.matches('^[0-9]{1,15}$')`;
const AWS_LISTENER = `k.startsWith(${text(`${AWS_PREFIX}listener-attributes.`)})`;
const AWS_IDLE_ATTRIBUTE = 'tcp.idle_timeout.seconds';
const PROXY_TARGET_GROUP = `k.matches(${pattern(/^service\.beta\.kubernetes\.io\/aws-load-balancer-target-group-attributes(\.|$)/)}) && variables.annotations[k].contains('proxy_protocol_v2.enabled=true')`;

/** Seconds that an annotation of a provider sets, as a list that is empty where it sets none. */
const secondsOf = ([key, { secondsPerUnit }]: [string, { secondsPerUnit: number }]) =>
  `(${isNumber(annotation(key))} ? [double(int(${annotation(key)})) * double(${secondsPerUnit})] : [])`;
const isDuration = (key: string) => `${annotation(key)}.matches(${pattern(GO_DURATION)})`;
const secondsOfDuration = (key: string) => `(${isDuration(key)} ? [double(duration(${annotation(key)}).getSeconds())] : [])`;
const octavia = Object.entries(IDLE_TIMEOUT_ANNOTATIONS).filter(([key]) => key.startsWith(OCTAVIA));
const outOfRange = (value: string, { minimum, maximum }: { minimum: number; maximum?: number }) =>
  `(!${isNumber(value)} || int(${value}) < ${minimum}${maximum === undefined ? '' : ` || int(${value}) > ${maximum}`})`;

const VARIABLES = variables({
  ...ANNOTATIONS,
  ports: 'object.spec.?ports.orValue([])',
  isLoadBalancer: "object.spec.?type.orValue('ClusterIP') == 'LoadBalancer'",
  isLocal: "object.spec.?externalTrafficPolicy.orValue('') == 'Local'",
  isNlb: `object.spec.?loadBalancerClass.orValue('') in ${texts(AWS_NLB_CLASSES)} || ${annotation(`${AWS_PREFIX}type`)} == 'external' || ${annotation(`${AWS_PREFIX}type`)}.startsWith('nlb')`,
  hasInstanceTargets: `variables.isNlb && ${annotation(`${AWS_PREFIX}nlb-target-type`)} != 'ip' && ${annotation(`${AWS_PREFIX}type`)} != 'nlb-ip'`,
  sslPorts: `variables.annotations[?${text(`${AWS_PREFIX}ssl-ports`)}].orValue('*').split(',').map(p, p.trim())`,
  tlsPorts: `variables.ports.filter(p, variables.isNlb && ${text(`${AWS_PREFIX}ssl-cert`)} in variables.annotations`
    + " && ('*' in variables.sslPorts || string(p.port) in variables.sslPorts || has(p.name) && p.name in variables.sslPorts))",
  proxyProtocol: `${Object.entries(PROXY_PROTOCOL).map(([key, value]) => `${annotation(key)}.matches(${pattern(value)})`).join(' || ')} || variables.annotations.exists(k, ${PROXY_TARGET_GROUP})`,
  ...PROVIDER_VARIABLES,
  awsIdleAttributes: `variables.annotations.filter(k, ${AWS_LISTENER}).map(k, variables.annotations[k]).join(',').split(',').map(a, a.trim())`
    + `.filter(a, a == '${AWS_IDLE_ATTRIBUTE}' || a.startsWith('${AWS_IDLE_ATTRIBUTE}=')).map(a, a.replace('${AWS_IDLE_ATTRIBUTE}', '').replace('=', ''))`,
  writtenIdle: `variables.awsIdleAttributes.filter(a, ${isNumber('a')}).map(a, double(int(a))) + ${[...Object.entries(IDLE_TIMEOUT_ANNOTATIONS).map(secondsOf), ...IDLE_DURATION_ANNOTATIONS.map(secondsOfDuration)].join(' + ')}`,
  // What the provider does with what is not written: see providerIdleTimeout in model/provider-annotations.ts, and idleTimeoutOf in model/provider-keys.ts.
  providerIdle: `variables.writtenIdle + (size(variables.writtenIdle) == 0 ? (${defaultIdle}) : []) + (size(${octavia.map(secondsOf).join(' + ')}) == 1 ? [double(${OCTAVIA_DEFAULT_IDLE_SECONDS})] : [])`
    + ` + (size(variables.tlsPorts) > 0 ? [double(${AWS_NLB_DEFAULT_IDLE_SECONDS})] : [])`
    + ` + (variables.isNlb && size(variables.writtenIdle) > 0 && variables.ports.exists(p, !variables.annotations.exists(k, ${AWS_LISTENER}`
    + ` && k.endsWith('-' + string(p.port)) && variables.annotations[k].contains('${AWS_IDLE_ATTRIBUTE}='))) ? [double(${AWS_NLB_DEFAULT_IDLE_SECONDS})] : [])`,
  declaredIdle: annotation(DeclaredOfService.idleTimeout.key),
  declaresIdle: DeclaredOfService.idleTimeout.cel('variables.declaredIdle'),
});

const MISSING_KEYS = `${texts(NEEDED_OF_LOAD_BALANCER)}.filter(k, !(k in variables.annotations))`;
const outOfRangeKeys = [
  ...Object.entries(IDLE_TIMEOUT_ANNOTATIONS).map(([key, range]) => [key, outOfRange(annotation(key), range)]),
  ...IDLE_DURATION_ANNOTATIONS.map((key) => [key, `(!${isDuration(key)} || duration(${annotation(key)}) < duration('1s'))`]),
].map(([key, isWrong]) => `(${text(key)} in variables.annotations && ${isWrong} ? [${text(key)}] : [])`).join(' + ');
const DECLARED_EXPOSURE = annotation(DeclaredOfService.exposure.key);
const AWS_OUT_OF_RANGE = `a, ${outOfRange('a', AWS_IDLE_TIMEOUT)}`;
const TLS_LISTENER_ATTRIBUTE = `${AWS_LISTENER} && variables.tlsPorts.exists(p, k.endsWith('-' + string(p.port))) && variables.annotations[k].split(',').map(a, a.trim())`
  + `.exists(a, a.startsWith('${AWS_IDLE_ATTRIBUTE}') && a != '${AWS_IDLE_ATTRIBUTE}=${AWS_NLB_DEFAULT_IDLE_SECONDS}')`;
const isDeclaredNumber = `(${isNumber('variables.declaredIdle')} && variables.declaresIdle)`;

const ofLoadBalancers: readonly AdmissionCheck[] = [
  {
    rule: 'MQTT-KEEPALIVE-002',
    breaks: "size(variables.providerIdle) == 0 && (variables.declaresIdle ? variables.declaredIdle == 'unknown' : !variables.isNlb)",
    found: `'${DeclaredOfService.idleTimeout.key}: ' + (variables.declaredIdle == '' ? 'absent' : variables.declaredIdle)`,
  },
  {
    rule: 'MQTT-KEEPALIVE-004',
    breaks: `variables.isNlb && (size(variables.providerIdle) > 0 ? variables.providerIdle.min() > double(${AWS_NLB_DEFAULT_IDLE_SECONDS})`
      + ` : ${isDeclaredNumber} && int(variables.declaredIdle) > ${AWS_NLB_DEFAULT_IDLE_SECONDS})`,
    found: "'idle timeout of ' + (size(variables.providerIdle) > 0 ? string(variables.providerIdle.min()) : variables.declaredIdle) + ' s'",
  },
  {
    rule: 'MQTT-IDLE-001',
    breaks: "size(variables.providerIdle) > 0 && variables.declaresIdle && variables.declaredIdle != 'unknown'"
      + " && (variables.declaredIdle == 'none' || double(int(variables.declaredIdle)) != variables.providerIdle.min())",
    found: "'declared are ' + variables.declaredIdle + ' s, but the load balancer has ' + string(variables.providerIdle.min()) + ' s'",
  },
  {
    rule: 'MQTT-IDLE-002',
    breaks: `size(${outOfRangeKeys}) > 0 || variables.awsIdleAttributes.exists(${AWS_OUT_OF_RANGE})`,
    found: `(${outOfRangeKeys}).map(k, k + ': ' + variables.annotations[k]).join(', ') + variables.awsIdleAttributes.filter(${AWS_OUT_OF_RANGE}).map(a, '${AWS_IDLE_ATTRIBUTE}=' + a).join(', ')`,
  },
  {
    rule: 'MQTT-IDLE-003',
    breaks: `size(${octavia.map(([key]) => `(${text(key)} in variables.annotations ? [1] : [])`).join(' + ')}) == 1`,
    found: "'one idle timeout of Octavia alone'",
  },
  { rule: 'MQTT-IDLE-004', breaks: `${annotation(AZURE_DISABLE_RESET)} == 'true'`, found: `'${AZURE_DISABLE_RESET}: true'` },
  {
    rule: 'MQTT-IDLE-005',
    breaks: `${text(AZURE_IDLE_MINUTES)} in variables.annotations && !${outOfRange(annotation(AZURE_IDLE_MINUTES), IDLE_TIMEOUT_ANNOTATIONS[AZURE_IDLE_MINUTES])} && int(${annotation(AZURE_IDLE_MINUTES)}) > ${AZURE_SURE_MAXIMUM_MINUTES}`,
    found: `'${AZURE_IDLE_MINUTES}: ' + ${annotation(AZURE_IDLE_MINUTES)}`,
  },
  {
    rule: 'MQTT-IDLE-006',
    breaks: `variables.annotations.exists(k, ${TLS_LISTENER_ATTRIBUTE})`,
    found: `variables.annotations.filter(k, ${TLS_LISTENER_ATTRIBUTE}).map(k, k + ': ' + variables.annotations[k]).join(', ')`,
  },
  {
    rule: 'MQTT-TRAFFIC-002',
    breaks: "variables.isLocal && variables.localHealthCheck == 'missing'",
    found: "'spec.externalTrafficPolicy: Local, without a health check of the nodes'",
  },
  {
    rule: 'MQTT-TRAFFIC-004',
    breaks: 'variables.isLocal && variables.hasInstanceTargets && variables.proxyProtocol',
    found: "'spec.externalTrafficPolicy: Local, instance targets, and PROXY protocol'",
  },
  {
    rule: 'MQTT-TRAFFIC-008',
    breaks: `size(object.spec.?loadBalancerSourceRanges.orValue([])) > 0 && (${sourceRangesInDoubt})`,
    found: "'spec.loadBalancerSourceRanges: ' + object.spec.loadBalancerSourceRanges.join(', ') + ', of a load balancer of ' + variables.provider",
  },
  {
    rule: 'MQTT-PROXY-005',
    breaks: `variables.isNlb && variables.proxyProtocol && !${annotation(AWS_HEALTH_CHECK)}.matches('^(?i:tcp)?$')`,
    found: `'PROXY protocol, with ${AWS_HEALTH_CHECK}: ' + ${annotation(AWS_HEALTH_CHECK)}`,
  },
  {
    rule: 'MQTT-SERVICE-009',
    breaks: 'variables.hasInstanceTargets && !object.spec.?allocateLoadBalancerNodePorts.orValue(true)',
    found: "'spec.allocateLoadBalancerNodePorts: false, with instance targets'",
  },
  { rule: 'MQTT-ANNOTATION-004', breaks: `size(${MISSING_KEYS}) > 0`, found: `'no annotation ' + ${MISSING_KEYS}.join(', ')` },
  {
    rule: 'MQTT-ANNOTATION-005',
    breaks: `variables.providerExposure != '' && (${DeclaredOfService.exposure.cel(DECLARED_EXPOSURE)}) && ${DECLARED_EXPOSURE} != variables.providerExposure`,
    found: `'${DeclaredOfService.exposure.key}: ' + ${DECLARED_EXPOSURE} + ', but by what its provider reads it is ' + variables.providerExposure`,
  },
].map((check) => ({ ...check, breaks: `variables.isLoadBalancer && (${check.breaks})` }));

/** The Services in front of brokers. */
export const service: AdmissionSubject = {
  name: 'services',
  apiGroup: '',
  apiVersion: 'v1',
  resource: 'services',
  concerns: (object) => `${object}.spec.?selector[?${text(Labels.NAME)}].orValue('') == 'mqtt-broker' || ${hasAnnotation(object, Annotations.LOAD_BALANCER_PROVIDER)}`,
  variables: VARIABLES,
  checks: [
    ...ofLoadBalancers,
    { rule: 'MQTT-SERVICE-001', breaks: "object.spec.?sessionAffinity.orValue('None') == 'ClientIP'", found: "'spec.sessionAffinity: ClientIP'" },
    {
      rule: 'MQTT-SERVICE-002',
      breaks: "object.spec.?clusterIP.orValue('') != 'None' && object.spec.?publishNotReadyAddresses.orValue(false)",
      found: "'spec.publishNotReadyAddresses: true on a Service with an address of its own'",
    },
    { rule: 'MQTT-SERVICE-006', breaks: "object.spec.?loadBalancerIP.orValue('') != ''", found: "'spec.loadBalancerIP: ' + object.spec.loadBalancerIP" },
    { rule: 'MQTT-SERVICE-007', breaks: 'size(object.spec.?externalIPs.orValue([])) > 0', found: "'spec.externalIPs: ' + object.spec.externalIPs.join(', ')" },
    ...annotationChecks(Object.values(DeclaredOfService)),
    annotationCredentials,
  ],
};
