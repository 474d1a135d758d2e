import type { ApiObject } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import type { MessageLogIntent } from './message-log-intent';
import { CLIENT_PORT, EXPORTER_PORT, EXPORTER_PORT_NAME, ROUTE_PORT } from './nats-configuration';
import { renderManifest } from '../manifest/render-manifest';
import { headlessServiceName } from '../workload/stateful-set';

/** For tools, and for clients that are content with any node. */
export function renderClientService(scope: Construct, name: string, intent: MessageLogIntent): ApiObject {
  return renderService(scope, 'Service', name, intent, { type: 'ClusterIP', ports: [servicePort('nats', CLIENT_PORT)] });
}

/** Gives each node a DNS name of its own, also before it is ready: nodes must find each other to become so, and brokers each of them. */
export function renderHeadlessService(scope: Construct, name: string, intent: MessageLogIntent): ApiObject {
  const exporter = intent.exporterImage === undefined ? [] : [servicePort(EXPORTER_PORT_NAME, EXPORTER_PORT, 'http')];
  return renderService(scope, 'Headless', headlessServiceName(name), intent, {
    clusterIp: 'None',
    publishNotReadyAddresses: true,
    ports: [servicePort('nats', CLIENT_PORT), servicePort('cluster', ROUTE_PORT), ...exporter],
  });
}

function renderService(scope: Construct, id: string, name: string, intent: MessageLogIntent, spec: k8s.ServiceSpec): ApiObject {
  return renderManifest(scope, id, {
    gvk: k8s.KubeService.GVK,
    name,
    labels: intent.labels,
    fields: { spec: () => k8s.KubeService.manifest({ spec: { ...spec, selector: intent.selectorLabels } }).spec },
  });
}

/**
 * The server of NATS speaks first, also before TLS: the sidecar of a mesh that waits for the client's first bytes, to see what they are, would hold both up.
 * https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/#server-first-protocols
 */
function servicePort(name: string, port: number, appProtocol = 'tcp'): k8s.ServicePort {
  return { name, port, targetPort: k8s.IntOrString.fromString(name), protocol: 'TCP', appProtocol };
}
