import { Duration } from 'cdk8s';
import { KubernetesVersion, MqttClusterProps, MqttNodeQuery, MqttSpread, MqttTaintEffect, MqttTrafficDistribution } from '../../lib';
import { complaints } from '../support/complaints';

const LABEL_KEY = "which is not a label key: [prefix/]name, name of at most 63 letters, digits, '-', '_', '.'";
const LABEL_VALUE = "which is not a label value: at most 63 letters, digits, '-', '_', '.', beginning and ending with a letter or digit";

test.each<[string, MqttClusterProps | Record<string, unknown>, string[]]>([
  ['zones where the scheduler may ignore them', { minZones: 3 }, ['minZones needs zoneSpread: MqttSpread.REQUIRED: the API server refuses minDomains where the scheduler may schedule anyway']],
  ['no zones', { zoneSpread: MqttSpread.REQUIRED, minZones: 0 }, ['minZones is 0, but must be a whole number of at least 1: it is a number of zones']],
  ['a priority class that is none', { priorityClassName: 'Very High' }, [expect.stringContaining("priorityClassName is 'Very High', but must be lower-case")]],
  ['dedicated nodes as text', { dedicatedNodes: 'mqtt' }, ["dedicatedNodes is 'mqtt', but must be made like this: { value: 'mqtt' }"]],
  ['dedicated nodes without a value', { dedicatedNodes: { value: '' } }, ["dedicatedNodes value is empty: write the value of the taint and the label, for example 'mqtt'"]],
  ['dedicated nodes that no label can name', { dedicatedNodes: { key: 'a b', value: 'c d' } }, [`dedicatedNodes has the key 'a b', ${LABEL_KEY}`, `dedicatedNodes['a b'] is 'c d', ${LABEL_VALUE}`]],
  ['dedicated nodes that have another label', { dedicatedNodes: { value: 'mqtt' }, nodeSelector: { dedicated: 'web' } }, ["nodeSelector['dedicated'] is 'web', but the dedicated nodes have 'mqtt': no node has both"]],
  ['no tolerations', { tolerations: [] }, ["tolerations is empty: leave it out, or write a taint, for example { key: 'dedicated', value: 'mqtt' }"]],
  ['a toleration as text', { tolerations: ['spot'] }, ["tolerations[0] is 'spot', but must be made like this: { key: 'dedicated', value: 'mqtt' }"]],
  ['a value without a key', { tolerations: [{ value: 'x' }] }, ["tolerations[0] has the value 'x', but no key: the API server refuses that; write the key of the taint"]],
  ['a taint that is none', { tolerations: [{ key: 'a b', effect: 'Never' }] }, [`tolerations[0] key has the key 'a b', ${LABEL_KEY}`, "tolerations[0] effect is 'Never', but must be one of NO_SCHEDULE, PREFER_NO_SCHEDULE, NO_EXECUTE"]],
  ['a time for a taint that evicts nobody', { tolerations: [{ key: 'a', effect: MqttTaintEffect.NO_SCHEDULE, tolerateFor: Duration.seconds(1) }] }, [
    'tolerations[0] has tolerateFor, but not the effect MqttTaintEffect.NO_EXECUTE: no other taint evicts pods, and the API server refuses it',
  ]],
  ['a time as a number', { tolerations: [{ key: 'a', effect: MqttTaintEffect.NO_EXECUTE, tolerateFor: 5 }] }, ['tolerations[0] tolerateFor is 5, but must be a Duration, for example Duration.seconds(0)']],
  ['an affinity that says nothing', { nodeAffinity: {} }, ['nodeAffinity says nothing: leave it out, or set required or preferred']],
  ['an affinity as text', { nodeAffinity: 'fast' }, ["nodeAffinity is 'fast', but must be made like this: { required: [MqttNodeQuery.is('kubernetes.io/arch', 'amd64')] }"]],
  ['an affinity to no node', { nodeAffinity: { required: [], preferred: [] } }, ['nodeAffinity required is empty: it would match no node at all', 'nodeAffinity preferred is empty: leave it out']],
  ['queries that are none', { nodeAffinity: { required: ['fast', MqttNodeQuery.is('a b', 'c'), MqttNodeQuery.isOneOf('a', []), MqttNodeQuery.is('a', 'b c')] } }, [
    "nodeAffinity required[0] is 'fast', but must be made like this: MqttNodeQuery.is('kubernetes.io/arch', 'amd64')",
    `nodeAffinity required[1] has the key 'a b', ${LABEL_KEY}`,
    'nodeAffinity required[2] values is empty: the API server refuses a comparison with nothing',
    `nodeAffinity required[3]['a'] is 'b c', ${LABEL_VALUE}`,
  ]],
  ['a preference that weighs too much', { nodeAffinity: { preferred: [{ queries: [MqttNodeQuery.exists('a')], weight: 101 }, { queries: [] }, null] } }, [
    'nodeAffinity preferred[0] weight is 101, but must be a whole number from 1 to 100: the API server takes no other weight',
    'nodeAffinity preferred[1] queries is empty: it would match no node at all',
    "nodeAffinity preferred[2] is null, but must be made like this: { queries: [MqttNodeQuery.is('kubernetes.io/arch', 'amd64')] }",
  ]],
  ['an unknown traffic distribution', { trafficDistribution: 'PreferClose' }, ["trafficDistribution is 'PreferClose', but must be one of ANY, PREFER_SAME_ZONE, PREFER_SAME_NODE"]],
  ['the same zone on Kubernetes that does not know it', { trafficDistribution: MqttTrafficDistribution.PREFER_SAME_ZONE, kubernetesVersion: KubernetesVersion.V1_30 }, [
    'trafficDistribution needs a field of Services that is known since Kubernetes 1.31, but the target is 1.30: '
    + 'the API server would drop the field, and clients would be given any broker. Write MqttTrafficDistribution.ANY, or raise kubernetesVersion',
  ]],
  ['the same node on Kubernetes that does not know it', { trafficDistribution: MqttTrafficDistribution.PREFER_SAME_NODE, kubernetesVersion: KubernetesVersion.V1_33 }, [
    'trafficDistribution needs a value in Services that is known since Kubernetes 1.34, but the target is 1.33: '
    + 'the API server would drop the field, and clients would be given any broker. Write MqttTrafficDistribution.ANY, or raise kubernetesVersion',
  ]],
])('%s', (_, props, expected) => {
  expect(complaints(props)).toEqual(expected);
});
