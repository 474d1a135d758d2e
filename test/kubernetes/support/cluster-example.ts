import type { ServerCertificate } from './certificates';
import { applyCleanly, brokerPods, messageLogPods, rolledOut } from './deploy';
import { issueRequestedCertificates } from './issued-certificates';
import { applyObjects } from './kubectl';
import type { Pod, Service, StatefulSet } from './kubernetes-objects';
import { streamsOf } from './message-log';
import type { BrokerAddress } from './mqtt-clients';
import { createNamespace, removeNamespace } from './namespace';
import { Relay } from './relay';
import { SynthesizedApp } from './synthesized-app';

const APP = 'examples/production-cluster';
export const NODES = 3;
export const USER = { username: 'device', password: 'a password that no manifest carries' };
/** NATS must take it as it is: it looks like a number, and has what its configuration language and YAML know as special. */
export const LOG_USER = { username: 'brokers', password: '12345$"{}# \\' };

/** The example of a cluster, applied: three brokers and three nodes of their message log, with TLS and credentials. */
export class ClusterExample {
  /** Synthesizes it and makes its namespace; `apply` does the rest. */
  static async create(): Promise<ClusterExample> {
    const synthesized = await SynthesizedApp.synth(APP);
    const app = (await synthesized.forThisCluster()).without('Certificate');
    await createNamespace(app.namespace);
    try {
      return new ClusterExample(synthesized, app, await Relay.start(app.namespace));
    } catch (error) {
      await removeNamespace(app.namespace);
      throw error;
    }
  }

  readonly brokers: StatefulSet;
  readonly log: StatefulSet;
  readonly namespace: string;
  private certificates = new Map<string, ServerCertificate>();

  private constructor(private readonly synthesized: SynthesizedApp, readonly app: SynthesizedApp, readonly relay: Relay) {
    this.namespace = app.namespace;
    this.brokers = app.workload('mqtt-broker');
    this.log = app.workload('mqtt-message-log');
  }

  /** Makes the certificates and Secrets that it names, and applies it. */
  async apply(): Promise<void> {
    const { namespace } = this;
    this.certificates = await issueRequestedCertificates(this.synthesized);
    const secret = (name: string, stringData: object) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: 'Opaque', stringData });
    const passwords = await this.relay.exec(['node', '/app/build/main.js', 'hash-password', '--user', USER.username], USER.password);
    await applyObjects(secret('plant-passwords', { passwords }), secret('plant-log-credentials', LOG_USER));
    await applyCleanly(this.app);
  }

  async remove(): Promise<void> {
    this.relay.stop();
    await removeNamespace(this.namespace);
  }

  /** Where clients connect: the Service in front of all brokers. */
  get service(): BrokerAddress {
    const { name } = this.brokers.metadata;
    return { host: `${name}.${this.namespace}.svc`, port: this.mqttPort, ca: this.authority(name) };
  }

  get mqttPort(): number {
    return this.app.only<Service>('Service', ({ metadata }) => metadata.name === this.brokers.metadata.name).spec.ports[0].port;
  }

  /** One broker. */
  podAddress(ordinal: number): BrokerAddress {
    const { name } = this.brokers.metadata;
    return { ...this.service, host: `${name}-${ordinal}.${name}-headless.${this.namespace}.svc` };
  }

  /** Who signed the certificate of a StatefulSet's pods. */
  authority(statefulSet: string): string {
    return this.certificates.get(`${statefulSet}-tls`)!.ca;
  }

  get logNames(): string[] {
    return Array.from({ length: NODES }, (_, ordinal) => `${this.log.metadata.name}-${ordinal}`);
  }

  logHost(name: string): string {
    return `${name}.${this.log.metadata.name}-headless.${this.namespace}.svc`;
  }

  async brokerPods(): Promise<Pod[]> {
    return brokerPods(this.namespace);
  }

  async messageLogPods(): Promise<Pod[]> {
    return messageLogPods(this.namespace);
  }

  /** The pod of the message log that leads the stream of the operations. */
  async logLeader(): Promise<string> {
    for (const name of this.logNames) {
      const stream = (await streamsOf(this.relay, this.logHost(name))).find((each) => each.name.endsWith('-log'));
      if (stream?.cluster.leader) return stream.cluster.leader;
    }
    throw new Error('no node of the message log knows a leader of its stream');
  }

  async everythingReady(seconds: number): Promise<void> {
    for (const { metadata: { name } } of [this.brokers, this.log]) await rolledOut(this.namespace, name, seconds);
  }
}
