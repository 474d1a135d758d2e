import { Duration } from 'cdk8s';
import { MqttDedicatedNodes, MqttNetworkPeer, MqttNodeAffinity, MqttNodePreference, MqttNodeQuery, MqttTaintEffect, MqttToleration } from '../../lib';
import { MqttSpread } from '../../lib/workload/mqtt-spread';
import { podAntiAffinity, podPlacement, zoneSpread } from '../../lib/workload/placement';

const SELECTOR = { 'app.kubernetes.io/name': 'mqtt-broker', 'app.kubernetes.io/instance': 'plant' };
const placement = (antiAffinity: MqttSpread, antiAffinityToOtherClusters: MqttSpread, spread = MqttSpread.NONE) => ({ antiAffinity, antiAffinityToOtherClusters, zoneSpread: spread });

const OWN = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: SELECTOR } };
const OTHERS = {
  topologyKey: 'kubernetes.io/hostname',
  labelSelector: {
    matchLabels: { 'app.kubernetes.io/part-of': 'mqtt' },
    matchExpressions: [{ key: 'app.kubernetes.io/instance', operator: 'NotIn', values: ['plant'] }],
  },
  namespaceSelector: {},
};

test('own pods must not share a node, others should not', () => {
  expect(podAntiAffinity(placement(MqttSpread.REQUIRED, MqttSpread.PREFERRED), SELECTOR)).toEqual({
    requiredDuringSchedulingIgnoredDuringExecution: [OWN],
    preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 20, podAffinityTerm: OTHERS }],
  });
});

test('preferred for both: the own cluster weighs more', () => {
  expect(podAntiAffinity(placement(MqttSpread.PREFERRED, MqttSpread.PREFERRED), SELECTOR)).toEqual({
    preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: OWN }, { weight: 20, podAffinityTerm: OTHERS }],
  });
});

test('required for both', () => {
  expect(podAntiAffinity(placement(MqttSpread.REQUIRED, MqttSpread.REQUIRED), SELECTOR)).toEqual({ requiredDuringSchedulingIgnoredDuringExecution: [OWN, OTHERS] });
});

describe('pods that work together with these', () => {
  const log = MqttNetworkPeer.podsOf('mqtt', { 'app.kubernetes.io/name': 'mqtt-message-log', 'app.kubernetes.io/instance': 'plant-log' });
  const partners = [log, MqttNetworkPeer.pods({ app: 'tool' }), MqttNetworkPeer.namespace('tools'), MqttNetworkPeer.cidr('10.0.0.0/8'), log];

  test('may share a node where other clusters\' may not', () => {
    const affinity = podAntiAffinity(placement(MqttSpread.NONE, MqttSpread.REQUIRED), SELECTOR, partners);
    expect(affinity?.requiredDuringSchedulingIgnoredDuringExecution).toEqual([{
      ...OTHERS,
      labelSelector: { ...OTHERS.labelSelector, matchExpressions: [{ key: 'app.kubernetes.io/instance', operator: 'NotIn', values: ['plant', 'plant-log'] }] },
    }]);
  });

  test('are kept away like those of other clusters while there are nodes', () => {
    const affinity = podAntiAffinity(placement(MqttSpread.NONE, MqttSpread.PREFERRED), SELECTOR, partners);
    expect(affinity).toEqual({ preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 20, podAffinityTerm: OTHERS }] });
  });
});

test('none of it', () => {
  expect(podAntiAffinity(placement(MqttSpread.NONE, MqttSpread.NONE), SELECTOR)).toBeUndefined();
  expect(zoneSpread(placement(MqttSpread.NONE, MqttSpread.NONE), SELECTOR)).toBeUndefined();
});

test.each([
  [MqttSpread.PREFERRED, { whenUnsatisfiable: 'ScheduleAnyway' }],
  [MqttSpread.REQUIRED, { whenUnsatisfiable: 'DoNotSchedule', nodeTaintsPolicy: 'Honor' }],
])('zone spread %s', (spread, expected) => {
  expect(zoneSpread(placement(MqttSpread.NONE, MqttSpread.NONE, spread), SELECTOR)).toEqual([
    { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 1, ...expected, labelSelector: { matchLabels: SELECTOR } },
  ]);
});

test('zones that have no node yet count', () => {
  const spread = zoneSpread({ ...placement(MqttSpread.NONE, MqttSpread.NONE, MqttSpread.REQUIRED), minZones: 3 }, SELECTOR);
  expect(spread).toMatchObject([{ whenUnsatisfiable: 'DoNotSchedule', minDomains: 3 }]);
});

describe('nodes', () => {
  const nodes = (fields: object) => podPlacement({ ...placement(MqttSpread.NONE, MqttSpread.NONE), ...fields }, SELECTOR);
  const ANYWHERE = { affinity: undefined, topologySpreadConstraints: undefined, nodeSelector: undefined, tolerations: undefined, priorityClassName: undefined };

  test('any', () => {
    expect(nodes({})).toEqual(ANYWHERE);
  });

  test('dedicated ones have a taint and a label, and other labels still count', () => {
    const dedicatedNodes: Required<MqttDedicatedNodes> = { key: 'example.com/pool', value: 'mqtt' };
    expect(nodes({ dedicatedNodes, nodeSelector: { arch: 'arm' } })).toEqual({
      ...ANYWHERE,
      nodeSelector: { 'arch': 'arm', 'example.com/pool': 'mqtt' },
      tolerations: [{ key: 'example.com/pool', operator: 'Equal', value: 'mqtt' }],
    });
    expect(nodes({ dedicatedNodes: { value: 'mqtt' } })).toMatchObject({ nodeSelector: { dedicated: 'mqtt' } });
  });

  test('tolerations', () => {
    const every: Required<MqttToleration> = { key: 'maintenance', value: 'soon', effect: MqttTaintEffect.NO_EXECUTE, tolerateFor: Duration.minutes(5) };
    expect(nodes({ tolerations: [every, { key: 'spot' }, { effect: MqttTaintEffect.NO_SCHEDULE }], dedicatedNodes: { value: 'mqtt' } }).tolerations).toEqual([
      { key: 'dedicated', operator: 'Equal', value: 'mqtt' },
      { key: 'maintenance', operator: 'Equal', value: 'soon', effect: 'NoExecute', tolerationSeconds: 300 },
      { key: 'spot', operator: 'Exists' },
      { operator: 'Exists', effect: 'NoSchedule' },
    ]);
  });

  test('affinity', () => {
    const preference: Required<MqttNodePreference> = { queries: [MqttNodeQuery.doesNotExist('spot')], weight: 90 };
    const nodeAffinity: Required<MqttNodeAffinity> = {
      required: [MqttNodeQuery.is('a', '1'), MqttNodeQuery.isOneOf('b', ['1', '2']), MqttNodeQuery.isNoneOf('c', ['3']), MqttNodeQuery.exists('d')],
      preferred: [preference, { queries: [MqttNodeQuery.is('e', '4')] }],
    };
    expect(nodes({ nodeAffinity, priorityClassName: 'brokers' })).toEqual({
      ...ANYWHERE,
      priorityClassName: 'brokers',
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{
              matchExpressions: [
                { key: 'a', operator: 'In', values: ['1'] }, { key: 'b', operator: 'In', values: ['1', '2'] }, { key: 'c', operator: 'NotIn', values: ['3'] }, { key: 'd', operator: 'Exists' },
              ],
            }],
          },
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 90, preference: { matchExpressions: [{ key: 'spot', operator: 'DoesNotExist' }] } },
            { weight: 50, preference: { matchExpressions: [{ key: 'e', operator: 'In', values: ['4'] }] } },
          ],
        },
      },
    });
  });
});
