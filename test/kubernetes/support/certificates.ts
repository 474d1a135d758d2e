import { mkdtemp, readFile, rm, writeFile } from 'fs/promises';
import os from 'os';
import path from 'path';
import { runCommand } from './run-command';

export interface ServerCertificate {
  readonly ca: string;
  readonly certificate: string;
  readonly privateKey: string;
}

/** A certificate for these DNS names, from an authority of its own, for one day. Its holder may be given other uses than that of a server. */
export async function issueCertificate(names: string[], uses = ['serverAuth']): Promise<ServerCertificate> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'cdk8s-mqtt-certificates-'));
  const openssl = (...args: string[]) => runCommand('openssl', args, { cwd: folder });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  try {
    await openssl('req', '-x509', ...newKey, '-days', '1', '-subj', '/CN=cdk8s-mqtt test authority', '-keyout', 'ca.key', '-out', 'ca.crt');
    await openssl('req', ...newKey, '-subj', '/CN=mqtt-broker', '-keyout', 'tls.key', '-out', 'tls.csr');
    await writeFile(path.join(folder, 'extensions'), `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}\nextendedKeyUsage=${uses.join(',')}\n`);
    await openssl('x509', '-req', '-in', 'tls.csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '1', '-extfile', 'extensions', '-out', 'tls.crt');
    const read = (file: string) => readFile(path.join(folder, file), 'utf8');
    return { ca: await read('ca.crt'), certificate: await read('tls.crt'), privateKey: await read('tls.key') };
  } finally {
    await rm(folder, { recursive: true });
  }
}
