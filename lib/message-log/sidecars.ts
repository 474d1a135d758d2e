import { k8s } from 'cdk8s-plus-27';
import type { MessageLogIntent } from './message-log-intent';
import { EXPORTER_PORT, EXPORTER_PORT_NAME, MONITORING_PORT, NatsPaths, PID_FILE } from './nats-configuration';
import { containerSecurityContext } from '../workload/pod-security';

/** What runs beside NATS in each pod. */
export function sidecars({ exporterImage, reloaderImage, imagePullPolicy }: MessageLogIntent): k8s.Container[] {
  const images = { exporter: exporterImage, reloader: reloaderImage };
  return [
    ...(images.exporter === undefined ? [] : [{ ...exporter(images.exporter), imagePullPolicy }]),
    ...(images.reloader === undefined ? [] : [{ ...reloader(images.reloader), imagePullPolicy }]),
  ];
}

/** https://github.com/nats-io/prometheus-nats-exporter#usage */
function exporter(image: string): k8s.Container {
  return {
    name: 'exporter',
    image,
    args: [
      `-port=${EXPORTER_PORT}`, '-varz', '-healthz', '-jsz=streams', '-prefix=nats', '-use_internal_server_name', `http://localhost:${MONITORING_PORT}`,
    ],
    ports: [{ name: EXPORTER_PORT_NAME, containerPort: EXPORTER_PORT, protocol: 'TCP' }],
    resources: resources('32Mi', '64Mi'),
    securityContext: containerSecurityContext(),
  };
}

/**
 * nats-server reads certificates when it starts and when it is told to: without this, a node that runs for longer than its certificate is of no use any more, neither to
 * brokers nor to the other nodes. The configuration is not watched: a change of it rolls the pods.
 * https://github.com/nats-io/nack/blob/main/cmd/nats-server-config-reloader/main.go
 */
function reloader(image: string): k8s.Container {
  return {
    name: 'reloader',
    image,
    args: ['-pid', PID_FILE, ...['tls.crt', 'tls.key', 'ca.crt'].flatMap((key) => ['-config', `${NatsPaths.CERTIFICATE}/${key}`])],
    resources: resources('16Mi', '32Mi'),
    securityContext: containerSecurityContext(),
    volumeMounts: [
      { name: 'pid', mountPath: NatsPaths.PID, readOnly: true },
      { name: 'certificate', mountPath: NatsPaths.CERTIFICATE, readOnly: true },
    ],
  };
}

function resources(request: string, limit: string): k8s.ResourceRequirements {
  return {
    requests: { cpu: k8s.Quantity.fromString('10m'), memory: k8s.Quantity.fromString(request) },
    limits: { memory: k8s.Quantity.fromString(limit) },
  };
}
