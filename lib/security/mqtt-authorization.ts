import type { IConfigMap, ISecret } from 'cdk8s-plus-27';
import type { MqttSecretKeyOptions } from './mqtt-authentication';
import { checkOptions } from '../manifest/options';

/** Who may publish and subscribe to what. */
export class MqttAuthorization {
  /** Every client that may connect may use every topic, except those that begin with `$`. */
  public static allTopics(): MqttAuthorization {
    return new MqttAuthorization();
  }

  /** An access control list in a ConfigMap: rules in order, the first that matches decides, nothing is allowed by default. */
  public static aclFromConfigMap(configMap: IConfigMap, options: MqttSecretKeyOptions = {}): MqttAuthorization {
    checkOptions('MqttAuthorization.aclFromConfigMap', options);
    return new MqttAuthorization(options.key ?? 'acl.yaml', (configMap as IConfigMap | undefined)?.name);
  }

  /** An access control list in a Secret. */
  public static aclFromSecret(secret: ISecret, options: MqttSecretKeyOptions = {}): MqttAuthorization {
    checkOptions('MqttAuthorization.aclFromSecret', options);
    return new MqttAuthorization(options.key ?? 'acl.yaml', undefined, (secret as ISecret | undefined)?.name);
  }

  private constructor(
    /** Key that holds the access control list. */
    public readonly key?: string,
    /** Name of the ConfigMap that holds it. */
    public readonly configMapName?: string,
    /** Name of the Secret that holds it. */
    public readonly secretName?: string,
  ) {}
}
