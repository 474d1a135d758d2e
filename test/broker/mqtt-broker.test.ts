import { MqttBroker } from '../../lib';

test('the companion broker says what it does with every part of the intent', () => {
  const { name, coverage } = MqttBroker.companion();
  expect(name).toBe('companion');
  expect(coverage.map(({ setting, level }) => `${setting} ${level}`)).toEqual([
    'replicas mapped', 'replication mapped', 'listeners mapped', 'proxyPorts mapped', 'certificates mapped', 'authentication mapped', 'authorization mapped', 'keepalive mapped', 'tcpKeepalive mapped', 'sessionExpirySeconds mapped',
    'storage mapped', 'storageSize mapped', 'placement mapped', 'resources mapped', 'podUser mapped', 'shutdown mapped', 'rollout mapped',
    'disruptionBudget mapped', 'nodeConsolidation mapped', 'trafficDistribution mapped', 'networkAccess mapped',
  ]);
});
