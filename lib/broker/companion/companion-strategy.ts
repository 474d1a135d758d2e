import { ApiObject, Size } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { checkLimits } from './check-limits';
import { ADMIN_PORT, companionConfiguration, CONFIGURATION_KEY, OPERATIONS_PORT } from './companion-configuration';
import { COMPANION_COVERAGE } from './companion-coverage';
import { DEFAULT_MAX_PACKET_SIZE, DEFAULT_MAX_QUEUED_SIZE } from './companion-defaults';
import { MqttCompanionOptions, MqttImagePullPolicy, MqttLogLevel } from './companion-options';
import { CompanionPaths } from './companion-paths';
import { mountedFiles } from './mounted-files';
import { type ArgumentErrors, isSize } from '../../manifest/arguments';
import { quantity } from '../../manifest/quantity';
import { renderManifest } from '../../manifest/render-manifest';
import { yamlText } from '../../manifest/yaml-text';
import { checkImage, checkImagePull } from '../../workload/check-image';
import type { ClusterIntent } from '../../workload/cluster-intent';
import { CONFIGURATION_CHECKSUM, configurationChecksum } from '../../workload/configuration-checksum';
import { httpProbe } from '../../workload/http-probe';
import { renderStatefulSet } from '../../workload/stateful-set';
import type { BrokerStrategy, RenderedBroker } from '../broker-strategy';

/** User `node` of the image. */
const USER_ID = 1000;

/** Time that the store gets to open: 60 probes, five seconds apart. */
const STARTUP_PROBES = 60;

/** With a message log, the broker waits for it, and then catches up with what it missed: as long as a node of the log gets. */
const REPLICATED_STARTUP_PROBES = 180;

// eslint-disable-next-line @typescript-eslint/no-require-imports
const LIBRARY_VERSION: string = require('../../../package.json').version;

/** The companion broker: one StatefulSet, each pod with a durable store on a volume of its own, alone or fed by a message log. */
export class CompanionStrategy implements BrokerStrategy {
  public readonly name = 'companion';
  public readonly metricsPortName = 'http';
  public readonly metricsPath = '/metrics';
  public readonly coverage = COMPANION_COVERAGE;

  public readonly reservedPorts: BrokerStrategy['reservedPorts'];

  constructor(private readonly options: MqttCompanionOptions) {
    const admin = options.admin && { name: 'admin', port: options.admin.port ?? ADMIN_PORT, use: 'administration', isLoopback: true };
    this.reservedPorts = [{ name: this.metricsPortName, port: OPERATIONS_PORT, use: 'probes and metrics' }, ...(admin ? [admin] : [])];
  }

  public checkOptions(errors: ArgumentErrors): void {
    const { image, imagePullPolicy, imagePullSecrets, logLevel, maxPacketSize, maxQueuedMessages, maxQueuedSize } = this.options;
    checkImage(errors, 'broker image', image, "'example.com/mqtt/broker@sha256:…'");
    checkImagePull(errors.under('broker'), imagePullPolicy, imagePullSecrets);
    errors.member('broker logLevel', logLevel, MqttLogLevel);
    checkLimits(errors, this.options);
    errors.wholeNumber('broker maxQueuedMessages', maxQueuedMessages, { min: 1 }, 'a session must be able to hold a message');
    errors.size('broker maxPacketSize', maxPacketSize, { min: Size.kibibytes(1), max: Size.mebibytes(255) }, 'MQTT 3.1.1 §2.2.3 ends below 256 MiB');
    const largest = isSize(maxPacketSize) ? maxPacketSize : DEFAULT_MAX_PACKET_SIZE;
    errors.size('broker maxQueuedSize', maxQueuedSize, { min: largest }, 'the largest packet (maxPacketSize) could never be queued');
    if (maxQueuedSize === undefined && largest.toKibibytes() > DEFAULT_MAX_QUEUED_SIZE.toKibibytes()) {
      errors.add(`broker maxPacketSize is ${quantity(largest)}, above what a session may have waiting (${quantity(DEFAULT_MAX_QUEUED_SIZE)} by default): `
        + 'the largest packet could never be queued. Set maxQueuedSize too');
    }
  }

  public render(scope: Construct, intent: ClusterIntent): RenderedBroker {
    const secrets = mountedFiles(intent, this.options);
    // Each of the two needs the other: the volumes name the ConfigMap, and its name is made of the StatefulSet's, which the chart may generate.
    // Both are computed when they are synthesized, so it does not matter which is made first.
    const objects: { configuration?: ApiObject } = {};
    const workload = renderStatefulSet(scope, intent, () => ({
      broker: this.name,
      container: {
        image: this.options.image ?? `cdk8s-mqtt/broker:${LIBRARY_VERSION}`,
        imagePullPolicy: this.options.imagePullPolicy ?? MqttImagePullPolicy.IF_NOT_PRESENT,
        env: [{ name: 'MQTT_BROKER_CONFIG', value: `${CompanionPaths.CONFIGURATION}/${CONFIGURATION_KEY}` }],
        volumeMounts: [
          { name: 'configuration', mountPath: CompanionPaths.CONFIGURATION, readOnly: true },
          ...secrets.map(({ volume, path }) => ({ name: volume.name, mountPath: path, readOnly: true })),
        ],
        startupProbe: httpProbe(this.metricsPortName, '/startupz', { periodSeconds: 5, failureThreshold: intent.replication ? REPLICATED_STARTUP_PROBES : STARTUP_PROBES }),
        livenessProbe: httpProbe(this.metricsPortName, '/livez', { periodSeconds: 10, failureThreshold: 6 }),
        readinessProbe: httpProbe(this.metricsPortName, '/readyz', { periodSeconds: 5, failureThreshold: 2 }),
      },
      ports: [{ name: this.metricsPortName, containerPort: OPERATIONS_PORT, protocol: 'TCP' }],
      volumes: [{ name: 'configuration', configMap: { name: objects.configuration!.name } }, ...secrets.map(({ volume }) => volume)],
      imagePullSecrets: this.options.imagePullSecrets?.map(({ name }) => ({ name })),
      userId: USER_ID,
      dataPath: CompanionPaths.DATA,
      podAnnotations: { [CONFIGURATION_CHECKSUM]: configurationChecksum(objects.configuration!) },
    }), { broker: this.name, sessionStore: intent.replication ? 'replicated' : 'embedded' });
    objects.configuration = renderManifest(scope, 'Configuration', {
      gvk: k8s.KubeConfigMap.GVK,
      name: `${workload.name}-configuration`,
      labels: intent.labels,
      fields: { data: () => ({ [CONFIGURATION_KEY]: yamlText(companionConfiguration(workload.name, intent, this.options)) }) },
    });
    return { workload, configuration: objects.configuration };
  }
}
