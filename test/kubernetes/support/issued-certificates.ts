import { issueCertificate, ServerCertificate } from './certificates';
import { applyObjects } from './kubectl';
import type { Certificate } from './kubernetes-objects';
import type { SynthesizedApp } from './synthesized-app';

/**
 * Does what cert-manager would for an app: makes a certificate for each request, with the names and uses that it asks for, and writes the Secret. Gives the certificates by
 * the names of these Secrets.
 */
export async function issueRequestedCertificates(app: SynthesizedApp): Promise<Map<string, ServerCertificate>> {
  const issued = new Map<string, ServerCertificate>();
  for (const { spec: { secretName, dnsNames, usages }, metadata: { namespace } } of app.all<Certificate>('Certificate')) {
    const uses = [...(usages.includes('server auth') ? ['serverAuth'] : []), ...(usages.includes('client auth') ? ['clientAuth'] : [])];
    const certificate = await issueCertificate(dnsNames, uses);
    await applyObjects({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: secretName, namespace },
      type: 'kubernetes.io/tls',
      stringData: { 'tls.crt': certificate.certificate, 'tls.key': certificate.privateKey, 'ca.crt': certificate.ca },
    });
    issued.set(secretName, certificate);
  }
  return issued;
}
