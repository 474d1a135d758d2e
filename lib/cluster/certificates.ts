import { type ApiObject, Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { renderCertificate } from '../security/render-certificate';
import type { ClusterIntent } from '../workload/cluster-intent';
import { serviceNames } from '../workload/service-names';

/** One Certificate for each that cert-manager is asked for, however many listeners share it. */
export function renderCertificates(scope: Construct, name: string, { listeners, certificates, labels }: ClusterIntent): ApiObject[] {
  const { namespace } = Chart.of(scope);
  const requests = new Map(listeners.flatMap(({ name: listener, certificate }) => (
    certificate?._certManager ? [[certificate, certificates[listener].secretName] as const] : []
  )));
  return [...requests].map(([{ secretName: givenName, _certManager: options }, secretName]) => {
    const { serviceNames: named = true, clusterDomain = 'cluster.local' } = options!;
    // The default's id has no name in it: naming a second certificate must not change the first.
    return renderCertificate(scope, givenName === undefined ? 'Certificate' : `Certificate-${givenName}`, {
      secretName,
      serviceNames: named ? serviceNames(name, namespace!, clusterDomain) : [],
      labels,
      options: options!,
    });
  });
}
