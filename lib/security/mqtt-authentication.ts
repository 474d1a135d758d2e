import type { ISecret } from 'cdk8s-plus-27';

/** Where the key of a Secret is to be found. */
export interface MqttSecretKeyOptions {
  /**
   * Key of the Secret that holds the file.
   * @default - `passwords` for a password file, `acl.yaml` for an access control list
   */
  readonly key?: string;
}

/** Options of a password file. */
export interface MqttPasswordFileOptions extends MqttSecretKeyOptions {
  /**
   * Whether clients without a user name may connect as well.
   * @default false
   */
  readonly allowAnonymous?: boolean;
}

const PASSWORDS_KEY = 'passwords';

/** Who may connect. Always a reference: no password ever stands in a manifest. */
export class MqttAuthentication {
  /** Everybody may connect without a user name. In production this is an error (MQTT-SECURITY-001). */
  public static anonymous(): MqttAuthentication {
    return new MqttAuthentication(true);
  }

  /**
   * User names and password hashes, one `user:hash` a line, in a Secret. `hash-password` of the broker image makes the hashes.
   * The broker notices a change of the Secret by itself; connections stay.
   */
  public static passwordFile(secret: ISecret, options: MqttPasswordFileOptions = {}): MqttAuthentication {
    return new MqttAuthentication(options.allowAnonymous ?? false, (secret as ISecret | undefined)?.name, options.key ?? PASSWORDS_KEY);
  }

  /** @internal */
  public static _fromSecretName(secretName: string): MqttAuthentication {
    return new MqttAuthentication(false, secretName, PASSWORDS_KEY);
  }

  private constructor(
    /** Whether clients without a user name may connect. */
    public readonly allowsAnonymous: boolean,
    /** Name of the Secret with the password file. */
    public readonly secretName?: string,
    /** Key of the Secret that holds the password file. */
    public readonly secretKey?: string,
  ) {}
}
