import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { checkCredentials, COPIES, CREDENTIALS_EXAMPLE } from './check-message-log';
import { EXPORTER_IMAGE, LOG_DEFAULTS, NATS_IMAGE, RELOADER_IMAGE } from './log-defaults';
import type { MqttMessageLogOptions, MqttMessageLogProps } from './mqtt-message-log-props';
import { ArgumentErrors, show } from '../manifest/arguments';
import { KubernetesVersion } from '../manifest/kubernetes-version';
import { checkTls } from '../security/check-tls';
import { MqttClientCertificate, type MqttTls } from '../security/mqtt-tls';
import { checkDnsAccess } from '../workload/check-dns-access';
import { checkImage, checkImagePull } from '../workload/check-image';
import { checkLabels } from '../workload/check-labels';
import { checkPeers } from '../workload/check-peers';
import { checkPlacement } from '../workload/check-placement';
import { checkResources, checkStorage } from '../workload/check-storage';
import { MqttPodUser } from '../workload/mqtt-pod-user';
import type { IMqttProfile } from '../workload/mqtt-profile-reference';
import { MAX_NAME_LENGTH } from '../workload/stateful-set';

/** Refuses what cannot work, all of it at once, before anything is rendered. */
export function checkArguments(scope: Construct, props: MqttMessageLogProps): void {
  const errors = new ArgumentErrors(scope, 'MqttMessageLog');
  errors.insideChart();
  checkProfile(errors, props.profile);
  errors.like('kubernetesVersion', props.kubernetesVersion, ['minor', 'isAtLeast'], "KubernetesVersion.of('1.35')");
  errors.throwIfAny();

  errors.dnsLabel('name', props.name, MAX_NAME_LENGTH, 'the names of Services and pods are made of it');
  checkLabels(errors, props.labels);
  checkOptions(errors, props, props.kubernetesVersion ?? KubernetesVersion.V1_35, Chart.of(scope).namespace);
  errors.throwIfAny();
}

function checkProfile(errors: ArgumentErrors, profile: IMqttProfile | undefined): void {
  if (!errors.like('profile', profile, ['name'], 'MqttProfile.production()') || Object.hasOwn(LOG_DEFAULTS, profile.name)) return;
  errors.add(`profile name is ${show(profile.name)}, but must be ${Object.keys(LOG_DEFAULTS).join(' or ')}: write MqttProfile.development() or MqttProfile.production()`);
}

/** What cannot work about the options, wherever they are given. */
export function checkOptions(errors: ArgumentErrors, options: MqttMessageLogOptions, target: KubernetesVersion, namespace: string | undefined): void {
  const { nodes, credentials, tls, image, exporterImage } = options;
  if (nodes !== undefined && !COPIES.includes(nodes)) {
    errors.add(`nodes is ${show(nodes)}, but must be 1, 3 or 5: the log survives as long as more than half of its nodes do, so that an even number costs a node and gains nothing`);
  }
  checkStorage(errors, options.storage, target);
  checkResources(errors, options.resources);
  errors.member('podUser', options.podUser, MqttPodUser);
  checkPlacement(errors, options);
  if (checkCredentials(errors, 'credentials', credentials) && credentials.credentialsKey !== undefined) {
    errors.add(`credentials are a credentials file, which needs a NATS with an operator: write ${CREDENTIALS_EXAMPLE}`);
  }
  checkCertificate(errors, 'tls', tls, namespace);
  checkImage(errors, 'image', image, `'${NATS_IMAGE}' or '${NATS_IMAGE}@sha256:…'`);
  checkImage(errors, 'exporterImage', exporterImage, `'${EXPORTER_IMAGE}' or '${EXPORTER_IMAGE}@sha256:…'`);
  checkImagePull(errors, options.imagePullPolicy, options.imagePullSecrets);
  errors.boolean('exporter', options.exporter);
  if (options.exporter === false && exporterImage !== undefined) errors.add('exporterImage is given, but exporter is false: leave one of them out');
  checkReloader(errors, options);
  errors.boolean('networkPolicy', options.networkPolicy);
  checkPeers(errors, 'metricsReaders', options.metricsReaders);
  checkDnsAccess(errors, 'dns', options.dns);
}

function checkReloader(errors: ArgumentErrors, { reloader, reloaderImage, tls }: MqttMessageLogOptions): void {
  errors.boolean('reloader', reloader);
  checkImage(errors, 'reloaderImage', reloaderImage, `'${RELOADER_IMAGE}' or '${RELOADER_IMAGE}@sha256:…'`);
  if (reloader === false && reloaderImage !== undefined) errors.add('reloaderImage is given, but reloader is false: leave one of them out');
  if (tls !== undefined) return;
  if (reloader === true) errors.add('reloader is true, but there is no certificate to reload: set tls, or leave it out');
  if (reloader !== false && reloaderImage !== undefined) errors.add('reloaderImage is given, but there is no certificate to reload: set tls, or leave it out');
}

function checkCertificate(errors: ArgumentErrors, at: string, tls: MqttTls | undefined, namespace: string | undefined): void {
  if (!errors.like(at, tls, ['clientCertificate'], "MqttTls.fromCertManager({ issuer: { name: 'private-ca', kind: 'ClusterIssuer' } })")) return;
  checkTls(errors, at, tls, namespace);
  if (tls.clientCertificate !== MqttClientCertificate.NONE) {
    errors.add(`${at} clientCertificate is ${show(tls.clientCertificate)}, but brokers show the log no certificate: leave it out, and give the log credentials`);
  }
  if (tls._certManager && tls._certManager.serviceNames === false) {
    errors.add(`${at} serviceNames is false, but brokers and nodes connect to the names of the Services: leave it out, and have a private authority sign the certificate`);
  }
}
