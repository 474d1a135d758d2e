import { ManifestModel } from '../../../lib/rules/model/manifest-model';
import { productionManifests } from '../cases/base';

function modelOf(...manifests: object[]): ManifestModel {
  return ManifestModel.of(manifests.map((manifest, index) => ({ manifest, origin: `file.yaml:${index}` })));
}

describe('the model', () => {
  test('gathers what belongs to a broker', () => {
    const manifests = productionManifests();
    const { brokers } = modelOf(...Object.values(manifests));
    expect(brokers).toHaveLength(1);
    const [broker] = brokers;
    expect(broker.broker).toBe('companion');
    expect(broker.object.reference).toEqual({ apiVersion: 'apps/v1', kind: 'StatefulSet', namespace: 'mqtt', name: 'broker', origin: 'file.yaml:0' });
    expect(broker.services.map(({ object }) => object.name)).toEqual(['broker', 'broker-headless', 'broker-nlb']);
    expect(broker.disruptionBudgets.map(({ name }) => name)).toEqual(['broker']);
    expect(broker.networkPolicies.map(({ name }) => name)).toEqual(['broker']);
    expect(broker.serviceAccounts.map(({ name }) => name)).toEqual(['broker']);
    expect(broker.dataVolume).toMatchObject({ kind: 'claimTemplate' });
  });

  test('knows which broker an object belongs to', () => {
    const model = modelOf(...Object.values(productionManifests()), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'other', namespace: 'mqtt' } });
    const owned = model.objects.filter(({ reference }) => model.brokersOf(reference).length === 1).map(({ kind, name }) => `${kind} ${name}`);
    expect(owned).toEqual([
      'StatefulSet broker', 'Service broker', 'Service broker-headless', 'Service broker-nlb', 'PodDisruptionBudget broker', 'NetworkPolicy broker',
      'ServiceAccount broker', 'ConfigMap broker-configuration',
    ]);
  });

  test('sees no broker in a workload that does not say so, and in what is no workload', () => {
    const { statefulSet, clientService } = productionManifests();
    delete statefulSet.metadata.annotations['cdk8s-mqtt/broker'];
    clientService.metadata.annotations = { 'cdk8s-mqtt/broker': 'companion' };
    expect(modelOf(statefulSet, clientService).brokers).toEqual([]);
  });

  test('looks into lists', () => {
    const { statefulSet, clientService } = productionManifests();
    const { brokers } = modelOf({ apiVersion: 'v1', kind: 'List', items: [statefulSet, { apiVersion: 'v1', kind: 'List', items: [clientService] }] });
    expect(brokers[0].services).toHaveLength(1);
    expect(brokers[0].services[0].object.reference.origin).toBe('file.yaml:0');
  });

  test('keeps clusters in different namespaces apart', () => {
    const here = productionManifests();
    const there = productionManifests();
    [there.statefulSet, there.clientService].forEach(({ metadata }) => { metadata.namespace = 'there'; });
    const { brokers } = modelOf(here.statefulSet, there.statefulSet, here.clientService, there.clientService);
    expect(brokers.map(({ services }) => services.map(({ object }) => object.namespace))).toEqual([['mqtt'], ['there']]);
  });

  test('does not take a ScaledObject without a kind for one of a StatefulSet', () => {
    const { statefulSet } = productionManifests();
    const scaledObject = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', metadata: { name: 'a', namespace: 'mqtt' }, spec: { scaleTargetRef: { name: 'broker' } } };
    expect(modelOf(statefulSet, scaledObject).brokers[0].autoscalers).toEqual([]);
  });

  test('reads what a broker without a file is told on its command line', () => {
    const { statefulSet } = productionManifests();
    statefulSet.metadata.annotations = { 'cdk8s-mqtt/broker': 'companion' };
    const [container] = statefulSet.spec.template.spec.containers;
    container.env = [];
    container.command = ['mqtt-broker', '--listen', 'tcp://0.0.0.0:8883', '--data', '/var/lib/mqtt-broker', '--allow-anonymous', '--log=nats://log:4222'];
    const [broker] = modelOf(statefulSet).brokers;
    expect(broker).toMatchObject({ allowsAnonymousClients: true, sessionStore: 'replicated', keepaliveMaximum: Infinity, shutdownDelaySeconds: 0 });
    expect(broker.configured).toMatchObject({ place: "the command line of container 'companion'", operationsPort: undefined, logServers: ['nats://log:4222'], anonymousFound: 'authentication.anonymous: true' });
  });

  test('counts the pods of KEDA at its default maximum', () => {
    const { statefulSet } = productionManifests();
    const scaleTargetRef = { kind: 'StatefulSet', name: 'broker' };
    const scaledObject = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', metadata: { name: 'a', namespace: 'mqtt' }, spec: { scaleTargetRef } };
    expect(modelOf(statefulSet, scaledObject).brokers[0].maximumReplicas).toBe(100);
  });
});
