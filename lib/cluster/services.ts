import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { renderManifest } from '../manifest/render-manifest';
import type { ClusterIntent } from '../workload/cluster-intent';
import { headlessServiceName } from '../workload/stateful-set';

interface NamedPort {
  readonly name: string;
  readonly port: number;
}

/** For clients inside the Kubernetes cluster. */
export function renderClientService(scope: Construct, name: string, intent: ClusterIntent): ApiObject {
  return renderManifest(scope, 'Service', {
    gvk: k8s.KubeService.GVK,
    name,
    labels: intent.labels,
    fields: {
      spec: () => k8s.KubeService.manifest({
        spec: { type: 'ClusterIP', selector: intent.selectorLabels, ports: intent.listeners.map(servicePort) },
      }).spec,
    },
  });
}

/** Gives each pod a DNS name of its own, and finds those that are not ready too: a broker must be reachable by its peers before it takes clients. */
export function renderHeadlessService(scope: Construct, name: string, intent: ClusterIntent, ports: NamedPort[]): ApiObject {
  return renderManifest(scope, 'Headless', {
    gvk: k8s.KubeService.GVK,
    name: headlessServiceName(name),
    labels: intent.labels,
    fields: {
      spec: () => k8s.KubeService.manifest({
        spec: {
          clusterIp: 'None',
          publishNotReadyAddresses: true,
          selector: intent.selectorLabels,
          ports: [...intent.listeners, ...ports].map(servicePort),
        },
      }).spec,
    },
  });
}

function servicePort({ name, port }: NamedPort): k8s.ServicePort {
  return { name, port, targetPort: k8s.IntOrString.fromString(name), protocol: 'TCP' };
}
