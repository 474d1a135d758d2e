import { App, Chart, Duration, Size, Testing } from 'cdk8s';
import {
  AwsNlbScheme, AwsNlbTargetType, ExternalTrafficPolicy, LoadBalancerProvider, MqttAuthentication, MqttCluster, MqttKeepaliveLimit, MqttListener, MqttLoadBalancer, MqttProfile,
  MqttSessionStore, MqttSpread, MqttStorage, MqttTcpKeepalive, Severity,
} from '../lib';
import { messageOf } from './support/synth';

// One app with the mistakes that people make, as they would meet it: everything at once, each finding with all that is needed to mend it.

function appOfMistakes(acknowledge: [string, string][] = []) {
  const chart = new Chart(new App(), 'plant', { namespace: 'mqtt', disableResourceNameHashes: true });
  const cluster = new MqttCluster(chart, 'Broker', {
    profile: MqttProfile.production(),
    sessionStore: MqttSessionStore.embedded(),
    listeners: [MqttListener.tcp()],
    authentication: MqttAuthentication.anonymous(),
    storage: MqttStorage.persistentVolume({ size: Size.gibibytes(20) }),
    antiAffinity: MqttSpread.PREFERRED,
    keepaliveLimit: MqttKeepaliveLimit.of(Duration.minutes(10)),
    tcpKeepalive: MqttTcpKeepalive.kernelDefaults(),
    terminationGracePeriod: Duration.seconds(20),
  });
  for (const [ruleId, reason] of acknowledge) cluster.acknowledge(ruleId, reason);
  new MqttLoadBalancer(chart, 'LoadBalancer', {
    cluster,
    provider: LoadBalancerProvider.awsNlb({ scheme: AwsNlbScheme.INTERNET_FACING, targetType: AwsNlbTargetType.INSTANCE, idleTimeout: Duration.seconds(350) }),
    trafficPolicy: ExternalTrafficPolicy.LOCAL,
  });
  return { chart, cluster };
}

const ERRORS = [
  'MQTT-KEEPALIVE-001', 'MQTT-PLACEMENT-002', 'MQTT-SECURITY-001', 'MQTT-SECURITY-003', 'MQTT-SECURITY-004', 'MQTT-SESSION-001', 'MQTT-SHUTDOWN-001', 'MQTT-STORAGE-001', 'MQTT-TRAFFIC-001',
];

test('all mistakes are reported together, and nothing is synthesized', () => {
  const message = messageOf(() => Testing.synth(appOfMistakes().chart));
  const reported = [...message.matchAll(/^ +\[plant\/(?:Broker|LoadBalancer)\/Resource\] error (MQTT-[A-Z]+-\d{3}): .+$/gm)].map(([, id]) => id);
  expect(reported.sort()).toEqual(ERRORS);
  for (const part of ['object', 'found', 'breaks', 'remedy', 'source', 'accept']) {
    expect([...message.matchAll(new RegExp(`^ +${part} +\\S`, 'gm'))]).toHaveLength(ERRORS.length);
  }
});

test('the values found stand in the report', () => {
  const message = messageOf(() => Testing.synth(appOfMistakes().chart));
  for (const value of ['600', '350', '20Gi', '100Gi', 'anonymous-clients: allowed', 'externalTrafficPolicy: Local']) expect(message).toContain(value);
});

test('the findings can be read', () => {
  const { findings } = appOfMistakes().cluster;
  expect(findings.filter(({ severity }) => severity === Severity.ERROR).map(({ id }) => id).sort()).toEqual(ERRORS);
});

test('acknowledged with a reason, each of them passes, and the reasons stay with the manifest', () => {
  const { chart, cluster } = appOfMistakes(ERRORS.map((id) => [id, `why ${id} is right here`]));
  const [statefulSet] = Testing.synth(chart);
  for (const id of ERRORS) expect(statefulSet.metadata.annotations[`acknowledge.cdk8s-mqtt/${id}`]).toBe(`why ${id} is right here`);
  const acknowledged = cluster.findings.filter((finding) => finding.acknowledged !== undefined);
  expect(acknowledged.map(({ id, acknowledged: reason }) => `${id} ${reason}`).sort()).toEqual(ERRORS.map((id) => `${id} why ${id} is right here`));
});

test('an acknowledgement needs a rule and a reason', () => {
  const { cluster } = appOfMistakes();
  expect(() => cluster.acknowledge('MQTT-STORAGE-099', 'because')).toThrow(/\[plant\/Broker\/Resource\] acknowledge\("MQTT-STORAGE-099", …\) names no rule/);
  expect(() => cluster.acknowledge('MQTT-STORAGE-001', '')).toThrow(/gives no reason/);
});
