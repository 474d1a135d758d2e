import { Testing, Yaml } from 'cdk8s';
import { KubernetesVersion, MqttCluster, MqttProfile } from '../lib';
import { restrictedViolations } from './support/pod-security';
import { KNOWN_MINORS, StrictSchema } from './support/strict-schema';
import { newChart } from './support/synth';

// Every profile on every Kubernetes minor whose API is known here: no unknown field, Pod Security restricted, equal to the byte.

function synth(profile: MqttProfile, version: KubernetesVersion): any[] {
  const chart = newChart();
  const cluster = new MqttCluster(chart, 'Broker', { profile, kubernetesVersion: version });
  if (profile.name === 'production') cluster.acknowledge('MQTT-SESSION-001', 'separate brokers, in this test');
  return Testing.synth(chart);
}

describe.each([MqttProfile.development(), MqttProfile.production()])('$name', (profile) => {
  test.each(KNOWN_MINORS)('Kubernetes 1.%i', (minor) => {
    const objects = synth(profile, KubernetesVersion.of(`1.${minor}`));
    expect(objects.flatMap((object) => StrictSchema.of(minor).problems(object))).toEqual([]);
    const { spec } = objects.find(({ kind }) => kind === 'StatefulSet').spec.template;
    expect(restrictedViolations(spec, minor)).toEqual([]);
    expect(Yaml.stringify(...synth(profile, KubernetesVersion.of(`1.${minor}`)))).toBe(Yaml.stringify(...objects));
  });
});
