import type { ISecret } from 'cdk8s-plus-27';
import type { MqttCertManagerCertificateOptions } from './mqtt-cert-manager-options';
import type { MqttClientCa } from './mqtt-client-ca';
import type { MqttFile } from './mqtt-file';
import { checkOptions } from '../manifest/options';

/** Whether clients of a listener with TLS present a certificate of their own. */
export enum MqttClientCertificate {
  /** They are not asked for one. */
  NONE = 'none',
  /** They are asked; one that is presented must be valid. */
  REQUEST = 'request',
  /** Without a valid one the handshake fails. */
  REQUIRE = 'require',
}

/** Whether and how clients prove who they are by a certificate (mutual TLS). */
export interface MqttMutualTlsOptions {
  /**
   * Whether clients present a certificate.
   * @default MqttClientCertificate.NONE
   */
  readonly clientCertificate?: MqttClientCertificate;

  /**
   * The authorities that clients' certificates are verified against.
   * @default - the key `ca.crt` of the Secret with the broker's own certificate: whoever signed the broker's signs the clients' too
   */
  readonly clientCa?: MqttClientCa;

  /**
   * Lists of revoked certificates (CRL), in PEM: one of each authority in the chain of a client's certificate. A list past its time refuses every certificate of
   * its authority, so that something must renew it; the broker notices by itself.
   * @default - none: a certificate is good until it expires
   */
  readonly revocationList?: MqttFile;
}

/** Options of a certificate that is taken from a Secret. */
export interface MqttTlsSecretOptions extends MqttMutualTlsOptions {}

/** Options of a certificate that cert-manager makes, and of the listeners that use it. */
export interface MqttTlsCertManagerOptions extends MqttCertManagerCertificateOptions, MqttMutualTlsOptions {}

/** Where a listener's certificate comes from. Always a reference: no key material ever stands in a manifest. */
export class MqttTls {
  /**
   * A Secret of type `kubernetes.io/tls` with `tls.crt` and `tls.key`. The broker notices a renewed certificate by itself: connections stay, new ones get the
   * new certificate.
   */
  public static fromSecret(secret: ISecret, options: MqttTlsSecretOptions = {}): MqttTls {
    checkOptions('MqttTls.fromSecret', options);
    return new MqttTls((secret as ISecret | undefined)?.name, options);
  }

  /**
   * A certificate that cert-manager makes and renews: the cluster gets a `Certificate` (cert-manager.io/v1) with the names of its Services. The broker
   * notices a renewed certificate by itself: connections stay, new ones get the new certificate. Listeners may share one.
   */
  public static fromCertManager(options: MqttTlsCertManagerOptions): MqttTls {
    return new MqttTls((options as MqttTlsCertManagerOptions | undefined)?.secretName, options ?? {}, options ?? ({} as MqttTlsCertManagerOptions));
  }

  /** @internal */
  public static _fromSecretName(secretName: string): MqttTls {
    return new MqttTls(secretName, {});
  }

  /** Whether clients present a certificate. */
  public readonly clientCertificate: MqttClientCertificate;

  /** The authorities that clients' certificates are verified against; not set where `ca.crt` of the certificate's own Secret is used. */
  public readonly clientCa?: MqttClientCa;

  /** Lists of revoked certificates. */
  public readonly revocationList?: MqttFile;

  /** @internal */
  public readonly _certManager?: MqttCertManagerCertificateOptions;

  private constructor(
    /** Name of the Secret; not set where it is named after the cluster. */
    public readonly secretName: string | undefined,
    mutualTls: MqttMutualTlsOptions,
    certManager?: MqttCertManagerCertificateOptions,
  ) {
    this.clientCertificate = mutualTls.clientCertificate ?? MqttClientCertificate.NONE;
    this.clientCa = mutualTls.clientCa;
    this.revocationList = mutualTls.revocationList;
    this._certManager = certManager;
  }
}
