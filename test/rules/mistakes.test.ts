import { Chart, Duration, JsonPatch, Testing } from 'cdk8s';
import {
  AwsNlbScheme, AwsNlbTargetType, ExternalTrafficPolicy, LoadBalancerProvider, MqttAuthentication, MqttCluster, MqttKeepaliveLimit, MqttListener, MqttLoadBalancer,
  MqttProfile, MqttSessionStore, MqttSpread, MqttTcpKeepalive,
} from '../../lib';

/** The chart of somebody who gets almost everything wrong. */
function chartOfMistakes(): { chart: Chart; cluster: MqttCluster } {
  const chart = new Chart(Testing.app(), 'chart', { namespace: 'mqtt', disableResourceNameHashes: true });
  const cluster = new MqttCluster(chart, 'Broker', {
    profile: MqttProfile.production(),
    sessionStore: MqttSessionStore.embedded(),
    keepaliveLimit: MqttKeepaliveLimit.of(Duration.minutes(20)),
    tcpKeepalive: MqttTcpKeepalive.kernelDefaults(),
    antiAffinity: MqttSpread.PREFERRED,
    authentication: MqttAuthentication.anonymous(),
    listeners: [MqttListener.tcp()],
    shutdownDelay: Duration.seconds(20),
    terminationGracePeriod: Duration.seconds(20),
  });
  // What a constructor refuses can still come in by an override.
  cluster.workload.addJsonPatch(JsonPatch.replace('/spec/volumeClaimTemplates/0/spec/resources/requests/storage', '20Gi'));
  new MqttLoadBalancer(chart, 'LoadBalancer', {
    cluster,
    provider: LoadBalancerProvider.awsNlb({ scheme: AwsNlbScheme.INTERNET_FACING, targetType: AwsNlbTargetType.INSTANCE }),
    trafficPolicy: ExternalTrafficPolicy.LOCAL,
  });
  return { chart, cluster };
}

const MISTAKES = [
  ['MQTT-KEEPALIVE-001', 'chart/LoadBalancer/Resource'],
  ['MQTT-STORAGE-001', 'chart/Broker/Resource'],
  ['MQTT-SESSION-001', 'chart/Broker/Resource'],
  ['MQTT-TRAFFIC-001', 'chart/LoadBalancer/Resource'],
  ['MQTT-SECURITY-001', 'chart/Broker/Resource'],
  ['MQTT-SECURITY-003', 'chart/Broker/Resource'],
  ['MQTT-SECURITY-004', 'chart/LoadBalancer/Resource'],
  ['MQTT-PLACEMENT-002', 'chart/Broker/Resource'],
  ['MQTT-SHUTDOWN-001', 'chart/Broker/Resource'],
  // The override left the store of 90 GiB as it was.
  ['MQTT-CONFIG-004', 'chart/Broker/Resource'],
];

describe('an app of constructs with mistakes', () => {
  test('is refused with all of them at once', () => {
    const { chart } = chartOfMistakes();
    const message = errorOf(() => Testing.synth(chart));
    const found = [...message.matchAll(/^ {2}\[(.*)\] error (MQTT-\S+): /gm)].map(([, path, id]) => [id, path]);
    expect(found.sort()).toEqual([...MISTAKES].sort());
  });

  test('has them as findings of the cluster', () => {
    expect(chartOfMistakes().cluster.findings.map(({ id, path }) => [id, path])).toEqual(MISTAKES);
  });

  test('is synthesized when each is acknowledged, and says why in the manifests', () => {
    const { chart, cluster } = chartOfMistakes();
    MISTAKES.forEach(([id]) => cluster.acknowledge(id, `${id} does not matter here`));
    const [{ metadata }] = Testing.synth(chart).filter(({ kind }) => kind === 'StatefulSet');
    MISTAKES.forEach(([id]) => expect(metadata.annotations[`acknowledge.cdk8s-mqtt/${id}`]).toBe(`${id} does not matter here`));
  });
});

function errorOf(action: () => void): string {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it did not throw');
}
