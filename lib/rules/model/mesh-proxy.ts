import type { ContainerPort } from './container';
import type { ManifestObject } from './manifest-object';
import type { PodTemplate } from './pod-template';

/** A sidecar that takes the connections of a pod and opens its own to the container. */
export interface MeshProxy {
  readonly mesh: 'Istio' | 'Linkerd';
  /** What shows it, for messages. */
  readonly found: string;
  /** Whether it takes the connections to this port. */
  takes(port: ContainerPort): boolean;
}

const ISTIO = 'sidecar.istio.io/inject';
/** https://istio.io/latest/docs/reference/config/annotations/ */
const ISTIO_EXCLUDED = 'traffic.sidecar.istio.io/excludeInboundPorts';
const ISTIO_INCLUDED = 'traffic.sidecar.istio.io/includeInboundPorts';
const LINKERD = 'linkerd.io/inject';
/** https://linkerd.io/2/reference/proxy-configuration/ */
const LINKERD_EXCLUDED = 'config.linkerd.io/skip-inbound-ports';

/** The sidecar of a service mesh that pods get, as far as the pods or their Namespace ask for it. */
export function meshProxy(pods: PodTemplate, namespace?: ManifestObject): MeshProxy | undefined {
  return istio(pods, namespace) ?? linkerd(pods, namespace);
}

/** https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy: what the pod says counts. */
function istio({ annotations, labels, containers, initContainers }: PodTemplate, namespace?: ManifestObject): MeshProxy | undefined {
  const said = labels[ISTIO] ?? annotations[ISTIO];
  const ofNamespace = namespace?.labels['istio-injection'] === 'enabled' ? 'istio-injection: enabled' : namespace?.labels['istio.io/rev'] && `istio.io/rev: ${namespace.labels['istio.io/rev']}`;
  const found = [...containers, ...initContainers].some(({ name }) => name === 'istio-proxy') ? "container 'istio-proxy'"
    : said === 'true' ? `${ISTIO}: "true"`
      : labels['istio.io/rev'] !== undefined && said !== 'false' ? `istio.io/rev: ${labels['istio.io/rev']}`
        : ofNamespace && said !== 'false' ? `${ofNamespace} on Namespace ${namespace!.name}` : undefined;
  const included = annotations[ISTIO_INCLUDED] ?? '*';
  return found === undefined ? undefined : {
    mesh: 'Istio', found, takes: (port) => !lists(annotations[ISTIO_EXCLUDED], port) && (included === '*' || lists(included, port)),
  };
}

/** https://linkerd.io/2/features/proxy-injection/ */
function linkerd({ annotations, containers, initContainers }: PodTemplate, namespace?: ManifestObject): MeshProxy | undefined {
  const said = annotations[LINKERD];
  const ofNamespace = namespace?.annotations[LINKERD];
  const found = [...containers, ...initContainers].some(({ name }) => name === 'linkerd-proxy') ? "container 'linkerd-proxy'"
    : said !== undefined ? isInjected(said) && `${LINKERD}: ${said}`
      : isInjected(ofNamespace) && `${LINKERD}: ${ofNamespace} on Namespace ${namespace!.name}`;
  return !found ? undefined : {
    mesh: 'Linkerd', found, takes: (port) => !lists(annotations[LINKERD_EXCLUDED] ?? namespace?.annotations[LINKERD_EXCLUDED], port),
  };
}

function isInjected(value: string | undefined): boolean {
  return value === 'enabled' || value === 'ingress';
}

/** Whether a text such as `1883,8000-9000` names a port. */
function lists(text: string | undefined, { port }: ContainerPort): boolean {
  return (text ?? '').split(',').some((part) => {
    const [first, last = first] = part.trim().split('-').map(Number);
    return part.trim() !== '' && port >= first && port <= last;
  });
}
