import type { IConfigMap, ISecret } from 'cdk8s-plus-27';
import { checkOptions } from '../manifest/options';

/** Where in a Secret or ConfigMap the certificates stand. */
export interface MqttClientCaOptions {
  /**
   * Key that holds the certificates, in PEM.
   * @default ca.crt
   */
  readonly key?: string;
}

/**
 * The authorities that clients' certificates must be signed by. Every certificate that one of them signed lets its holder in, so that it should sign nothing
 * but clients' certificates.
 */
export class MqttClientCa {
  /** Certificates of authorities in a Secret. */
  public static fromSecret(secret: ISecret, options: MqttClientCaOptions = {}): MqttClientCa {
    checkOptions('MqttClientCa.fromSecret', options);
    return new MqttClientCa(options.key ?? 'ca.crt', (secret as ISecret | undefined)?.name);
  }

  /** Certificates of authorities in a ConfigMap, as trust-manager's Bundle writes it. They are public, so that no Secret is needed. */
  public static fromConfigMap(configMap: IConfigMap, options: MqttClientCaOptions = {}): MqttClientCa {
    checkOptions('MqttClientCa.fromConfigMap', options);
    return new MqttClientCa(options.key ?? 'ca.crt', undefined, (configMap as IConfigMap | undefined)?.name);
  }

  private constructor(
    /** Key that holds the certificates. */
    public readonly key: string,
    /** Name of the Secret that holds them. */
    public readonly secretName?: string,
    /** Name of the ConfigMap that holds them. */
    public readonly configMapName?: string,
  ) {}
}
