import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { goDuration } from './go-duration';
import { MqttCertificateKey, type MqttCertManagerCertificateOptions } from './mqtt-cert-manager-options';
import { renderManifest } from '../manifest/render-manifest';

export interface CertificateRequest {
  /** Name of the Secret, and of the Certificate. */
  readonly secretName: string;
  /** DNS names of the Services. */
  readonly serviceNames: string[];
  readonly labels: { [key: string]: string };
  readonly options: MqttCertManagerCertificateOptions;
  /** Whether its holder is a client too. @default false */
  readonly clientAuth?: boolean;
}

/** https://cert-manager.io/docs/reference/api-docs/#cert-manager.io/v1.Certificate */
export function renderCertificate(scope: Construct, id: string, request: CertificateRequest): ApiObject {
  const { secretName, serviceNames, labels, options, clientAuth } = request;
  const { issuer, dnsNames = [], ipAddresses, duration, renewBefore } = options;
  const names = [...new Set([...serviceNames, ...dnsNames])];
  const [algorithm, size] = (options.privateKey ?? MqttCertificateKey.ECDSA_P256).split('-');
  return renderManifest(scope, id, {
    gvk: { apiVersion: 'cert-manager.io/v1', kind: 'Certificate' },
    name: secretName,
    labels,
    fields: {
      spec: () => ({
        secretName,
        issuerRef: { name: issuer.name, kind: issuer.kind ?? 'Issuer', group: issuer.group ?? 'cert-manager.io' },
        ...(names.length > 0 ? { dnsNames: names } : {}),
        ...(ipAddresses ? { ipAddresses } : {}),
        ...(duration ? { duration: goDuration(duration) } : {}),
        ...(renewBefore ? { renewBefore: goDuration(renewBefore) } : {}),
        privateKey: {
          algorithm,
          ...(size === undefined ? {} : { size: Number(size) }),
          // What every TLS library reads for every algorithm; PKCS#1 knows RSA only.
          encoding: 'PKCS8',
          // The default since cert-manager 1.18; older ones keep the key for ever.
          rotationPolicy: 'Always',
        },
        // Key encipherment is for RSA key exchange: a key on a curve cannot do it.
        usages: ['digital signature', ...(algorithm === 'RSA' ? ['key encipherment'] : []), 'server auth', ...(clientAuth ? ['client auth'] : [])],
      }),
    },
  });
}
