import type { PeerCertificate } from 'node:tls';
import type { CertificateName } from '../config/index.js';

/** How OpenSSL writes the types of alternative names, by the names of the configuration. */
const alternativeNameTypes: Record<Exclude<CertificateName, 'commonName'>, string> = { dns: 'DNS', email: 'email', uri: 'URI' };

/** The user that a client certificate names: undefined when it has no such name, or none that is clear. The certificate must be verified already. */
export function userOfCertificate(certificate: PeerCertificate, from: CertificateName): string | undefined {
  if (from === 'commonName') {
    // Node.js gives a list when the subject has several: there is no telling which of them the authority meant.
    const name: unknown = certificate.subject?.CN;
    return typeof name === 'string' && name !== '' ? name : undefined;
  }
  const name = alternativeNames(certificate.subjectaltname ?? '').find(({ type }) => type === alternativeNameTypes[from])?.value;
  return name === undefined || name === '' ? undefined : name;
}

/**
 * `DNS:a.example.com, URI:"urn:x, y"`: Node.js writes a value with a comma, a quote or a control character in it as a JSON string, so that it
 * cannot be taken for two names (CVE-2021-44532).
 */
function alternativeNames(text: string): { type: string; value: string | undefined }[] {
  return [...text.matchAll(/([^:,]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/gy)].map(([, type, value]) => ({ type: type!, value: value!.startsWith('"') ? parseQuoted(value!) : value! }));
}

function parseQuoted(text: string): string | undefined {
  try {
    return JSON.parse(text) as string;
  } catch {
    return undefined;
  }
}
