import type { BrokerWorkload } from './broker-workload';
import { Fields } from './fields';
import type { ManifestModel } from './manifest-model';
import type { ManifestObject } from './manifest-object';
import { PodIndex } from './pod-index';
import { type ServicePort, servicePorts } from './service-port';

/** One way by which Prometheus fetches the metrics of the pods. */
export interface Scrape {
  readonly monitor: ManifestObject;
  /** The Service that a ServiceMonitor finds them by. */
  readonly service?: ManifestObject;
  /** What is fetched, for example `port 8080 /metrics`. */
  readonly target: string;
}

/** The scrapes of each broker, by the monitors of the Prometheus operator (https://prometheus-operator.dev/docs/api-reference/api/). */
export function scrapesOf(model: ManifestModel): Map<BrokerWorkload, Scrape[]> {
  const scrapes = new Map<BrokerWorkload, Scrape[]>();
  const add = (broker: BrokerWorkload, scrape: Omit<Scrape, 'target'>, port: Fields, endpoint: Fields) => {
    const target = broker.pods.containers.map((container) => container.port(port)).find((found) => found !== undefined);
    if (target === undefined) return;
    const list = scrapes.get(broker) ?? [];
    scrapes.set(broker, [...list, { ...scrape, target: `port ${target.port} ${endpoint.at('path').text ?? '/metrics'}` }]);
  };
  const namespaces = [...new Set(model.brokers.map(({ object }) => object.namespace))];

  for (const monitor of model.objects.filter((object) => object.is('monitoring.coreos.com', 'PodMonitor'))) {
    for (const broker of namespacesOf(monitor, namespaces).flatMap((namespace) => model.brokersSelectedBy(namespace, monitor.spec.at('selector')))) {
      monitor.spec.at('podMetricsEndpoints').items.forEach((endpoint) => add(broker, { monitor }, firstOf(endpoint, 'port', 'portNumber', 'targetPort'), endpoint));
    }
  }

  const serviceMonitors = model.objects.filter((object) => object.is('monitoring.coreos.com', 'ServiceMonitor'));
  if (serviceMonitors.length === 0) return scrapes;
  const services = new PodIndex(model.objects.filter((object) => object.is('', 'Service')).map((object) => ({ object, pods: { labels: object.labels } })));
  for (const monitor of serviceMonitors) {
    for (const { object: service } of namespacesOf(monitor, namespaces).flatMap((namespace) => services.selectedBy(namespace, monitor.spec.at('selector')))) {
      for (const endpoint of monitor.spec.at('endpoints').items) {
        const port = servicePorts(service).find((candidate) => candidate.name !== undefined && candidate.name === endpoint.at('port').text);
        model.brokersOf(service.reference).forEach((broker) => add(broker, { monitor, service }, targetOf(endpoint, port), endpoint));
      }
    }
  }
  return scrapes;
}

/** A monitor looks into its own namespace, unless it names others. */
function namespacesOf(monitor: ManifestObject, all: readonly string[]): readonly string[] {
  const selector = monitor.spec.at('namespaceSelector');
  const named = selector.at('matchNames').texts;
  return selector.at('any').boolean ? all : named.length > 0 ? named : [monitor.namespace];
}

function firstOf(endpoint: Fields, ...keys: string[]): Fields {
  return keys.map((key) => endpoint.at(key)).find((field) => field.exists) ?? new Fields(undefined);
}

function targetOf(endpoint: Fields, port: ServicePort | undefined): Fields {
  return port?.target ?? endpoint.at('targetPort');
}
