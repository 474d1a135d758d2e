import { ApiObject } from 'cdk8s';
import type { MqttDnsNameOptions } from './mqtt-dns-name-options';
import { type NameAnnotation, publishName } from './publish';
import { show } from '../../manifest/arguments';

/** Names that ExternalDNS (https://kubernetes-sigs.github.io/external-dns/) publishes for a Service. */
export class MqttDnsName {
  /**
   * Publishes a name for a Service. What it leads to depends on the Service:
   *
   * - of type LoadBalancer: the address of the load balancer;
   * - headless: the addresses of all pods, and `<pod>.<hostname>` for each pod;
   * - of type ClusterIP: its address inside the Kubernetes cluster (`internal-hostname`).
   *
   * Can be called several times. TTL, targets and set identifier count for all names of the Service: set them once, or alike.
   *
   * @param service the Service, for example `cluster.headlessService`
   * @param hostname for example `mqtt.example.com`; lower case, with a domain, at most 253 characters in labels of at most 63 (RFC 1123). The first label may be `*`,
   *   except for a headless Service
   * @throws if an argument cannot work, or another object of the app has the name: one error that names everything.
   */
  public static addTo(service: ApiObject, hostname: string, options: MqttDnsNameOptions = {}): void {
    if (!ApiObject.isApiObject(service) || service.kind !== 'Service') {
      throw new Error(`MqttDnsName.addTo: service is ${ApiObject.isApiObject(service) ? `a ${service.kind}` : show(service)}, but must be the ApiObject of a Service`);
    }
    publishName(service, hostname, options, annotationFor(service.toJson().spec ?? {}));
  }

  private constructor() {}
}

/** https://kubernetes-sigs.github.io/external-dns/latest/docs/sources/service/ */
function annotationFor(spec: { type?: string; clusterIP?: string }): NameAnnotation {
  const isClusterIp = (spec.type ?? 'ClusterIP') === 'ClusterIP';
  const perPod = isClusterIp && spec.clusterIP === 'None';
  return { key: isClusterIp && !perPod ? 'internal-hostname' : 'hostname', perPod, readsTargets: true };
}
