import { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import type { KubernetesVersion } from '../manifest/kubernetes-version';
import { renderManifest } from '../manifest/render-manifest';
import { VersionGates } from '../manifest/version-gates';
import type { ClusterIntent } from '../workload/cluster-intent';
import { MqttTrafficDistribution } from '../workload/mqtt-traffic-distribution';
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
      spec: () => ({
        ...k8s.KubeService.manifest({ spec: { type: 'ClusterIP', selector: intent.selectorLabels, ports: intent.listeners.map(servicePort) } }).spec,
        ...trafficDistribution(intent.trafficDistribution, intent.kubernetesVersion),
      }),
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

/** The arguments were checked: the target knows at least the first value. */
function trafficDistribution(wanted: MqttTrafficDistribution, target: KubernetesVersion): { readonly trafficDistribution?: string } {
  if (wanted === MqttTrafficDistribution.ANY) return {};
  if (wanted === MqttTrafficDistribution.PREFER_SAME_NODE) return { trafficDistribution: 'PreferSameNode' };
  // PreferClose means the same, and is deprecated where PreferSameZone is known.
  return { trafficDistribution: target.isAtLeast(VersionGates.SAME_TRAFFIC_DISTRIBUTION.since) ? 'PreferSameZone' : 'PreferClose' };
}

function servicePort({ name, port }: NamedPort): k8s.ServicePort {
  return { name, port, targetPort: k8s.IntOrString.fromString(name), protocol: 'TCP' };
}
