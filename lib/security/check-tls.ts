import { isIP } from 'node:net';
import { Duration } from 'cdk8s';
import { checkFile } from './check-file';
import { MqttCertificateKey, type MqttCertManagerCertificateOptions } from './mqtt-cert-manager-options';
import { MqttClientCertificate, type MqttTls } from './mqtt-tls';
import { type ArgumentErrors, isDuration, show } from '../manifest/arguments';

/** cert-manager refuses less: https://cert-manager.io/docs/usage/certificate/#renewal-reissuance */
const SHORTEST_DURATION = Duration.hours(1);
const SHORTEST_RENEWAL = Duration.minutes(5);
const DEFAULT_DURATION = Duration.days(90);

/** What cannot work about a listener's certificate. */
export function checkTls(errors: ArgumentErrors, at: string, tls: MqttTls, namespace: string | undefined): void {
  errors.member(`${at} clientCertificate`, tls.clientCertificate, MqttClientCertificate);
  if (tls._certManager) checkCertManager(errors, at, tls._certManager, namespace);
  else errors.reference(`${at} secret`, tls.secretName, 'Secret', "MqttTls.fromSecret(Secret.fromSecretName(this, 'Tls', 'broker-tls'))");
  checkClientCa(errors, at, tls);
  checkRevocationList(errors, at, tls);
}

function checkClientCa(errors: ArgumentErrors, at: string, { clientCa, clientCertificate }: MqttTls): void {
  if (!errors.like(`${at} clientCa`, clientCa, ['key'], 'MqttClientCa.fromConfigMap(configMap)')) return;
  if (clientCertificate === MqttClientCertificate.NONE) {
    errors.add(`${at} clientCa is given, but clients are not asked for a certificate: set clientCertificate to MqttClientCertificate.REQUIRE, or leave clientCa out`);
  }
  errors.dataKey(`${at} clientCa key`, clientCa.key);
  errors.reference(`${at} clientCa`, clientCa.secretName ?? clientCa.configMapName, 'Secret or ConfigMap', "MqttClientCa.fromConfigMap(ConfigMap.fromConfigMapName(this, 'Ca', 'clients-ca'))");
}

function checkRevocationList(errors: ArgumentErrors, at: string, { revocationList, clientCertificate }: MqttTls): void {
  if (!checkFile(errors, `${at} revocationList`, revocationList, 'crl.pem') || clientCertificate !== MqttClientCertificate.NONE) return;
  errors.add(`${at} revocationList is given, but clients are not asked for a certificate: set clientCertificate to MqttClientCertificate.REQUIRE, or leave revocationList out`);
}

function checkCertManager(errors: ArgumentErrors, at: string, options: MqttCertManagerCertificateOptions, namespace: string | undefined): void {
  const { issuer, dnsNames, ipAddresses, serviceNames = true, clusterDomain, secretName, duration, renewBefore, privateKey } = options;
  if (typeof issuer !== 'object' || issuer === null) {
    errors.add(`${at} issuer is ${show(issuer)}, but must name who signs the certificate: { name: 'private-ca', kind: 'ClusterIssuer' }`);
  } else {
    errors.reference(`${at} issuer name`, issuer.name, 'issuer', "{ name: 'private-ca', kind: 'ClusterIssuer' }");
    if (issuer.kind !== undefined && !(typeof issuer.kind === 'string' && /^[A-Z][A-Za-z0-9]*$/.test(issuer.kind))) {
      errors.add(`${at} issuer kind is ${show(issuer.kind)}, but must be a kind, for example 'ClusterIssuer'`);
    }
    errors.dnsSubdomain(`${at} issuer group`, issuer.group);
  }
  errors.boolean(`${at} serviceNames`, serviceNames);
  errors.dnsSubdomain(`${at} clusterDomain`, clusterDomain);
  errors.dnsLabel(`${at} secretName`, secretName, 63, 'it names the Certificate too');
  errors.duration(`${at} duration`, duration, { min: SHORTEST_DURATION }, 'cert-manager refuses less');
  errors.duration(`${at} renewBefore`, renewBefore, { min: SHORTEST_RENEWAL }, 'cert-manager refuses less');
  const life = duration ?? DEFAULT_DURATION;
  if (isDuration(renewBefore) && isDuration(life) && renewBefore.toMilliseconds() >= life.toMilliseconds()) {
    errors.add(`${at} renewBefore is not shorter than the duration (90 days where none is given): every certificate would be renewed at once`);
  }
  errors.member(`${at} privateKey`, privateKey, MqttCertificateKey);
  checkNames(errors, at, { dnsNames, ipAddresses });

  if (serviceNames && namespace === undefined) {
    errors.add(`${at} serviceNames needs the namespace, which is a part of the Services' names in DNS, but the chart has none: `
      + "give the chart a namespace, or write serviceNames: false and dnsNames: ['mqtt.example.com']");
  }
  if (!serviceNames && !dnsNames?.length && !ipAddresses?.length) {
    errors.add(`${at} has no name at all: with serviceNames: false, write what clients connect to, for example dnsNames: ['mqtt.example.com']`);
  }
}

function checkNames(errors: ArgumentErrors, at: string, { dnsNames, ipAddresses }: { dnsNames: unknown; ipAddresses: unknown }): void {
  if (errors.filledArray(`${at} dnsNames`, dnsNames, "leave it out, or write a name, for example 'mqtt.example.com'")) {
    dnsNames.forEach((name, index) => {
      const label = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?';
      const fits = typeof name === 'string' && name.length <= 253 && new RegExp(`^(\\*\\.)?${label}(\\.${label})*$`).test(name) && isIP(name) === 0;
      if (!fits) errors.add(`${at} dnsNames[${index}] is ${show(name)}, but must be a DNS name in lower case, for example 'mqtt.example.com'; addresses stand in ipAddresses`);
    });
  }
  if (errors.filledArray(`${at} ipAddresses`, ipAddresses, "leave it out, or write an address, for example '203.0.113.7'")) {
    ipAddresses.forEach((address, index) => {
      if (typeof address !== 'string' || isIP(address) === 0) errors.add(`${at} ipAddresses[${index}] is ${show(address)}, but must be an IP address, for example '203.0.113.7'`);
    });
  }
}
