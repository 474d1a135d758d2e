import { Duration } from 'cdk8s';
import type { MqttNodeAffinity, MqttNodeQuery } from './mqtt-node-query';
import type { MqttPlacementSettings } from './mqtt-placement-settings';
import { MqttSpread } from './mqtt-spread';
import { MqttTaintEffect, type MqttToleration } from './mqtt-toleration';
import { MqttTrafficDistribution } from './mqtt-traffic-distribution';
import { dedicatedKey } from './placement';
import { type ArgumentErrors, show } from '../manifest/arguments';
import type { KubernetesVersion } from '../manifest/kubernetes-version';
import { VersionGates } from '../manifest/version-gates';

const QUERY_EXAMPLE = "MqttNodeQuery.is('kubernetes.io/arch', 'amd64')";

/** What cannot work about where the pods run. */
export function checkPlacement(errors: ArgumentErrors, settings: MqttPlacementSettings): void {
  errors.member('antiAffinity', settings.antiAffinity, MqttSpread);
  errors.member('antiAffinityToOtherClusters', settings.antiAffinityToOtherClusters, MqttSpread);
  errors.member('zoneSpread', settings.zoneSpread, MqttSpread);
  errors.wholeNumber('minZones', settings.minZones, { min: 1 }, 'it is a number of zones');
  if (settings.minZones !== undefined && settings.zoneSpread !== MqttSpread.REQUIRED) {
    errors.add('minZones needs zoneSpread: MqttSpread.REQUIRED: the API server refuses minDomains where the scheduler may schedule anyway');
  }
  errors.labels('nodeSelector', settings.nodeSelector);
  errors.dnsSubdomain('priorityClassName', settings.priorityClassName);
  checkDedicatedNodes(errors, settings);
  checkTolerations(errors, settings.tolerations);
  checkNodeAffinity(errors, settings.nodeAffinity);
}

function checkDedicatedNodes(errors: ArgumentErrors, { dedicatedNodes, nodeSelector }: MqttPlacementSettings): void {
  if (!errors.like('dedicatedNodes', dedicatedNodes, ['value'], "{ value: 'mqtt' }")) return;
  const key = dedicatedKey(dedicatedNodes);
  errors.label('dedicatedNodes', key, dedicatedNodes.value);
  if (dedicatedNodes.value === '') errors.add("dedicatedNodes value is empty: write the value of the taint and the label, for example 'mqtt'");
  const other = nodeSelector?.[key];
  if (other !== undefined && other !== dedicatedNodes.value) {
    errors.add(`nodeSelector['${key}'] is '${other}', but the dedicated nodes have '${dedicatedNodes.value}': no node has both`);
  }
}

function checkTolerations(errors: ArgumentErrors, tolerations: MqttToleration[] | undefined): void {
  if (!errors.filledArray('tolerations', tolerations, "leave it out, or write a taint, for example { key: 'dedicated', value: 'mqtt' }")) return;
  tolerations!.forEach((toleration, index) => {
    const at = `tolerations[${index}]`;
    if (!errors.like(at, toleration ?? null, [], "{ key: 'dedicated', value: 'mqtt' }")) return;
    const { key, value, effect, tolerateFor } = toleration;
    if (key !== undefined) errors.label(`${at} key`, key, value ?? '');
    else if (value !== undefined) errors.add(`${at} has the value ${show(value)}, but no key: the API server refuses that; write the key of the taint`);
    errors.member(`${at} effect`, effect, MqttTaintEffect);
    errors.duration(`${at} tolerateFor`, tolerateFor, { min: Duration.seconds(0) }, 'Kubernetes counts it in seconds');
    if (tolerateFor !== undefined && effect !== MqttTaintEffect.NO_EXECUTE) {
      errors.add(`${at} has tolerateFor, but not the effect MqttTaintEffect.NO_EXECUTE: no other taint evicts pods, and the API server refuses it`);
    }
  });
}

function checkNodeAffinity(errors: ArgumentErrors, affinity: MqttNodeAffinity | undefined): void {
  if (!errors.like('nodeAffinity', affinity, [], `{ required: [${QUERY_EXAMPLE}] }`)) return;
  if (affinity.required === undefined && affinity.preferred === undefined) errors.add('nodeAffinity says nothing: leave it out, or set required or preferred');
  checkQueries(errors, 'nodeAffinity required', affinity.required, 'it would match no node at all');
  if (!errors.filledArray('nodeAffinity preferred', affinity.preferred, 'leave it out')) return;
  affinity.preferred!.forEach((preference, index) => {
    const at = `nodeAffinity preferred[${index}]`;
    if (!errors.like(at, preference ?? null, ['queries'], `{ queries: [${QUERY_EXAMPLE}] }`)) return;
    checkQueries(errors, `${at} queries`, preference.queries, 'it would match no node at all');
    errors.wholeNumber(`${at} weight`, preference.weight, { min: 1, max: 100 }, 'the API server takes no other weight');
  });
}

function checkQueries(errors: ArgumentErrors, name: string, queries: MqttNodeQuery[] | undefined, instead: string): void {
  if (!errors.filledArray(name, queries, instead)) return;
  queries!.forEach((query, index) => {
    const at = `${name}[${index}]`;
    if (!errors.like(at, query ?? null, ['key', 'operator'], QUERY_EXAMPLE)) return;
    const { key, values = [''] } = query;
    if (errors.filledArray(`${at} values`, values, 'the API server refuses a comparison with nothing')) {
      values.forEach((value) => errors.label(at, key, value));
    }
  });
}

/** What the target cannot do about the client Service. */
export function checkTrafficDistribution(errors: ArgumentErrors, wanted: MqttTrafficDistribution | undefined, target: KubernetesVersion): void {
  errors.member('trafficDistribution', wanted, MqttTrafficDistribution);
  const breaks = 'the API server would drop the field, and clients would be given any broker';
  const instead = 'Write MqttTrafficDistribution.ANY';
  if (wanted === MqttTrafficDistribution.PREFER_SAME_ZONE) errors.needs('trafficDistribution', VersionGates.TRAFFIC_DISTRIBUTION, target, breaks, instead);
  if (wanted === MqttTrafficDistribution.PREFER_SAME_NODE) errors.needs('trafficDistribution', VersionGates.SAME_TRAFFIC_DISTRIBUTION, target, breaks, instead);
}
