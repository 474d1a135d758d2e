import { MqttSpread } from '../../lib/workload/mqtt-spread';
import { podAntiAffinity, zoneSpread } from '../../lib/workload/placement';

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

test('none of it', () => {
  expect(podAntiAffinity(placement(MqttSpread.NONE, MqttSpread.NONE), SELECTOR)).toBeUndefined();
  expect(zoneSpread(placement(MqttSpread.NONE, MqttSpread.NONE), SELECTOR)).toBeUndefined();
});

test.each([[MqttSpread.PREFERRED, 'ScheduleAnyway'], [MqttSpread.REQUIRED, 'DoNotSchedule']])('zone spread %s', (spread, whenUnsatisfiable) => {
  expect(zoneSpread(placement(MqttSpread.NONE, MqttSpread.NONE, spread), SELECTOR)).toEqual([
    { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 1, whenUnsatisfiable, labelSelector: { matchLabels: SELECTOR } },
  ]);
});
