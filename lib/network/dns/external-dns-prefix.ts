/**
 * Prefix of the annotations that ExternalDNS reads. Version 0.22 changed its default; before, it was another, and either can be set with `--annotation-prefix`
 * (https://kubernetes-sigs.github.io/external-dns/latest/docs/annotations/annotations/).
 */
export enum ExternalDnsPrefix {
  /** Both, so that an upgrade of ExternalDNS changes nothing: each version reads one, and ignores the other. */
  BOTH = 'both',
  /** `external-dns.kubernetes.io/`, the default since ExternalDNS 0.22. */
  CURRENT = 'external-dns.kubernetes.io/',
  /** `external-dns.alpha.kubernetes.io/`, the default before ExternalDNS 0.22. */
  ALPHA = 'external-dns.alpha.kubernetes.io/',
}
