import { Autoscaler } from './autoscaler';
import { BrokerConfiguration, configurationPath } from './broker-configuration';
import { declaredBroker, type FindBroker } from './broker-evidence';
import { BrokerWorkload } from './broker-workload';
import { Fields } from './fields';
import { httpBackends, isHttpRoute } from './http-route';
import { type Manifest, ManifestObject } from './manifest-object';
import type { ManifestReference } from './manifest-reference';
import { isMessageLog, MessageLogWorkload } from './message-log-workload';
import { mountedFile } from './mounted-file';
import { PodIndex } from './pod-index';
import { ServiceObject } from './service-object';

const ROUTES = ['TCPRoute', 'TLSRoute'];

/** The objects of an app or of a set of files, seen as brokers with what belongs to them. */
export class ManifestModel {
  public static of(manifests: Manifest[], findBroker: FindBroker = declaredBroker): ManifestModel {
    return new ManifestModel(manifests.flatMap(itemsOf).map((manifest) => new ManifestObject(manifest)), findBroker);
  }

  public readonly brokers: BrokerWorkload[];
  /** Message logs by which brokers share their sessions. */
  public readonly messageLogs: MessageLogWorkload[];
  private readonly pods: PodIndex<BrokerWorkload>;
  private readonly brokersOfObject = new Map<string, BrokerWorkload[]>();

  private constructor(public readonly objects: ManifestObject[], findBroker: FindBroker) {
    this.brokers = objects.flatMap((object) => {
      const evidence = findBroker(object);
      return evidence === undefined ? [] : new BrokerWorkload(object, evidence);
    });
    this.pods = new PodIndex(this.brokers);
    this.brokers.forEach((broker) => this.relate(broker.object, [broker]));
    this.relateBySelector();
    this.relateByName();
    this.relateRoutes();
    this.messageLogs = objects.filter(isMessageLog).map((object) => new MessageLogWorkload(object));
    if (this.messageLogs.length > 0) this.relateMessageLogs();
  }

  /** The brokers that an object belongs to: itself, or those that it selects, scales or is mounted in. */
  public brokersOf(reference: ManifestReference): BrokerWorkload[] {
    return this.brokersOfObject.get(identity(reference)) ?? [];
  }

  /** The brokers whose pods a selector selects. */
  public brokersSelectedBy(namespace: string, selector: Fields): BrokerWorkload[] {
    return this.pods.selectedBy(namespace, selector);
  }

  private relateBySelector(): void {
    for (const object of this.objects) {
      if (object.is('', 'Service')) {
        const selector = object.spec.at('selector');
        // A Service's selector is a plain map, and an empty one selects nothing.
        const selected = selector.entries.length === 0 ? [] : this.pods.selectedBy(object.namespace, new Fields({ matchLabels: selector.value }));
        selected.forEach((broker) => broker.services.push(new ServiceObject(object)));
        this.relate(object, selected);
      } else if (object.is('policy', 'PodDisruptionBudget')) {
        const selected = this.pods.selectedBy(object.namespace, object.spec.at('selector'));
        selected.forEach((broker) => broker.disruptionBudgets.push(object));
        this.relate(object, selected);
      } else if (object.is('networking.k8s.io', 'NetworkPolicy')) {
        const selected = this.pods.selectedBy(object.namespace, object.spec.at('podSelector'));
        selected.forEach((broker) => broker.networkPolicies.push(object));
        this.relate(object, selected);
      }
    }
  }

  private relateByName(): void {
    const named = new Map(this.objects.map((object) => [`${object.kind}/${object.namespace}/${object.name}`, object]));
    const find = (kind: string, broker: BrokerWorkload, name: string | undefined) => named.get(`${kind}/${broker.object.namespace}/${name ?? ''}`);

    const workloads = new Map(this.brokers.map((broker) => [`${broker.object.namespace}/${broker.object.name}`, broker]));
    for (const object of this.objects.filter(Autoscaler.is)) {
      const autoscaler = new Autoscaler(object);
      const broker = workloads.get(`${object.namespace}/${object.spec.at('scaleTargetRef', 'name').text ?? ''}`);
      if (!broker || !autoscaler.scales(broker.object)) continue;
      broker.autoscalers.push(autoscaler);
      this.relate(object, [broker]);
    }
    for (const object of this.objects.filter((candidate) => candidate.is('autoscaling.k8s.io', 'VerticalPodAutoscaler'))) {
      const target = object.spec.at('targetRef');
      const broker = workloads.get(`${object.namespace}/${target.at('name').text ?? ''}`);
      if (!broker || target.at('kind').text !== broker.object.kind) continue;
      broker.verticalAutoscalers.push(object);
      this.relate(object, [broker]);
    }
    const namespaces = new Map(this.objects.filter((object) => object.is('', 'Namespace')).map((object) => [object.name, object]));
    for (const broker of this.brokers) {
      broker.namespaceObject = namespaces.get(broker.object.namespace);
      for (const kind of ['ConfigMap', 'Secret'] as const) {
        new Set(namesOfMounted(kind, broker)).forEach((name) => {
          const object = find(kind, broker, name);
          if (object) this.relate(object, [broker]);
        });
      }
      broker.configuration = configurationOf(broker, (name) => find('ConfigMap', broker, name));
      const account = find('ServiceAccount', broker, broker.pods.spec.at('serviceAccountName').text);
      if (account) {
        broker.serviceAccounts.push(account);
        this.relate(account, [broker]);
      }
    }
  }

  /** Routes of the Gateway API lead to Services by name (https://gateway-api.sigs.k8s.io/reference/spec/#backendref). */
  private relateRoutes(): void {
    const brokersOfService = new Map(this.objects.filter((object) => object.is('', 'Service'))
      .map((object) => [`${object.namespace}/${object.name}`, this.brokersOf(object.reference)]));
    for (const route of this.objects.filter((object) => ROUTES.some((kind) => object.is('gateway.networking.k8s.io', kind)))) {
      const backends = route.spec.at('rules').items.flatMap((rule) => rule.at('backendRefs').items)
        .filter((backend) => (backend.at('kind').text ?? 'Service') === 'Service' && (backend.at('group').text ?? '') === '')
        .map((backend) => `${backend.at('namespace').text ?? route.namespace}/${backend.at('name').text ?? ''}`);
      const brokers = [...new Set(backends.flatMap((backend) => brokersOfService.get(backend) ?? []))];
      brokers.forEach((broker) => broker.routes.push(new ServiceObject(route)));
      this.relate(route, brokers);
    }
    for (const route of this.objects.filter(isHttpRoute)) {
      const brokers = [...new Set(httpBackends(route).flatMap(({ namespace, service }) => brokersOfService.get(`${namespace}/${service}`) ?? []))];
      brokers.forEach((broker) => broker.httpRoutes.push(route));
      this.relate(route, brokers);
    }
  }

  /** A broker names its log; everything of a log belongs to the brokers that use it. */
  private relateMessageLogs(): void {
    const pods = new PodIndex(this.messageLogs);
    const logs = new Map(this.messageLogs.map((log) => [`${log.object.namespace}/${log.object.name}`, log]));
    this.brokers.forEach((broker) => logs.get(`${broker.object.namespace}/${broker.messageLogName ?? ''}`)?.brokers.push(broker));
    const configMaps = new Map(this.objects.filter((object) => object.is('', 'ConfigMap')).map((object) => [`${object.namespace}/${object.name}`, object]));
    this.messageLogs.forEach((log) => log.configure((configMap) => configMaps.get(`${log.object.namespace}/${configMap}`)));
    for (const object of this.objects) {
      const [list, selector] = object.is('policy', 'PodDisruptionBudget') ? ['disruptionBudgets' as const, object.spec.at('selector')]
        : object.is('networking.k8s.io', 'NetworkPolicy') ? ['networkPolicies' as const, object.spec.at('podSelector')] : [];
      if (list) pods.selectedBy(object.namespace, selector).forEach((log) => log[list].push(object));
    }
    for (const log of this.messageLogs) {
      [log.object, ...log.disruptionBudgets, ...log.networkPolicies, ...log.configurationObject ? [log.configurationObject] : []]
        .forEach((object) => this.relate(object, log.brokers));
    }
  }

  private relate(object: ManifestObject, brokers: BrokerWorkload[]): void {
    const key = identity(object.reference);
    this.brokersOfObject.set(key, [...this.brokersOfObject.get(key) ?? [], ...brokers]);
  }
}

/** Rules ask for the brokers of every object again and again. */
const identities = new WeakMap<ManifestReference, string>();

function identity(reference: ManifestReference): string {
  const known = identities.get(reference);
  if (known !== undefined) return known;
  const { apiVersion, kind, namespace, name, origin } = reference;
  const made = JSON.stringify([apiVersion, kind, namespace, name, origin]);
  identities.set(reference, made);
  return made;
}

/** What a companion broker is configured to do: the file that its container is told to read, or its command line. */
function configurationOf(
  { broker, container, object, pods }: BrokerWorkload, findConfigMap: (name: string) => ManifestObject | undefined,
): BrokerConfiguration | undefined {
  if (broker !== 'companion' || !container) return undefined;
  const path = configurationPath(container);
  if (path === undefined) return BrokerConfiguration.ofCommandLine(object, container);
  const file = mountedFile(pods, container, path);
  const configMap = file && findConfigMap(file.configMap);
  return configMap && BrokerConfiguration.ofFile(configMap, file.key, container);
}

/** A `List` is what its items are. */
function itemsOf({ manifest, origin }: Manifest): Manifest[] {
  const fields = new Fields(manifest);
  return fields.at('apiVersion').text === 'v1' && fields.at('kind').text === 'List'
    ? fields.at('items').items.flatMap((item) => itemsOf({ manifest: item.value, origin }))
    : [{ manifest, origin }];
}

/** ConfigMaps or Secrets that the pods mount or take variables from. */
function namesOfMounted(kind: 'ConfigMap' | 'Secret', { pods }: BrokerWorkload): string[] {
  const volumes = pods.spec.at('volumes').items;
  const projections = volumes.flatMap((volume) => volume.at('projected', 'sources').items);
  const containers = [...pods.initContainers, ...pods.containers].map(({ fields }) => fields);
  const [field, nameField] = kind === 'ConfigMap' ? ['configMap', 'name'] : ['secret', 'secretName'];
  return [
    ...volumes.map((volume) => volume.at(field, nameField)),
    ...projections.map((source) => source.at(field, 'name')),
    ...containers.flatMap((container) => container.at('envFrom').items.map((source) => source.at(`${field}Ref`, 'name'))),
    ...containers.flatMap((container) => container.at('env').items.map((variable) => variable.at('valueFrom', `${field}KeyRef`, 'name'))),
  ].flatMap((name) => name.text ?? []);
}
