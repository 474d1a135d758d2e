import type { ISecret } from 'cdk8s-plus-27';

/** Whether clients of a listener with TLS present a certificate of their own. */
export enum MqttClientCertificate {
  /** They are not asked for one. */
  NONE = 'none',
  /** They are asked; one that is presented must be valid. */
  REQUEST = 'request',
  /** Without a valid one the handshake fails. */
  REQUIRE = 'require',
}

/** Options of a certificate that is taken from a Secret. */
export interface MqttTlsSecretOptions {
  /**
   * Whether clients present a certificate. `REQUEST` and `REQUIRE` verify it against the key `ca.crt` of the same Secret.
   * @default MqttClientCertificate.NONE
   */
  readonly clientCertificate?: MqttClientCertificate;
}

/** Where a listener's certificate comes from. Always a reference: no key material ever stands in a manifest. */
export class MqttTls {
  /**
   * A Secret of type `kubernetes.io/tls` with `tls.crt` and `tls.key` (and `ca.crt` to verify clients), for example one that cert-manager keeps.
   * The broker notices a renewed certificate by itself: connections stay, new ones get the new certificate.
   */
  public static fromSecret(secret: ISecret, options: MqttTlsSecretOptions = {}): MqttTls {
    return new MqttTls(secret.name, options.clientCertificate ?? MqttClientCertificate.NONE);
  }

  /** @internal */
  public static _fromSecretName(secretName: string): MqttTls {
    return new MqttTls(secretName, MqttClientCertificate.NONE);
  }

  private constructor(
    /** Name of the Secret. */
    public readonly secretName: string,
    /** Whether clients present a certificate. */
    public readonly clientCertificate: MqttClientCertificate,
  ) {}
}
