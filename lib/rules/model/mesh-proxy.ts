import type { ContainerPort } from './container';
import type { ManifestObject } from './manifest-object';
import type { PodTemplate } from './pod-template';

/** A sidecar that takes the connections of a pod and opens its own to the container. */
export interface MeshProxy {
  readonly mesh: 'Istio' | 'Linkerd';
  /** What shows it, for messages. */
  readonly found: string;
  /** After so many seconds without a byte it closes a connection, and the one to the container; TCP keepalive probes are no bytes. Infinite where it does not. */
  readonly idleSeconds: number;
  /** Where that is written. */
  readonly source: string;
  /** The annotation of the pods by which it leaves ports alone. */
  readonly excludedBy: string;
  /** Whether it takes the connections to this port. */
  takes(port: ContainerPort): boolean;
}

export const ISTIO = {
  container: 'istio-proxy',
  inject: 'sidecar.istio.io/inject',
  ofNamespace: 'istio-injection',
  revision: 'istio.io/rev',
  // https://istio.io/latest/docs/reference/config/annotations/
  excluded: 'traffic.sidecar.istio.io/excludeInboundPorts',
  included: 'traffic.sidecar.istio.io/includeInboundPorts',
  /** The default of Envoy, which Istio leaves as it is. */
  idleSeconds: 3600,
  idleSource: 'https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts#tcp',
} as const;
const LINKERD = 'linkerd.io/inject';
/** Names no idle timeout of connections. */
const LINKERD_SETTINGS = 'https://linkerd.io/2/reference/proxy-configuration/';
const LINKERD_EXCLUDED = 'config.linkerd.io/skip-inbound-ports';

/** The sidecar of a service mesh that pods get, as far as the pods or their Namespace ask for it. */
export function meshProxy(pods: PodTemplate, namespace?: ManifestObject): MeshProxy | undefined {
  return istio(pods, namespace) ?? linkerd(pods, namespace);
}

/** https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy: a no counts for more than a yes, of the pods or of the Namespace. */
function istio(pods: PodTemplate, namespace?: ManifestObject): MeshProxy | undefined {
  const found = istioFound(pods, namespace);
  const { annotations } = pods;
  const included = annotations[ISTIO.included] ?? '*';
  return found === undefined ? undefined : {
    mesh: 'Istio',
    found,
    idleSeconds: ISTIO.idleSeconds,
    source: ISTIO.idleSource,
    excludedBy: ISTIO.excluded,
    takes: (port) => !lists(annotations[ISTIO.excluded], port) && (included === '*' || lists(included, port)),
  };
}

function istioFound({ annotations, labels, containers, initContainers }: PodTemplate, namespace?: ManifestObject): string | undefined {
  if ([...containers, ...initContainers].some(({ name }) => name === ISTIO.container)) return `container '${ISTIO.container}'`;
  const said = labels[ISTIO.inject] ?? annotations[ISTIO.inject];
  const ofNamespace = namespace?.labels[ISTIO.ofNamespace];
  if (said === 'false' || ofNamespace === 'disabled') return undefined;
  if (said === 'true') return `${ISTIO.inject}: "true"`;
  if (labels[ISTIO.revision] !== undefined) return `${ISTIO.revision}: ${labels[ISTIO.revision]}`;
  if (ofNamespace === 'enabled') return `${ISTIO.ofNamespace}: enabled on Namespace ${namespace!.name}`;
  const revision = namespace?.labels[ISTIO.revision];
  return revision && `${ISTIO.revision}: ${revision} on Namespace ${namespace!.name}`;
}

/** https://linkerd.io/2/features/proxy-injection/ */
function linkerd({ annotations, containers, initContainers }: PodTemplate, namespace?: ManifestObject): MeshProxy | undefined {
  const said = annotations[LINKERD];
  const ofNamespace = namespace?.annotations[LINKERD];
  const found = [...containers, ...initContainers].some(({ name }) => name === 'linkerd-proxy') ? "container 'linkerd-proxy'"
    : said !== undefined ? isInjected(said) && `${LINKERD}: ${said}`
      : isInjected(ofNamespace) && `${LINKERD}: ${ofNamespace} on Namespace ${namespace!.name}`;
  return !found ? undefined : {
    mesh: 'Linkerd',
    found,
    idleSeconds: Infinity,
    source: LINKERD_SETTINGS,
    excludedBy: LINKERD_EXCLUDED,
    takes: (port) => !lists(annotations[LINKERD_EXCLUDED] ?? namespace?.annotations[LINKERD_EXCLUDED], port),
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
