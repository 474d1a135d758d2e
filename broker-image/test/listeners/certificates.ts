import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

// The library's type is that of browsers, which this project does not load.
x509.cryptoProvider.set(webcrypto as never);

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export interface CertificateFiles {
  readonly certificateFile: string;
  readonly privateKeyFile: string;
}

/** What a certificate says about who it is for. */
export interface CertificateNames {
  readonly subject?: string;
  readonly alternative?: readonly { readonly type: 'dns' | 'ip' | 'email' | 'url'; readonly value: string }[];
}

/** A certificate authority of one test. */
export class Authority {
  private serial = 1;

  private constructor(
    private readonly certificate: x509.X509Certificate,
    private readonly keys: webcrypto.CryptoKeyPair,
    readonly directory: string,
  ) {}

  static async create(directory: string, name: string): Promise<Authority> {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      name: `CN=${name}`,
      keys,
      signingAlgorithm: algorithm,
      ...validity(),
      extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
    });
    const authority = new Authority(certificate, keys, directory);
    mkdirSync(directory, { recursive: true });
    writeFileSync(authority.file, authority.pem);
    return authority;
  }

  get pem(): string {
    return this.certificate.toString('pem');
  }

  get file(): string {
    return join(this.directory, 'ca.pem');
  }

  get revocationFile(): string {
    return join(this.directory, 'crl.pem');
  }

  /** Writes the revocation list: these certificates and no others are revoked. */
  async revoke(certificates: readonly CertificateFiles[], { nextUpdate = validity().notAfter } = {}): Promise<string> {
    const list = await x509.X509CrlGenerator.create({
      issuer: this.certificate.subject,
      thisUpdate: validity().notBefore,
      nextUpdate,
      entries: certificates.map(({ certificateFile }) => ({ serialNumber: new x509.X509Certificate(readFileSync(certificateFile, 'utf8')).serialNumber, revocationDate: new Date() })),
      signingAlgorithm: algorithm,
      signingKey: this.keys.privateKey,
    });
    // The library's own PEM is labelled CRL, which neither RFC 7468 nor OpenSSL knows.
    writeFileSync(this.revocationFile, pem('X509 CRL', list.toString('base64')));
    return this.revocationFile;
  }

  /** Writes NAME.pem and NAME.key; over earlier ones of that name. */
  async issue(name: string, { subject = `CN=${name}`, alternative = [{ type: 'dns', value: 'localhost' }, { type: 'ip', value: '127.0.0.1' }], notAfter = validity().notAfter }: CertificateNames & { readonly notAfter?: Date } = {}): Promise<CertificateFiles> {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: (++this.serial).toString(16).padStart(2, '0'),
      subject,
      issuer: this.certificate.subject,
      publicKey: keys.publicKey,
      signingKey: this.keys.privateKey,
      signingAlgorithm: algorithm,
      ...validity(),
      notAfter,
      extensions: alternative.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension([...alternative])],
    });
    const files = { certificateFile: join(this.directory, `${name}.pem`), privateKeyFile: join(this.directory, `${name}.key`) };
    const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
    writeFileSync(files.certificateFile, certificate.toString('pem'));
    writeFileSync(files.privateKeyFile, pem('PRIVATE KEY', key));
    return files;
  }
}

function pem(label: string, base64: string): string {
  return `-----BEGIN ${label}-----\n${base64.match(/.{1,64}/g)!.join('\n')}\n-----END ${label}-----\n`;
}

function validity(): { notBefore: Date; notAfter: Date } {
  const day = 24 * 60 * 60 * 1000;
  return { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + day) };
}
