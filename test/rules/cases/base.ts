import { parse, stringify } from 'yaml';

/* Manifests of a production cluster in front of which nothing is found. A case takes them and breaks one thing. */

/** The manifests by what they are for; a case may add others. */
export interface ClusterManifests {
  statefulSet: any;
  clientService: any;
  headlessService: any;
  loadBalancer: any;
  disruptionBudget: any;
  networkPolicy: any;
  serviceAccount: any;
  configuration: any;
  [other: string]: any;
}

const LABELS = { 'app.kubernetes.io/name': 'mqtt-broker', 'app.kubernetes.io/instance': 'broker' };
const NAMESPACE = 'mqtt';
const CONFIGURATION = {
  listeners: [{ name: 'mqtts', protocol: 'tls', port: 8883, tls: { certificateFile: '/etc/mqtt-broker/tls/tls.crt', privateKeyFile: '/etc/mqtt-broker/tls/tls.key' } }],
  // The load balancer below has targets by address, and hides those of clients.
  authentication: { passwordFile: '/etc/mqtt-broker/passwords/passwords', backoff: { failures: 0 } },
  authorization: { aclFile: '/etc/mqtt-broker/acl/acl.yaml' },
  keepalive: { maxSeconds: 180 },
  store: { directory: '/var/lib/mqtt-broker' },
  cluster: { log: { servers: ['tls://broker-log:4222'], usernameFile: '/etc/mqtt-broker/log/username', passwordFile: '/etc/mqtt-broker/log/password' } },
  shutdown: { delaySeconds: 120, connectionsPerSecond: 500 },
};

/** Three brokers that share sessions, behind an internal Network Load Balancer with IP targets. */
export function productionManifests(): ClusterManifests {
  return structuredClone({
    statefulSet: {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: {
        name: 'broker',
        namespace: NAMESPACE,
        labels: LABELS,
        annotations: {
          'cdk8s-mqtt/broker': 'companion',
          'cdk8s-mqtt/profile': 'production',
          'cdk8s-mqtt/session-store': 'replicated',
          'cdk8s-mqtt/anonymous-clients': 'refused',
          'cdk8s-mqtt/keepalive-max-seconds': '180',
          'cdk8s-mqtt/tls-listeners': 'mqtts',
          'cdk8s-mqtt/node-count': '3',
          'cdk8s-mqtt/connections-per-pod': '10000',
          'cdk8s-mqtt/drain-connections-per-second': '500',
          'cdk8s-mqtt/shutdown-delay-seconds': '120',
        },
      },
      spec: {
        serviceName: 'broker-headless',
        replicas: 3,
        podManagementPolicy: 'Parallel',
        updateStrategy: { type: 'RollingUpdate' },
        selector: { matchLabels: LABELS },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
        volumeClaimTemplates: [{
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '100Gi' } } },
        }],
        template: {
          metadata: { labels: LABELS },
          spec: {
            serviceAccountName: 'broker',
            automountServiceAccountToken: false,
            terminationGracePeriodSeconds: 165,
            securityContext: {
              runAsNonRoot: true,
              runAsUser: 1000,
              seccompProfile: { type: 'RuntimeDefault' },
              sysctls: [{ name: 'net.ipv4.tcp_keepalive_time', value: '120' }],
            },
            affinity: {
              podAntiAffinity: {
                requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: LABELS } }],
              },
            },
            topologySpreadConstraints: [{
              topologyKey: 'topology.kubernetes.io/zone', maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: LABELS },
            }],
            containers: [{
              name: 'companion',
              image: 'example.com/mqtt/broker:1.4.2',
              ports: [{ name: 'mqtts', containerPort: 8883, protocol: 'TCP' }, { name: 'http', containerPort: 8080, protocol: 'TCP' }],
              env: [{ name: 'MQTT_BROKER_CONFIG', value: '/etc/mqtt-broker/broker.yaml' }],
              resources: { requests: { cpu: '1', memory: '2Gi' }, limits: { memory: '2Gi' } },
              securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
              startupProbe: { httpGet: { path: '/startupz', port: 'http' } },
              livenessProbe: { httpGet: { path: '/livez', port: 'http' } },
              readinessProbe: { httpGet: { path: '/readyz', port: 'http' } },
              volumeMounts: [{ name: 'data', mountPath: '/var/lib/mqtt-broker' }, { name: 'configuration', mountPath: '/etc/mqtt-broker' }],
            }],
            volumes: [{ name: 'configuration', configMap: { name: 'broker-configuration' } }],
          },
        },
      },
    },
    clientService: service('broker', { type: 'ClusterIP', ports: [{ name: 'mqtts', port: 8883, targetPort: 'mqtts' }] }),
    headlessService: service('broker-headless', {
      clusterIP: 'None', publishNotReadyAddresses: true, ports: [{ name: 'mqtts', port: 8883, targetPort: 'mqtts' }],
    }),
    loadBalancer: service('broker-nlb', {
      type: 'LoadBalancer',
      loadBalancerClass: 'service.k8s.aws/nlb',
      allocateLoadBalancerNodePorts: false,
      ports: [{ name: 'mqtts', port: 8883, targetPort: 'mqtts' }],
    }, {
      'cdk8s-mqtt/load-balancer-provider': 'aws-nlb',
      'cdk8s-mqtt/load-balancer-class': 'passthrough',
      'cdk8s-mqtt/load-balancer-idle-timeout-seconds': '350',
      'cdk8s-mqtt/load-balancer-exposure': 'internal',
      'cdk8s-mqtt/load-balancer-local-health-check': 'not-needed',
      'service.beta.kubernetes.io/aws-load-balancer-nlb-target-type': 'ip',
      'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internal',
      'service.beta.kubernetes.io/aws-load-balancer-listener-attributes.TCP-8883': 'tcp.idle_timeout.seconds=350',
    }),
    disruptionBudget: {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'broker', namespace: NAMESPACE },
      spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow', selector: { matchLabels: LABELS } },
    },
    networkPolicy: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'broker', namespace: NAMESPACE },
      spec: {
        podSelector: { matchLabels: LABELS },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ ports: [{ port: 8883, protocol: 'TCP' }, { port: 8080, protocol: 'TCP' }] }],
        egress: [{ ports: [{ port: 53, protocol: 'UDP' }, { port: 53, protocol: 'TCP' }] }],
      },
    },
    serviceAccount: {
      apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'broker', namespace: NAMESPACE }, automountServiceAccountToken: false,
    },
    configuration: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'broker-configuration', namespace: NAMESPACE },
      data: { 'broker.yaml': stringify(CONFIGURATION) },
    },
  });
}

/** A single broker with an embedded store for development. */
export function developmentManifests(): ClusterManifests {
  const manifests = productionManifests();
  const { annotations } = manifests.statefulSet.metadata;
  annotations['cdk8s-mqtt/profile'] = 'development';
  annotations['cdk8s-mqtt/shutdown-delay-seconds'] = '15';
  configure(manifests, ({ shutdown }) => { shutdown.delaySeconds = 15; });
  manifests.statefulSet.spec.template.spec.terminationGracePeriodSeconds = 60;
  embedStore(manifests);
  manifests.statefulSet.spec.replicas = 1;
  manifests.statefulSet.spec.volumeClaimTemplates[0].spec.resources.requests.storage = '15Gi';
  return manifests;
}

/** Changes the configuration file of the broker. */
export function configure(manifests: ClusterManifests, change: (configuration: any) => void): void {
  const { data } = manifests.configuration;
  const configuration = parse(data['broker.yaml']);
  change(configuration);
  data['broker.yaml'] = stringify(configuration);
}

/** Gives each broker a store of its own, in the declaration as in the configuration. */
export function embedStore(manifests: ClusterManifests): void {
  manifests.statefulSet.metadata.annotations['cdk8s-mqtt/session-store'] = 'embedded';
  configure(manifests, (configuration) => { delete configuration.cluster; });
}

export function service(name: string, spec: object, annotations?: Record<string, string>): any {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: NAMESPACE, ...annotations && { annotations } },
    spec: { selector: { ...LABELS }, ...spec },
  };
}

/** Lets a HorizontalPodAutoscaler scale the broker, instead of the manifest. */
export function scaleByHpa(manifests: ClusterManifests, spec: object): void {
  delete manifests.statefulSet.spec.replicas;
  manifests.autoscaler = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'broker', namespace: NAMESPACE, labels: LABELS },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'broker' }, ...spec },
  };
}

/** Lets KEDA scale the broker. */
export function scaleByKeda(manifests: ClusterManifests, spec: object): void {
  delete manifests.statefulSet.spec.replicas;
  manifests.autoscaler = {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: 'broker', namespace: NAMESPACE, labels: LABELS },
    spec: { scaleTargetRef: { kind: 'StatefulSet', name: 'broker' }, triggers: [{ type: 'cpu', metricType: 'Utilization', metadata: { value: '70' } }], ...spec },
  };
}

/** The container of the broker. */
export function containerOf(manifests: ClusterManifests): any {
  return manifests.statefulSet.spec.template.spec.containers[0];
}

/** The pods of the broker. */
export function podOf(manifests: ClusterManifests): any {
  return manifests.statefulSet.spec.template.spec;
}

/** Makes the load balancer one of another provider, that sends to nodes: without a word of AWS. */
export function behindNodes(manifests: ClusterManifests, declarations: Record<string, string> = {}): any {
  const { loadBalancer } = manifests;
  delete loadBalancer.spec.loadBalancerClass;
  delete loadBalancer.spec.allocateLoadBalancerNodePorts;
  loadBalancer.metadata.annotations = {
    'cdk8s-mqtt/load-balancer-provider': 'custom',
    'cdk8s-mqtt/load-balancer-class': 'passthrough',
    'cdk8s-mqtt/load-balancer-idle-timeout-seconds': '600',
    'cdk8s-mqtt/load-balancer-exposure': 'internal',
    'cdk8s-mqtt/load-balancer-local-health-check': 'automatic',
    ...declarations,
  };
  return loadBalancer;
}
