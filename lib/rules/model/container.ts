import type { Fields } from './fields';

export interface ContainerPort {
  readonly name?: string;
  readonly port: number;
  readonly hostPort?: number;
  readonly protocol: string;
}

/** A container of the pods. */
export class Container {
  private knownPorts?: ContainerPort[];

  constructor(public readonly fields: Fields) {}

  public get name(): string {
    return this.fields.at('name').text ?? '';
  }

  /** Where it stands in the manifest, for messages. */
  public get path(): string {
    return `container '${this.name}'`;
  }

  public get ports(): ContainerPort[] {
    return this.knownPorts ??= this.fields.at('ports').items.flatMap((port) => {
      const number = port.at('containerPort').number;
      return number === undefined ? [] : {
        name: port.at('name').text,
        port: number,
        hostPort: port.at('hostPort').number,
        protocol: port.at('protocol').text ?? 'TCP',
      };
    });
  }

  /** The port that a Service's `targetPort` or a probe's `port` means: by number, or by the name of a container port. */
  public port(reference: Fields): ContainerPort | undefined {
    return this.ports.find((port) => port.port === reference.value || (port.name !== undefined && port.name === reference.value));
  }

  /** How long the preStop hook holds the container back, in seconds. */
  public get preStopSeconds(): number {
    const preStop = this.fields.at('lifecycle', 'preStop');
    const words = preStop.at('exec', 'command').texts.flatMap((word) => word.split(/[\s;&]+/));
    const sleep = words.findIndex((word) => word === 'sleep' || word.endsWith('/sleep'));
    return preStop.at('sleep', 'seconds').number ?? (sleep >= 0 && Number(words[sleep + 1]) || 0);
  }
}
