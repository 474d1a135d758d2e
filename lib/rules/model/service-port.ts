import type { Fields } from './fields';
import type { ManifestObject } from './manifest-object';

/** A port of a Service. */
export class ServicePort {
  constructor(public readonly fields: Fields) {}

  public get port(): number | undefined {
    return this.fields.at('port').number;
  }

  public get name(): string | undefined {
    return this.fields.at('name').text;
  }

  /** Port number or name of a container port. */
  public get target(): Fields {
    const target = this.fields.at('targetPort');
    return target.exists ? target : this.fields.at('port');
  }

  /** For messages: `port 1883`, and its name where it has one. */
  public toString(): string {
    return `port ${this.port}${this.name === undefined ? '' : ` (${this.name})`}`;
  }
}

export function servicePorts(service: ManifestObject): ServicePort[] {
  return service.spec.at('ports').items.map((port) => new ServicePort(port));
}
