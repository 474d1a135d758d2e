import { checkNames } from './option-checks';
import type { LoadBalancerPort, ServiceRequest } from './provider-definition';
import type { ArgumentErrors } from '../../manifest/arguments';

/** Options of a load balancer that can end TLS, whatever names its certificates. */
export interface TlsTermination {
  /** Whether it has a certificate. */
  readonly hasCertificate: boolean;
  /** The option that gives it one, for messages. */
  readonly certificateOption: string;
  readonly tlsListeners?: string[];
}

/** The ports at which the load balancer itself ends TLS. */
export function tlsPorts({ hasCertificate, tlsListeners }: TlsTermination, request: ServiceRequest): LoadBalancerPort[] {
  if (!hasCertificate) return [];
  return request.ports.filter(({ listener }) => !Array.isArray(tlsListeners) || tlsListeners.includes(listener));
}

/** That the listeners exist, and that there is something to end TLS with. */
export function checkTlsListeners(termination: TlsTermination, request: ServiceRequest, errors: ArgumentErrors): void {
  const { hasCertificate, certificateOption, tlsListeners } = termination;
  checkNames(errors, 'provider.tlsListeners', tlsListeners, "listener's name");
  if (!Array.isArray(tlsListeners)) return;
  if (!hasCertificate) {
    errors.add(`provider.tlsListeners is set, but there is no certificate to end TLS with: set provider.${certificateOption}, or leave provider.tlsListeners out`);
  }
  const known = request.ports.map(({ listener }) => listener);
  for (const listener of tlsListeners.filter((name) => typeof name === 'string' && !known.includes(name))) {
    errors.add(`provider.tlsListeners has '${listener}', which is no listener of this load balancer: it has ${known.join(', ')}`);
  }
}

/** For load balancers that go on in plain text. */
export function checkPlainBehindTls(termination: TlsTermination, request: ServiceRequest, errors: ArgumentErrors): void {
  for (const { listener } of tlsPorts(termination, request).filter(({ encrypted }) => encrypted)) {
    errors.add(`provider.${termination.certificateOption} ends TLS for the listener '${listener}', which expects TLS in the broker, and what is behind this load balancer is plain: `
      + `name the plain listeners in provider.tlsListeners, or leave provider.${termination.certificateOption} out and let TLS end in the broker`);
  }
}
