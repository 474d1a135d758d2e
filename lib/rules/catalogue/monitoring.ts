import { Severity } from '../finding';
import { type Scrape, scrapesOf } from '../model/scrape';
import { type Rule, violationsOf } from '../rule';

export const monitoringRules: readonly Rule[] = [
  {
    id: 'MQTT-MONITORING-001',
    severity: Severity.WARNING,
    title: 'One monitor fetches the metrics of the brokers',
    why: 'Prometheus stores what each PodMonitor and ServiceMonitor fetches under a job of its own. With two of them every sum over the brokers counts twice: clients, message rates, and the thresholds of alerts that are compared with them. A ServiceMonitor that finds the same pods by two Services does the same.',
    source: 'https://prometheus-operator.dev/docs/developer/getting-started/#using-podmonitors; https://prometheus.io/docs/concepts/jobs_instances/',
    remedy: 'Keep one of them; let a ServiceMonitor select one Service only.',
    example: `kind: PodMonitor
spec:
  selector: { matchLabels: { app.kubernetes.io/name: mqtt-broker, app.kubernetes.io/instance: broker } }
  podMetricsEndpoints: [{ port: http, path: /metrics }]`,
    check: (model) => [...scrapesOf(model)].flatMap(([broker, scrapes]) => violationsOf(broker.object, () => {
      const byTarget = new Map<string, Scrape[]>();
      scrapes.forEach((scrape) => byTarget.set(scrape.target, [...byTarget.get(scrape.target) ?? [], scrape]));
      return [...byTarget].filter(([, of]) => of.length > 1).map(([target, of]) => ({
        found: `${target} is fetched by ${of.map(nameOf).join(', ')}`,
        breaks: 'Sums over the brokers are too high by as many times.',
      }));
    })),
  },
];

function nameOf({ monitor, service }: Scrape): string {
  return `${monitor.kind} ${monitor.name}${service === undefined ? '' : ` (Service ${service.name})`}`;
}
