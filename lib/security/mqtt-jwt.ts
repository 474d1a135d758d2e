import type { Duration } from 'cdk8s';
import type { MqttFile } from './mqtt-file';
import type { MqttNetworkPeer } from './mqtt-network-peer';
import { checkOptions } from '../manifest/options';

/** Signature algorithms of tokens (RFC 7518 §3.1, RFC 8037, RFC 9864). */
export enum MqttJwtAlgorithm {
  /** RSASSA-PKCS1-v1_5 with SHA-256. */
  RS256 = 'RS256',
  /** RSASSA-PKCS1-v1_5 with SHA-384. */
  RS384 = 'RS384',
  /** RSASSA-PKCS1-v1_5 with SHA-512. */
  RS512 = 'RS512',
  /** RSASSA-PSS with SHA-256. */
  PS256 = 'PS256',
  /** RSASSA-PSS with SHA-384. */
  PS384 = 'PS384',
  /** RSASSA-PSS with SHA-512. */
  PS512 = 'PS512',
  /** ECDSA on P-256. */
  ES256 = 'ES256',
  /** ECDSA on P-384. */
  ES384 = 'ES384',
  /** ECDSA on P-521. */
  ES512 = 'ES512',
  /** Ed25519, by its older name. */
  EDDSA = 'EdDSA',
  /** Ed25519. */
  ED25519 = 'Ed25519',
  /** HMAC with SHA-256: whoever can verify a token can make one. */
  HS256 = 'HS256',
  /** HMAC with SHA-384: whoever can verify a token can make one. */
  HS384 = 'HS384',
  /** HMAC with SHA-512: whoever can verify a token can make one. */
  HS512 = 'HS512',
}

/** Options of keys that are fetched. */
export interface MqttJwtUrlOptions {
  /**
   * The authorities that signed the server's certificate.
   * @default - the public ones that Node.js trusts
   */
  readonly certificateAuthority?: MqttFile;

  /**
   * How often the keys are fetched, in whole seconds from 10 to 86,400. A token with an unknown key has them fetched at once, every 30 seconds at most. While they cannot be fetched, those
   * fetched before stay in use.
   * @default Duration.minutes(5)
   */
  readonly refreshInterval?: Duration;

  /**
   * Where the server is, for the brokers' NetworkPolicy, which cannot name hosts.
   * @default - any address, on the port of the URL
   */
  readonly peers?: MqttNetworkPeer[];
}

/** The keys that tokens are signed with. */
export class MqttJwtKeys {
  /**
   * A JWK Set (RFC 7517 §5) that the issuer publishes.
   *
   * @param url `https`, or `http` to a loopback address, as of a sidecar
   */
  public static fromUrl(url: string, options: MqttJwtUrlOptions = {}): MqttJwtKeys {
    checkOptions('MqttJwtKeys.fromUrl', options);
    return new MqttJwtKeys(url, undefined, options);
  }

  /** A JWK Set, or public keys or certificates in PEM. The broker notices a change by itself. A Secret where it holds a shared key (`oct`), for the HS algorithms. */
  public static fromFile(file: MqttFile): MqttJwtKeys {
    return new MqttJwtKeys(undefined, file);
  }

  private constructor(
    /** Where the keys are published. */
    public readonly url?: string,
    /** The file with the keys. */
    public readonly file?: MqttFile,
    /** @internal */
    public readonly _options: MqttJwtUrlOptions = {},
  ) {}
}

/** What a token must be like, and what is read from it. */
export interface MqttJwtOptions {
  /**
   * What the claim `iss` must be.
   * @default - it is not looked at
   */
  readonly issuer?: string;

  /**
   * What the claim `aud` must be or contain. Without it, a token that the issuer gave out for another service is accepted too.
   * @default - it is not looked at
   */
  readonly audience?: string;

  /**
   * Signature algorithms that are accepted. `HS256` and the like only with keys from a file.
   * @default - all but HS256, HS384 and HS512
   */
  readonly algorithms?: MqttJwtAlgorithm[];

  /**
   * Claim that names the user.
   * @default sub
   */
  readonly usernameClaim?: string;

  /**
   * Claim with access rules of the user, in the form of the access control list. They come before those of `authorization`.
   * @default - none
   */
  readonly aclClaim?: string;

  /**
   * Whether a client is disconnected when its token expires. Otherwise the token is looked at in CONNECT alone.
   * @default true
   */
  readonly disconnectOnExpiry?: boolean;

  /**
   * How far the clocks of issuer and broker may differ, in whole seconds up to 600.
   * @default Duration.seconds(30)
   */
  readonly clockTolerance?: Duration;
}
