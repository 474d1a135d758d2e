import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { TlsConfiguration } from '../config/index.js';

/** What is wrong with the files of a TLS listener. */
export class TlsFilesError extends Error {}

/** Reads certificate, key and authorities, and makes sure that they fit together. Throws a TlsFilesError. */
export function readTlsContext(tls: TlsConfiguration): SecureContextOptions {
  const options: SecureContextOptions = {
    cert: readFileSync(tls.certificateFile),
    key: readFileSync(tls.privateKeyFile),
    minVersion: tls.minVersion,
    ...(tls.clientCaFile !== undefined && { ca: readFileSync(tls.clientCaFile) }),
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
  if (tls.clientCaFile !== undefined) checkAuthorities(tls.clientCaFile, options.ca as Buffer, attempt);
  return options;
}

function checkAuthorities(file: string, pem: Buffer, attempt: (what: string, part: SecureContextOptions) => void): void {
  // OpenSSL takes an empty or foreign file for an empty list, which would refuse every client.
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new TlsFilesError(`${file} holds no certificate in PEM`);
  attempt(`${file} is not a list of certificates in PEM`, { ca: pem });
}
