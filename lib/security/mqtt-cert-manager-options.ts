import type { Duration } from 'cdk8s';

/** The issuer that signs a certificate. See https://cert-manager.io/docs/configuration/issuers/ */
export interface MqttIssuerReference {
  /** Name of the issuer. */
  readonly name: string;

  /**
   * Kind of the issuer: `Issuer` (of the cluster's namespace), `ClusterIssuer`, or what an external issuer calls itself.
   * @default Issuer
   */
  readonly kind?: string;

  /**
   * API group of the issuer.
   * @default cert-manager.io
   */
  readonly group?: string;
}

/** Algorithm and size of a private key: those that cert-manager makes (https://cert-manager.io/docs/reference/api-docs/#cert-manager.io/v1.CertificatePrivateKey). */
export enum MqttCertificateKey {
  /** ECDSA on the curve P-256: small and quick, for the broker and for devices. */
  ECDSA_P256 = 'ECDSA-256',
  /** ECDSA on the curve P-384. */
  ECDSA_P384 = 'ECDSA-384',
  /** RSA with 2048 bits, for devices that know nothing newer. A handshake costs the broker many times that of ECDSA. */
  RSA_2048 = 'RSA-2048',
  /** RSA with 4096 bits. */
  RSA_4096 = 'RSA-4096',
  /** Ed25519. Few public authorities sign it, and few devices verify it. */
  ED25519 = 'Ed25519',
}

/** Options of a certificate that cert-manager makes and renews. */
export interface MqttCertManagerCertificateOptions {
  /** Who signs the certificate. */
  readonly issuer: MqttIssuerReference;

  /**
   * DNS names besides those of the Services: what clients outside the Kubernetes cluster connect to.
   * @default - none
   */
  readonly dnsNames?: string[];

  /**
   * IP addresses that clients connect to. Few public authorities sign them.
   * @default - none
   */
  readonly ipAddresses?: string[];

  /**
   * Whether the certificate names the Services: the client Service as `name`, `name.namespace`, `name.namespace.svc` and with the cluster domain, and each pod
   * by the headless Service (`*.name-headless.namespace…`). Public authorities (ACME) sign no such names: set it to `false` for them.
   * @default true
   */
  readonly serviceNames?: boolean;

  /**
   * Domain of the Kubernetes cluster in DNS.
   * @default cluster.local
   */
  readonly clusterDomain?: string;

  /**
   * Name of the Secret that cert-manager writes, and of the Certificate.
   * @default - `<name>-tls`, where `<name>` is the cluster's
   */
  readonly secretName?: string;

  /**
   * How long each certificate is valid, in whole seconds, at least one hour. The issuer may give less.
   * @default - 90 days (cert-manager's)
   */
  readonly duration?: Duration;

  /**
   * How long before its end a certificate is renewed, in whole seconds, at least five minutes and less than the duration.
   * @default - a third of the duration (cert-manager's)
   */
  readonly renewBefore?: Duration;

  /**
   * Algorithm and size of the private key. Each renewal makes a new one.
   * @default MqttCertificateKey.ECDSA_P256
   */
  readonly privateKey?: MqttCertificateKey;
}
