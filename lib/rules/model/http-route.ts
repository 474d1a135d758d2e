import type { Fields } from './fields';
import type { ManifestObject } from './manifest-object';

/** A port of a Service that HTTP requests are led to. */
export interface HttpBackend {
  readonly service: string;
  readonly namespace: string;
  /** Number or name. */
  readonly port: Fields;
}

/** Whether the object leads HTTP requests, and nothing else, to Services. */
export function isHttpRoute(object: ManifestObject): boolean {
  return isIngress(object) || object.is('gateway.networking.k8s.io', 'HTTPRoute');
}

export function isIngress(object: ManifestObject): boolean {
  return object.is('networking.k8s.io', 'Ingress');
}

/** Where it leads to (https://kubernetes.io/docs/reference/kubernetes-api/service-resources/ingress-v1/, https://gateway-api.sigs.k8s.io/reference/spec/#httproute). */
export function httpBackends(route: ManifestObject): HttpBackend[] {
  const rules = route.spec.at('rules').items;
  const backends = isIngress(route)
    ? [route.spec.at('defaultBackend'), ...rules.flatMap((rule) => rule.at('http', 'paths').items).map((path) => path.at('backend'))].map((backend) => {
      const number = backend.at('service', 'port', 'number');
      return { name: backend.at('service', 'name'), namespace: route.namespace, port: number.exists ? number : backend.at('service', 'port', 'name') };
    })
    : rules.flatMap((rule) => rule.at('backendRefs').items).map((backend) => ({
      name: backend.at('name'), namespace: backend.at('namespace').text ?? route.namespace, port: backend.at('port'),
    }));
  return backends.flatMap(({ name, namespace, port }) => name.text === undefined ? [] : [{ service: name.text, namespace, port }]);
}
