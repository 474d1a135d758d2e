import { headlessServiceName } from './stateful-set';

/** Names under which clients inside the Kubernetes cluster reach the brokers: https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/ */
export function serviceNames(name: string, namespace: string, clusterDomain: string): string[] {
  const longer = [namespace, `${namespace}.svc`, `${namespace}.svc.${clusterDomain}`];
  return [
    name,
    ...longer.map((suffix) => `${name}.${suffix}`),
    // Each pod by itself. Not `*.<name>-headless`: TLS libraries match no wildcard directly below a single label.
    ...longer.map((suffix) => `*.${headlessServiceName(name)}.${suffix}`),
  ];
}
