import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { exportJWK, exportPKCS8, exportSPKI, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';
import type { CertificateFiles } from '../listeners/certificates.js';

export const now = () => Math.floor(Date.now() / 1000);

/** A key pair of somebody who signs tokens. */
export class Signer {
  private constructor(
    readonly algorithm: string,
    readonly kid: string | undefined,
    private readonly privateKey: CryptoKey | Uint8Array,
    readonly jwk: JWK,
    /** The public key in PEM; undefined for a shared secret. */
    readonly pem: string | undefined,
    readonly privatePem: string | undefined,
  ) {}

  static async create(algorithm = 'ES256', kid?: string): Promise<Signer> {
    const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
    return new Signer(algorithm, kid, privateKey, { ...(await exportJWK(publicKey)), ...(kid !== undefined && { kid }) }, await exportSPKI(publicKey), await exportPKCS8(privateKey));
  }

  static shared(algorithm: string, secret: Buffer, kid?: string): Signer {
    return new Signer(algorithm, kid, secret, { kty: 'oct', k: secret.toString('base64url'), ...(kid !== undefined && { kid }) }, undefined, undefined);
  }

  /** A token of alice that is valid for an hour, unless the claims say otherwise; a claim that is undefined is left out. */
  sign(claims: JWTPayload = {}, header: Record<string, unknown> = {}): Promise<string> {
    return new SignJWT({ sub: 'alice', exp: now() + 3600, ...claims })
      .setProtectedHeader({ alg: this.algorithm, ...(this.kid !== undefined && { kid: this.kid }), ...header })
      .sign(this.privateKey);
  }
}

export const keySet = (...signers: Signer[]) => JSON.stringify({ keys: signers.map(({ jwk }) => jwk) });

/** The HTTP server of an issuer; closed after the tests of the file. */
export class Issuer {
  /** Requests so far. */
  requests: IncomingMessage[] = [];

  private constructor(
    private readonly server: Server,
    private readonly protocol: 'http' | 'https',
    private answer: RequestListener,
  ) {}

  static async start(answer: string | RequestListener, tls?: CertificateFiles): Promise<Issuer> {
    const listener: RequestListener = (request, response) => issuer.handle(request, response);
    const server = tls ? createTlsServer({ cert: readFileSync(tls.certificateFile), key: readFileSync(tls.privateKeyFile) }, listener) : createServer(listener);
    const issuer = new Issuer(server, tls ? 'https' : 'http', () => undefined);
    issuer.answers(answer);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    after(() => {
      server.close();
      server.closeAllConnections();
    });
    return issuer;
  }

  get url(): string {
    return `${this.protocol}://localhost:${(this.server.address() as AddressInfo).port}/jwks`;
  }

  /** With a JWK Set, or whatever the listener does. */
  answers(answer: string | RequestListener): void {
    this.answer = typeof answer === 'string' ? (_request, response) => response.setHeader('Content-Type', 'application/json').end(answer) : answer;
  }

  private handle(request: IncomingMessage, response: ServerResponse): void {
    this.requests.push(request);
    void this.answer(request, response as Parameters<RequestListener>[1]);
  }
}
