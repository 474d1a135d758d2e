import type { Duration } from 'cdk8s';
import type { ISecret } from 'cdk8s-plus-27';
import type { MqttJwtKeys, MqttJwtOptions } from './mqtt-jwt';
import { checkOptions } from '../manifest/options';

/** Where the key of a Secret is to be found. */
export interface MqttSecretKeyOptions {
  /**
   * Key of the Secret that holds the file.
   * @default - `passwords` for a password file, `acl.yaml` for an access control list
   */
  readonly key?: string;
}

/** What happens after wrong passwords. They are counted for each user name and remote address (IPv6: its /64 network). */
export interface MqttBackoffOptions {
  /**
   * Wrong passwords within the window after which a user name is refused from that address, unchecked; ten times as many of whatever user names refuse the address itself,
   * but for users that have been let in from it. 0 turns the back-off off, as is needed where a proxy hides the addresses of clients.
   * @default 10
   */
  readonly failures?: number;

  /**
   * In which failures are counted together, in whole seconds, up to a day.
   * @default Duration.seconds(60)
   */
  readonly window?: Duration;

  /**
   * How long the first refusal lasts, in whole seconds, up to a day; each that follows lasts twice as long as the one before.
   * @default Duration.seconds(60)
   */
  readonly firstRefusal?: Duration;

  /**
   * Longest refusal, in whole seconds, up to a day. As long without a wrong password forgets the refusals.
   * @default Duration.minutes(10)
   */
  readonly longestRefusal?: Duration;
}

/** Options of a password file. */
export interface MqttPasswordFileOptions extends MqttSecretKeyOptions {
  /**
   * Whether clients without a user name may connect as well.
   * @default false
   */
  readonly allowAnonymous?: boolean;

  /**
   * What happens after wrong passwords.
   * @default - after 10 within a minute, a user name is refused from that address for a minute, then for 2, 4, 8 and 10
   */
  readonly backoff?: MqttBackoffOptions;
}

/** What of a client's certificate names the user. */
export enum MqttCertificateUser {
  /** The common name of its subject. */
  COMMON_NAME = 'commonName',
  /** The first alternative name of the type DNS. */
  DNS = 'dns',
  /** The first alternative name of the type e-mail. */
  EMAIL = 'email',
  /** The first alternative name of the type URI, as SPIFFE writes it. */
  URI = 'uri',
}

/** A way in which clients say who they are, as a listener may be limited to some of them. */
export enum MqttAuthenticationMethod {
  /** Not at all. */
  ANONYMOUS = 'anonymous',
  /** By user name and password. */
  PASSWORD = 'password',
  /** By a signed token in the password field. */
  JWT = 'jwt',
  /** By a certificate. */
  CERTIFICATE = 'certificate',
}

const PASSWORDS_KEY = 'passwords';

/** Who may connect. Always a reference: no password ever stands in a manifest. */
export class MqttAuthentication {
  /** Everybody may connect without a user name. In production this is an error (MQTT-SECURITY-001). */
  public static anonymous(): MqttAuthentication {
    return new MqttAuthentication({ allowsAnonymous: true });
  }

  /**
   * User names and password hashes, one `user:hash` a line, in a Secret. `hash-password` of the broker image makes the hashes.
   * The broker notices a change of the Secret by itself; connections stay.
   */
  public static passwordFile(secret: ISecret, options: MqttPasswordFileOptions = {}): MqttAuthentication {
    checkOptions('MqttAuthentication.passwordFile', options);
    return new MqttAuthentication({
      allowsAnonymous: options.allowAnonymous ?? false,
      secretName: (secret as ISecret | undefined)?.name,
      secretKey: options.key ?? PASSWORDS_KEY,
      backoff: options.backoff,
    });
  }

  /**
   * Signed JSON Web Tokens in the password field of CONNECT. A claim names the user; the user name that the client writes is not looked at. A token must have an
   * expiry (`exp`), and a client is disconnected when its token expires.
   */
  public static jwt(keys: MqttJwtKeys, options: MqttJwtOptions = {}): MqttAuthentication {
    return new MqttAuthentication({ allowsAnonymous: false, jwt: { keys, options } });
  }

  /**
   * Certificates of clients name their users, without a password. Needs a listener with TLS that asks for one (`clientCertificate`
   * REQUEST or REQUIRE): whoever has a certificate of its authorities is let in.
   */
  public static clientCertificate(user: MqttCertificateUser = MqttCertificateUser.COMMON_NAME): MqttAuthentication {
    return new MqttAuthentication({ allowsAnonymous: false, certificateUser: user });
  }

  /**
   * Several ways beside each other, each at most once. The broker looks at a certificate first, then at a password that looks like a token, then at user name and password. A
   * listener may be limited to some of them (`authentication` of the listener).
   */
  public static anyOf(ways: MqttAuthentication[]): MqttAuthentication {
    const none: Methods = { allowsAnonymous: false, isNone: true };
    const given = Array.isArray(ways) ? ways.map((way) => (way as MqttAuthentication | undefined)?._methods ?? none) : [];
    const defined = given.map((methods) => Object.fromEntries(Object.entries(methods).filter(([, value]) => value !== undefined)));
    return new MqttAuthentication({
      ...Object.assign({}, ...defined) as Methods,
      allowsAnonymous: given.some(({ allowsAnonymous }) => allowsAnonymous),
      problems: [
        ...given.length === 0 ? ['is an empty list: nobody could connect'] : [],
        ...given.some(({ isNone }) => isNone) ? ['has an entry that is no MqttAuthentication'] : [],
        ...given.flatMap(({ problems }) => problems ?? []),
        ...twice(given, 'secretKey', 'password files'),
        ...twice(given, 'jwt', 'kinds of tokens'),
        ...twice(given, 'certificateUser', 'kinds of client certificates'),
      ],
    });
  }

  /** @internal */
  public static _fromSecretName(secretName: string): MqttAuthentication {
    return new MqttAuthentication({ allowsAnonymous: false, secretName, secretKey: PASSWORDS_KEY });
  }

  /** Whether clients without a user name may connect. */
  public readonly allowsAnonymous: boolean;

  /** Name of the Secret with the password file. */
  public readonly secretName?: string;

  /** Key of the Secret that holds the password file. */
  public readonly secretKey?: string;

  /** @internal */
  public readonly _methods: Methods;

  private constructor(methods: Methods) {
    this._methods = methods;
    this.allowsAnonymous = methods.allowsAnonymous;
    this.secretName = methods.secretName;
    this.secretKey = methods.secretKey;
  }

  /** The ways that are set up, for listeners to choose from. */
  public get methods(): MqttAuthenticationMethod[] {
    const { secretKey, jwt, certificateUser } = this._methods;
    return [
      ...this.allowsAnonymous ? [MqttAuthenticationMethod.ANONYMOUS] : [],
      ...secretKey === undefined ? [] : [MqttAuthenticationMethod.PASSWORD],
      ...jwt === undefined ? [] : [MqttAuthenticationMethod.JWT],
      ...certificateUser === undefined ? [] : [MqttAuthenticationMethod.CERTIFICATE],
    ];
  }
}

/** What is set up; each part is undefined where it is not. */
interface Methods {
  readonly allowsAnonymous: boolean;
  readonly secretName?: string;
  readonly secretKey?: string;
  readonly backoff?: MqttBackoffOptions;
  readonly jwt?: { readonly keys: MqttJwtKeys; readonly options: MqttJwtOptions };
  readonly certificateUser?: MqttCertificateUser;
  /** What is wrong with a combination, for the cluster to report. */
  readonly problems?: string[];
  readonly isNone?: boolean;
}

function twice(ways: Methods[], part: keyof Methods, what: string): string[] {
  const count = ways.filter((methods) => methods[part] !== undefined).length;
  return count > 1 ? [`has ${count} ${what}: the broker takes one`] : [];
}
