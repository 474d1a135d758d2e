import { behindNodes, type ClusterManifests, configure, embedStore, productionManifests } from './cases/base';
import { evaluate } from '../../lib/rules/evaluate';

const KEY = 'acknowledge.cdk8s-mqtt/';

function findings(change: (manifests: ClusterManifests) => void) {
  const manifests = productionManifests();
  change(manifests);
  return evaluate(Object.values(manifests).map((manifest) => ({ manifest, origin: `${manifest.kind}/${manifest.metadata.name}` })))
    .map(({ rule: { id, severity }, violation: { object, found, breaks }, acknowledged }) => ({ id, severity, object: object.origin, found, breaks, acknowledged }));
}

describe('an acknowledgement', () => {
  test('on the object accepts the finding, with its reason', () => {
    expect(findings((manifests) => {
      embedStore(manifests);
      manifests.statefulSet.metadata.annotations[`${KEY}MQTT-SESSION-001`] = '  each broker serves one plant ';
    })).toEqual([expect.objectContaining({ id: 'MQTT-SESSION-001', acknowledged: 'each broker serves one plant' })]);
  });

  test('on the workload of a broker accepts what is found about the objects that belong to it', () => {
    expect(findings((manifests) => {
      behindNodes(manifests, { 'cdk8s-mqtt/load-balancer-idle-timeout-seconds': 'unknown' });
      Object.assign(manifests.statefulSet.metadata.annotations, {
        [`${KEY}MQTT-KEEPALIVE-002`]: 'measured next week', [`${KEY}MQTT-TRAFFIC-005`]: 'small fleet', 'cdk8s-mqtt/keepalive-max-seconds': '48',
      });
      configure(manifests, ({ keepalive }) => { keepalive.maxSeconds = 48; });
    })).toEqual([
      expect.objectContaining({ id: 'MQTT-KEEPALIVE-002', object: 'Service/broker-nlb', acknowledged: 'measured next week' }),
      expect.objectContaining({ id: 'MQTT-TRAFFIC-005', object: 'Service/broker-nlb', acknowledged: 'small fleet' }),
    ]);
  });

  test('of another rule accepts nothing', () => {
    const [keepalive] = findings((manifests) => {
      embedStore(manifests);
      manifests.clientService.metadata.annotations = { [`${KEY}MQTT-SESSION-001`]: 'the Service is no workload' };
    });
    expect(keepalive).toMatchObject({ id: 'MQTT-SESSION-001', acknowledged: undefined });
  });

  test('prefers the reason of the object itself', () => {
    expect(findings(({ statefulSet, clientService }) => {
      clientService.spec.sessionAffinity = 'ClientIP';
      clientService.metadata.annotations = { [`${KEY}MQTT-SERVICE-001`]: 'on the Service' };
      statefulSet.metadata.annotations[`${KEY}MQTT-SERVICE-001`] = 'on the workload';
    })).toEqual([expect.objectContaining({ id: 'MQTT-SERVICE-001', acknowledged: 'on the Service' })]);
  });

  test('of an unknown rule is an error', () => {
    expect(findings(({ statefulSet }) => { statefulSet.metadata.annotations[`${KEY}MQTT-SESION-001`] = 'separate brokers'; })).toEqual([{
      id: 'MQTT-ACK-001',
      severity: 'error',
      object: 'StatefulSet/broker',
      found: "metadata.annotations 'acknowledge.cdk8s-mqtt/MQTT-SESION-001: separate brokers'",
      breaks: "No rule that can be acknowledged is called 'MQTT-SESION-001', so nothing is accepted.",
      acknowledged: undefined,
    }]);
  });

  test('cannot be about acknowledgements', () => {
    expect(findings(({ statefulSet }) => { statefulSet.metadata.annotations[`${KEY}MQTT-ACK-003`] = 'I like it stale'; }))
      .toEqual([expect.objectContaining({ id: 'MQTT-ACK-001' })]);
  });

  test('without a reason accepts nothing and is an error', () => {
    expect(findings((manifests) => {
      embedStore(manifests);
      manifests.statefulSet.metadata.annotations[`${KEY}MQTT-SESSION-001`] = ' ';
    })).toEqual([
      expect.objectContaining({ id: 'MQTT-SESSION-001', acknowledged: undefined }),
      {
        id: 'MQTT-ACK-002',
        severity: 'error',
        object: 'StatefulSet/broker',
        found: "metadata.annotations 'acknowledge.cdk8s-mqtt/MQTT-SESSION-001:  '",
        breaks: 'MQTT-SESSION-001 stays in force here: an acknowledgement without a reason is none.',
        acknowledged: undefined,
      },
    ]);
  });

  test('of what is not found is a warning, on any object', () => {
    const stale = (object: string) => ({
      id: 'MQTT-ACK-003',
      severity: 'warning',
      object,
      found: "metadata.annotations 'acknowledge.cdk8s-mqtt/MQTT-SESSION-001: separate brokers'",
      breaks: 'MQTT-SESSION-001 finds nothing about this object or what belongs to it.',
      acknowledged: undefined,
    });
    expect(findings(({ statefulSet, configuration }) => {
      statefulSet.metadata.annotations[`${KEY}MQTT-SESSION-001`] = 'separate brokers';
      configuration.metadata.annotations = { [`${KEY}MQTT-SESSION-001`]: 'separate brokers' };
    })).toEqual([stale('StatefulSet/broker'), stale('ConfigMap/broker-configuration')]);
  });
});
