import type { BrokerWorkload } from './broker-workload';
import { CommandLine } from './command-line';
import { Container } from './container';
import { declared, Declared } from './declared';
import type { Fields } from './fields';
import type { ManifestObject } from './manifest-object';
import { mountedFile } from './mounted-file';
import { NatsConfiguration } from './nats-configuration';
import { PodTemplate } from './pod-template';
import { Annotations } from '../../manifest/annotations';

/** Where clients of NATS connect unless nats.conf says otherwise. */
const CLIENT_PORT = 4222;
/** Where nodes of NATS connect to each other. */
const ROUTE_PORT = 6222;
/** Spellings of the option that names nats.conf. */
const CONFIGURATION_OPTIONS = ['-c', '--config', '-config'];

/** Whether an object is the workload of a message log. */
export function isMessageLog(object: ManifestObject): boolean {
  return Annotations.MESSAGE_LOG_ENGINE in object.annotations && object.spec.at('template', 'spec').isMap;
}

/** The workload of a message log, and what belongs to it. */
export class MessageLogWorkload {
  /** The brokers that name it. */
  public readonly brokers: BrokerWorkload[] = [];
  public readonly disruptionBudgets: ManifestObject[] = [];
  public readonly networkPolicies: ManifestObject[] = [];
  public readonly pods: PodTemplate;
  /** @default - nats.conf is not among the objects */
  public configuration?: NatsConfiguration;
  /** The ConfigMap that nats.conf stands in. */
  public configurationObject?: ManifestObject;

  constructor(public readonly object: ManifestObject) {
    this.pods = new PodTemplate(object.spec.at('template'), object.namespace);
  }

  /** Reads the configuration that the container is started with. */
  public configure(findConfigMap: (name: string) => ManifestObject | undefined): void {
    const { container } = this;
    const [path] = container ? new CommandLine(container).valuesOf(...CONFIGURATION_OPTIONS) : [];
    const file = path === undefined ? undefined : mountedFile(this.pods, container!, path);
    this.configurationObject = file && findConfigMap(file.configMap);
    const text = file && this.configurationObject?.fields.at('data', file.key).text;
    this.configuration = text === undefined ? undefined : new NatsConfiguration(text);
  }

  public get spec(): Fields {
    return this.object.spec;
  }

  public get nodes(): number {
    return this.spec.at('replicas').number ?? 1;
  }

  public get isProduction(): boolean {
    return declared(this.object, Declared.profile) === 'production';
  }

  /** The first container, by the same convention as `kubectl logs`. */
  public get container(): Container | undefined {
    return this.pods.containers[0];
  }

  /** The port that brokers connect to. */
  public get clientPort(): number {
    return this.portNamed('nats') ?? CLIENT_PORT;
  }

  /** The port that the nodes connect to each other by. */
  public get routePort(): number {
    return this.portNamed('cluster') ?? ROUTE_PORT;
  }

  /** The claim template that the container mounts; the log has no other. */
  public get claim(): Fields | undefined {
    const mounted = this.container?.fields.at('volumeMounts').items.map((mount) => mount.at('name').text);
    return this.spec.at('volumeClaimTemplates').items.find((claim) => mounted?.includes(claim.at('metadata', 'name').text));
  }

  private portNamed(port: string): number | undefined {
    return this.container?.ports.find(({ name }) => name === port)?.port;
  }
}
