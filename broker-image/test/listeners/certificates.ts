import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

// The library's type is that of browsers, which this project does not load.
x509.cryptoProvider.set(webcrypto as never);

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export interface CertificateFiles {
  readonly certificateFile: string;
  readonly privateKeyFile: string;
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

  /** Writes NAME.pem and NAME.key; over earlier ones of that name. */
  async issue(name: string): Promise<CertificateFiles> {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: (++this.serial).toString(16).padStart(2, '0'),
      subject: `CN=${name}`,
      issuer: this.certificate.subject,
      publicKey: keys.publicKey,
      signingKey: this.keys.privateKey,
      signingAlgorithm: algorithm,
      ...validity(),
      extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }, { type: 'ip', value: '127.0.0.1' }])],
    });
    const files = { certificateFile: join(this.directory, `${name}.pem`), privateKeyFile: join(this.directory, `${name}.key`) };
    const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
    writeFileSync(files.certificateFile, certificate.toString('pem'));
    writeFileSync(files.privateKeyFile, `-----BEGIN PRIVATE KEY-----\n${key.replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`);
    return files;
  }
}

function validity(): { notBefore: Date; notAfter: Date } {
  const day = 24 * 60 * 60 * 1000;
  return { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + day) };
}
