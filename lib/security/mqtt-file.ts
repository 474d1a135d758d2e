import type { IConfigMap, ISecret } from 'cdk8s-plus-27';

/** A file that stands in a key of a Secret or ConfigMap. Always a reference: its content never stands in a manifest of this library. */
export class MqttFile {
  /** A key of a Secret. No other key of it reaches the pods. */
  public static fromSecret(secret: ISecret, key: string): MqttFile {
    return new MqttFile(key, (secret as ISecret | undefined)?.name);
  }

  /** A key of a ConfigMap, for what is public: certificates of authorities, lists of revoked certificates, public keys. */
  public static fromConfigMap(configMap: IConfigMap, key: string): MqttFile {
    return new MqttFile(key, undefined, (configMap as IConfigMap | undefined)?.name);
  }

  /** @internal */
  public static _fromSecretName(secretName: string, key: string): MqttFile {
    return new MqttFile(key, secretName);
  }

  private constructor(
    /** Key that holds the file. */
    public readonly key: string,
    /** Name of the Secret that holds it. */
    public readonly secretName?: string,
    /** Name of the ConfigMap that holds it. */
    public readonly configMapName?: string,
  ) {}
}
