import { inPod } from './support/broker-pod';
import { applyCleanly, brokerPods, restarted, rolledOut } from './support/deploy';
import { get } from './support/kubectl';
import type { Manifest, Pod, Service, StatefulSet } from './support/kubernetes-objects';
import { expectHealthChecks, giveAddress } from './support/load-balancer';
import { BrokerAddress, connected, expectRoundTrip, mqttClient } from './support/mqtt-clients';
import { createNamespace, removeNamespace } from './support/namespace';
import { watchEnding } from './support/pod-watch';
import { progress } from './support/progress';
import { Relay } from './support/relay';
import { tryCommand } from './support/run-command';
import { steps } from './support/steps';
import { SynthesizedApp } from './support/synthesized-app';

const APP = 'test/kubernetes/apps/changing';
const CHECKSUM = 'cdk8s-mqtt/configuration-checksum';

describe('an app that changes', () => {
  let app: SynthesizedApp;
  let namespace: string | undefined;
  let statefulSet: StatefulSet;
  let loadBalancer: Service;
  let relay: Relay;
  const step = steps(() => namespace);

  afterAll(async () => {
    relay?.stop();
    if (namespace !== undefined) await removeNamespace(namespace);
  }, 300_000);

  const synth = async (sessionExpiryHours: number) => (await SynthesizedApp.synth(APP, { SESSION_EXPIRY_HOURS: String(sessionExpiryHours) })).forThisCluster();
  const workload = () => get<StatefulSet>('statefulset', statefulSet.metadata.name, `--namespace=${namespace}`);
  const pod = async (): Promise<Pod> => (await brokerPods(namespace!))[0];
  const address = (): BrokerAddress => ({ host: `${statefulSet.metadata.name}.${namespace}.svc`, port: 1883 });

  step('it rolls out', 240, async () => {
    app = await synth(1);
    statefulSet = app.workload('mqtt-broker');
    loadBalancer = app.only<Service>('Service', ({ spec }) => spec.type === 'LoadBalancer');
    await createNamespace(app.namespace);
    namespace = app.namespace;
    await applyCleanly(app);
    await rolledOut(namespace, statefulSet.metadata.name, 120);
    relay = await Relay.start(namespace);
  });

  step('under externalTrafficPolicy Local, the node with the broker is the healthy one, and the load balancer\'s address leads there', 60, async () => {
    await expectHealthChecks(relay, loadBalancer.metadata.name, [(await pod()).spec.nodeName]);
    const client = mqttClient(relay, { ...address(), address: await giveAddress(namespace!, loadBalancer.metadata.name) }, { reconnectPeriod: 1000 });
    await connected(client);
    await expectRoundTrip(client, 'load-balancer');
    await client.endAsync();
  });

  step('applied again without a change, nothing moves', 90, async () => {
    const before = { workload: await workload(), pod: await pod() };
    await applyCleanly(await synth(1));
    await rolledOut(namespace!, statefulSet.metadata.name, 30);
    expect((await workload()).metadata.generation).toBe(before.workload.metadata.generation);
    expect((await pod()).metadata.uid).toBe(before.pod.metadata.uid);
  });

  step('a change of the configuration rolls the pod, which says goodbye to its clients and ends with exit code 0', 180, async () => {
    const before = await pod();
    const changed = await synth(2);
    const client = mqttClient(relay, address(), { clientId: 'there-until-the-end' });
    await connected(client);
    const goodbye = new Promise<number>((resolve) => client.once('close', () => resolve(Date.now())));
    const graceSeconds = before.spec.terminationGracePeriodSeconds;
    const ending = watchEnding(namespace!, before.metadata.name, graceSeconds + 30);

    const log = tryCommand('kubectl', ['logs', '--follow', before.metadata.name, `--namespace=${namespace}`], { seconds: graceSeconds + 30 });

    await changed.apply();
    const [{ askedAt, endedAt, exitCode }, closedAt] = await Promise.all([ending, goodbye]);
    const seconds = (milliseconds: number) => milliseconds / 1000;
    progress(`connection closed after ${seconds(closedAt - askedAt)} s, container ended after ${seconds(endedAt - askedAt)} s of ${graceSeconds} s, exit code ${exitCode}`);
    expect(exitCode).toBe(0);
    expect(seconds(closedAt - askedAt)).toBeLessThan(graceSeconds);
    expect((await log).stdout).toContain('"event":"broker.stopped"');
    await client.endAsync(true);

    const after = await restarted(before, 90);
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
    expect(after.metadata.annotations![CHECKSUM]).toMatch(/^[0-9a-f]{64}$/);
    expect(after.metadata.annotations![CHECKSUM]).not.toBe(before.metadata.annotations![CHECKSUM]);

    const { data } = changed.only<Manifest & { data: Record<string, string> }>('ConfigMap');
    const [[file, wanted]] = Object.entries(data);
    expect(await inPod(namespace!, after.metadata.name, `process.stdout.write(fs.readFileSync('/etc/mqtt-broker/configuration/${file}', 'utf8'))`)).toBe(wanted);
    expect(wanted).toContain('expirySeconds: 7200');
  });
});
