import type { ISecret } from 'cdk8s-plus-27';
import { checkOptions } from '../manifest/options';

/** Where a user name and password stand in a Secret. The defaults are those of the type `kubernetes.io/basic-auth`. */
export interface MqttMessageLogUserOptions {
  /**
   * Key of the user name.
   * @default username
   */
  readonly usernameKey?: string;

  /**
   * Key of the password. It may hold every character but a single quote and a line break: NATS reads it from a quoted text.
   * @default password
   */
  readonly passwordKey?: string;
}

/** Where a credentials file of NATS stands in a Secret. */
export interface MqttMessageLogCredentialsFileOptions {
  /**
   * Key of the file.
   * @default user.creds
   */
  readonly key?: string;
}

/** By what the brokers prove to the message log who they are. Always a reference: no password ever stands in a manifest. */
export class MqttMessageLogCredentials {
  /**
   * A user name and a password in a Secret. The log takes them from there too, so that there is one place to change them: then restart the log and the
   * brokers (`kubectl rollout restart`).
   */
  public static fromSecret(secret: ISecret, options: MqttMessageLogUserOptions = {}): MqttMessageLogCredentials {
    checkOptions('MqttMessageLogCredentials.fromSecret', options);
    return MqttMessageLogCredentials.user((secret as ISecret | undefined)?.name, options);
  }

  /** A credentials file (`.creds`: a user's JWT and its seed) in a Secret, for a NATS that exists and has an operator. Not for a log of the library's own. */
  public static credentialsFile(secret: ISecret, options: MqttMessageLogCredentialsFileOptions = {}): MqttMessageLogCredentials {
    checkOptions('MqttMessageLogCredentials.credentialsFile', options);
    return new MqttMessageLogCredentials((secret as ISecret | undefined)?.name, undefined, undefined, options.key ?? 'user.creds');
  }

  /** Everybody who reaches the log is let in. In production this is an error (MQTT-LOG-004). */
  public static none(): MqttMessageLogCredentials {
    return new MqttMessageLogCredentials();
  }

  /** @internal */
  public static _fromSecretName(secretName: string): MqttMessageLogCredentials {
    return MqttMessageLogCredentials.user(secretName, {});
  }

  private static user(secretName: string | undefined, { usernameKey = 'username', passwordKey = 'password' }: MqttMessageLogUserOptions): MqttMessageLogCredentials {
    return new MqttMessageLogCredentials(secretName, usernameKey, passwordKey);
  }

  private constructor(
    /** Name of the Secret; not set where everybody is let in. */
    public readonly secretName?: string,
    /** Key of the user name. */
    public readonly usernameKey?: string,
    /** Key of the password. */
    public readonly passwordKey?: string,
    /** Key of a credentials file. */
    public readonly credentialsKey?: string,
  ) {}
}
