import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { TlsConfiguration } from '../config/index.js';

/** What is wrong with the files of a TLS listener. */
export class TlsFilesError extends Error {}

/** What the files of a TLS listener hold. */
export type TlsContext = SecureContextOptions & { readonly cert: Buffer; readonly ca?: Buffer; readonly crl?: string[] };

/** Reads certificate, key, authorities and revocation lists, and makes sure that they fit together. Throws a TlsFilesError. */
export function readTlsContext(tls: TlsConfiguration): TlsContext {
  const options: TlsContext = {
    cert: readFileSync(tls.certificateFile),
    key: readFileSync(tls.privateKeyFile),
    minVersion: tls.minVersion,
    ...(tls.clientCaFile !== undefined && { ca: readAuthorities(tls.clientCaFile) }),
    ...(tls.crlFile !== undefined && { crl: readRevocationLists(tls.crlFile) }),
  };
  const attempt = (what: string, part: SecureContextOptions) => {
    try {
      createSecureContext(part);
    } catch (error) {
      throw new TlsFilesError(`${what}: ${(error as Error).message}`);
    }
  };
  attempt(`${tls.certificateFile} is not a certificate chain in PEM`, { cert: options.cert });
  attempt(`${tls.privateKeyFile} is not a private key in PEM without a passphrase`, { key: options.key });
  attempt(`${tls.privateKeyFile} is not the key of the certificate in ${tls.certificateFile}`, { cert: options.cert, key: options.key });
  return options;
}

/** Certificates of authorities, in PEM. OpenSSL takes a file without a good certificate for an empty list, which would refuse everybody. Throws a TlsFilesError. */
export function readAuthorities(file: string): Buffer {
  const pem = readFileSync(file);
  const certificates = pem.toString('latin1').match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g);
  if (certificates === null) throw new TlsFilesError(`${file} holds no certificate in PEM`);
  certificates.forEach((certificate, index) => {
    try {
      new X509Certificate(certificate);
    } catch (error) {
      throw new TlsFilesError(`${file}: certificate ${index + 1} of ${certificates.length} cannot be read: ${(error as Error).message}`);
    }
  });
  return pem;
}

/** One by one: Node.js takes the first list of a text and leaves the others out without a word. */
function readRevocationLists(file: string): string[] {
  const lists = readFileSync(file, 'latin1').match(/-----BEGIN X509 CRL-----[^]*?-----END X509 CRL-----/g);
  if (lists === null) throw new TlsFilesError(`${file} holds no revocation list in PEM (-----BEGIN X509 CRL-----)`);
  lists.forEach((list, index) => {
    try {
      createSecureContext({ crl: list });
    } catch (error) {
      throw new TlsFilesError(`${file}: revocation list ${index + 1} of ${lists.length} cannot be read: ${(error as Error).message}`);
    }
  });
  return lists;
}
