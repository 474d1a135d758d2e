import { Chart, Duration } from 'cdk8s';
import { ConfigMap, Secret } from 'cdk8s-plus-27';
import {
  MqttCertificateKey, MqttClientCa, MqttClientCertificate, MqttCluster, MqttListener, MqttTls, MqttTlsCertManagerOptions, MqttTlsSecretOptions,
} from '../../lib';
import { MqttFile } from '../../lib/security/mqtt-file';
import { describeWithDefinitions, problemsOf } from '../monitoring/custom-resources';
import { findObject, messageOf, newChart } from '../support/synth';

const ISSUER = { name: 'private-ca' };
const KEY = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\n-----END PRIVATE KEY-----';

function clusterWith(certificate: MqttTls, chart = newChart()) {
  const cluster = new MqttCluster(chart, 'Broker', { name: 'plant', listeners: [MqttListener.tls(certificate)] });
  return { chart, cluster };
}

function certificateOf(options: Partial<MqttTlsCertManagerOptions> = {}): any {
  return findObject(clusterWith(MqttTls.fromCertManager({ issuer: ISSUER, ...options })).chart, 'Certificate');
}

describe('a certificate of cert-manager', () => {
  test('by default', () => {
    const { metadata, spec } = certificateOf();
    expect(metadata).toMatchObject({ name: 'plant-tls', namespace: 'mqtt', labels: { 'app.kubernetes.io/instance': 'plant' } });
    expect(spec).toEqual({
      secretName: 'plant-tls',
      issuerRef: { name: 'private-ca', kind: 'Issuer', group: 'cert-manager.io' },
      dnsNames: [
        'plant', 'plant.mqtt', 'plant.mqtt.svc', 'plant.mqtt.svc.cluster.local',
        '*.plant-headless.mqtt', '*.plant-headless.mqtt.svc', '*.plant-headless.mqtt.svc.cluster.local',
      ],
      privateKey: { algorithm: 'ECDSA', size: 256, encoding: 'PKCS8', rotationPolicy: 'Always' },
      usages: ['digital signature', 'server auth'],
    });
  });

  test('with everything set', () => {
    const options: Required<MqttTlsCertManagerOptions> = {
      issuer: { name: 'ca', kind: 'AWSPCAClusterIssuer', group: 'awspca.cert-manager.io' },
      dnsNames: ['mqtt.example.com', '*.mqtt.example.com', 'plant'],
      ipAddresses: ['203.0.113.7', '2001:db8::1'],
      serviceNames: true,
      clusterDomain: 'k8s.example.com',
      secretName: 'own-tls',
      duration: Duration.days(30),
      renewBefore: Duration.seconds(86_461),
      privateKey: MqttCertificateKey.RSA_4096,
      clientCertificate: MqttClientCertificate.REQUIRE,
      clientCa: MqttClientCa.fromConfigMap(ConfigMap.fromConfigMapName(newChart(), 'Ca', 'devices'), { key: 'bundle.pem' }),
      revocationList: MqttFile.fromConfigMap(ConfigMap.fromConfigMapName(newChart(), 'Revoked', 'revoked'), 'crl.pem'),
    };
    const { chart } = clusterWith(MqttTls.fromCertManager(options));
    expect(findObject(chart, 'Certificate')).toMatchObject({
      metadata: { name: 'own-tls' },
      spec: {
        secretName: 'own-tls',
        issuerRef: options.issuer,
        dnsNames: [
          'plant', 'plant.mqtt', 'plant.mqtt.svc', 'plant.mqtt.svc.k8s.example.com', '*.plant-headless.mqtt', '*.plant-headless.mqtt.svc', '*.plant-headless.mqtt.svc.k8s.example.com',
          'mqtt.example.com', '*.mqtt.example.com',
        ],
        ipAddresses: options.ipAddresses,
        duration: '720h0m0s',
        renewBefore: '24h1m1s',
        privateKey: { algorithm: 'RSA', size: 4096 },
        usages: ['digital signature', 'key encipherment', 'server auth'],
      },
    });
  });

  test('a public authority signs the names outside only', () => {
    expect(certificateOf({ serviceNames: false, dnsNames: ['mqtt.example.com'] }).spec.dnsNames).toEqual(['mqtt.example.com']);
    expect(certificateOf({ serviceNames: false, ipAddresses: ['203.0.113.7'] }).spec).not.toHaveProperty('dnsNames');
  });

  test.each([
    [MqttCertificateKey.ECDSA_P384, { algorithm: 'ECDSA', size: 384 }],
    [MqttCertificateKey.RSA_2048, { algorithm: 'RSA', size: 2048 }],
    [MqttCertificateKey.ED25519, { algorithm: 'Ed25519' }],
  ])('key %s', (privateKey, expected) => {
    expect(certificateOf({ privateKey }).spec.privateKey).toEqual({ ...expected, encoding: 'PKCS8', rotationPolicy: 'Always' });
  });

  test('the brokers mount the Secret that cert-manager writes, as a folder, which the kubelet keeps up to date', () => {
    const { containers: [container], volumes } = findObject(clusterWith(MqttTls.fromCertManager({ issuer: ISSUER })).chart, 'StatefulSet').spec.template.spec;
    expect(volumes).toContainEqual({ name: 'certificate-mqtts', secret: { secretName: 'plant-tls', defaultMode: 0o440 } });
    expect(container.volumeMounts).toContainEqual({ name: 'certificate-mqtts', mountPath: '/etc/mqtt-broker/certificates/mqtts', readOnly: true });
  });

  test('listeners share one, and each other has a name and a construct of its own', () => {
    const chart = newChart();
    const shared = MqttTls.fromCertManager({ issuer: ISSUER });
    const own = MqttTls.fromCertManager({ issuer: ISSUER, secretName: 'web' });
    const cluster = new MqttCluster(chart, 'Broker', { listeners: [MqttListener.tls(shared), MqttListener.secureWebsocket(shared), MqttListener.tls(own, { name: 'own', port: 8885 })] });
    expect(cluster.certificates.map(({ node, name }) => [node.path, name])).toEqual([['test/Broker/Certificate', 'test-broker-tls'], ['test/Broker/Certificate-web', 'web']]);
  });

  test('nothing is asked of cert-manager for a Secret that is there', () => {
    const { cluster } = clusterWith(MqttTls.fromSecret(Secret.fromSecretName(newChart(), 'Tls', 'mine')));
    expect(cluster.certificates).toEqual([]);
  });
});

describeWithDefinitions('cert-manager accepts', () => {
  const accepted: [string, Partial<MqttTlsCertManagerOptions>][] = [
    ['the defaults', {}],
    ['everything', {
      dnsNames: ['mqtt.example.com'], ipAddresses: ['203.0.113.7'], duration: Duration.hours(1), renewBefore: Duration.minutes(5), privateKey: MqttCertificateKey.RSA_2048,
    }],
    ...Object.values(MqttCertificateKey).map((privateKey): [string, Partial<MqttTlsCertManagerOptions>] => [privateKey, { privateKey }]),
  ];
  test.each(accepted)('%s', (_, options) => {
    expect(problemsOf('cert-manager.io_certificates', certificateOf(options))).toEqual([]);
  });
});

describe('mutual TLS', () => {
  const mutual = (options: MqttTlsSecretOptions) => {
    const { chart } = clusterWith(MqttTls.fromSecret(Secret.fromSecretName(newChart(), 'Tls', 'mine'), options));
    const { containers: [{ volumeMounts }], volumes } = findObject(chart, 'StatefulSet').spec.template.spec;
    return { configuration: findObject(chart, 'ConfigMap').data['broker.yaml'], volumeMounts, volumes };
  };

  test('against the authority that signed the broker', () => {
    const { configuration, volumes } = mutual({ clientCertificate: MqttClientCertificate.REQUEST });
    expect(configuration).toContain('clientCaFile: /etc/mqtt-broker/certificates/mqtts/ca.crt');
    expect(configuration).toContain('clientCertificate: request');
    expect(volumes.map(({ name }: any) => name)).toEqual(['configuration', 'certificate-mqtts']);
  });

  test('against authorities in a ConfigMap, as trust-manager writes it', () => {
    const clientCa = MqttClientCa.fromConfigMap(ConfigMap.fromConfigMapName(newChart(), 'Ca', 'devices'), { key: 'bundle.pem' });
    const { configuration, volumes, volumeMounts } = mutual({ clientCertificate: MqttClientCertificate.REQUIRE, clientCa });
    expect(configuration).toContain('clientCaFile: /etc/mqtt-broker/client-ca/mqtts/bundle.pem');
    expect(volumes).toContainEqual({ name: 'client-ca-mqtts', configMap: { name: 'devices' } });
    expect(volumeMounts).toContainEqual({ name: 'client-ca-mqtts', mountPath: '/etc/mqtt-broker/client-ca/mqtts', readOnly: true });
  });

  test('against authorities in a Secret', () => {
    const { configuration, volumes } = mutual({ clientCertificate: MqttClientCertificate.REQUIRE, clientCa: MqttClientCa.fromSecret(Secret.fromSecretName(newChart(), 'Ca', 'devices')) });
    expect(configuration).toContain('clientCaFile: /etc/mqtt-broker/client-ca/mqtts/ca.crt');
    expect(volumes).toContainEqual({ name: 'client-ca-mqtts', secret: { secretName: 'devices', defaultMode: 0o440 } });
  });
});

describe('errors', () => {
  const complaints = (certificate: MqttTls, chart: Chart = newChart()) => messageOf(() => clusterWith(certificate, chart)).split('\n').slice(1).map((line) => line.replace('  - listeners[0] certificate', '…'));
  const certManager = (options: Partial<MqttTlsCertManagerOptions> | Record<string, unknown>) => complaints(MqttTls.fromCertManager({ issuer: ISSUER, ...options } as MqttTlsCertManagerOptions));

  test.each<[string, Record<string, unknown>, string[]]>([
    ['no issuer', { issuer: undefined }, ["… issuer is undefined, but must name who signs the certificate: { name: 'private-ca', kind: 'ClusterIssuer' }"]],
    ['an issuer without a name', { issuer: {} }, ["… issuer name is undefined, but must name the issuer: write { name: 'private-ca', kind: 'ClusterIssuer' }"]],
    ['a kind that is none', { issuer: { ...ISSUER, kind: 'cluster issuer' } }, ["… issuer kind is 'cluster issuer', but must be a kind, for example 'ClusterIssuer'"]],
    ['a group that is none', { issuer: { ...ISSUER, group: 'Cert Manager' } }, [expect.stringContaining("… issuer group is 'Cert Manager', but must be lower-case")]],
    ['text for a boolean', { serviceNames: 'yes' }, ["… serviceNames is 'yes', but must be true or false"]],
    ['a domain that is none', { clusterDomain: 'Cluster Local' }, [expect.stringContaining("… clusterDomain is 'Cluster Local', but must be lower-case")]],
    ['a Secret name with a dot', { secretName: 'a.b' }, [expect.stringContaining("… secretName is 'a.b', but must be lower-case letters, digits and dashes")]],
    ['a short life', { duration: Duration.minutes(59), renewBefore: Duration.minutes(5) }, ['… duration is 3540 s, but must be at least 3600 s: cert-manager refuses less']],
    ['a life as text', { duration: '90d' }, ["… duration is '90d', but must be a Duration, for example Duration.seconds(3600)"]],
    ['a late renewal', { renewBefore: Duration.seconds(299) }, ['… renewBefore is 299 s, but must be at least 300 s: cert-manager refuses less']],
    ['a renewal before the beginning', { duration: Duration.hours(1), renewBefore: Duration.hours(1) }, [
      '… renewBefore is not shorter than the duration (90 days where none is given): every certificate would be renewed at once',
    ]],
    ['a renewal before the default beginning', { renewBefore: Duration.days(90) }, [
      '… renewBefore is not shorter than the duration (90 days where none is given): every certificate would be renewed at once',
    ]],
    ['an unknown key', { privateKey: 'DSA' }, ["… privateKey is 'DSA', but must be one of ECDSA_P256, ECDSA_P384, RSA_2048, RSA_4096, ED25519"]],
    ['no names in the list', { dnsNames: [] }, ["… dnsNames is empty: leave it out, or write a name, for example 'mqtt.example.com'"]],
    ['names as text', { dnsNames: 'mqtt.example.com' }, ["… dnsNames is 'mqtt.example.com', but must be an array"]],
    ['names that are none', { dnsNames: ['https://mqtt.example.com', '203.0.113.7', '*.*.example.com', 7] }, ["'https://mqtt.example.com'", "'203.0.113.7'", "'*.*.example.com'", '7'].map((name, index) => (
      `… dnsNames[${index}] is ${name}, but must be a DNS name in lower case, for example 'mqtt.example.com'; addresses stand in ipAddresses`
    ))],
    ['an address that is none', { ipAddresses: ['mqtt.example.com'] }, ["… ipAddresses[0] is 'mqtt.example.com', but must be an IP address, for example '203.0.113.7'"]],
    ['no addresses in the list', { ipAddresses: [] }, ["… ipAddresses is empty: leave it out, or write an address, for example '203.0.113.7'"]],
    ['no name at all', { serviceNames: false }, ["… has no name at all: with serviceNames: false, write what clients connect to, for example dnsNames: ['mqtt.example.com']"]],
    ['an authority that nobody asks for', { clientCa: MqttClientCa.fromSecret(Secret.fromSecretName(newChart(), 'Ca', 'ca')) }, [
      '… clientCa is given, but clients are not asked for a certificate: set clientCertificate to MqttClientCertificate.REQUIRE, or leave clientCa out',
    ]],
    ['an unknown way to ask clients', { clientCertificate: 'always' }, ["… clientCertificate is 'always', but must be one of NONE, REQUEST, REQUIRE"]],
    ['an authority as text', { clientCertificate: MqttClientCertificate.REQUIRE, clientCa: 'ca' }, ["… clientCa is 'ca', but must be made like this: MqttClientCa.fromConfigMap(configMap)"]],
    ['an authority without a name', { clientCertificate: MqttClientCertificate.REQUIRE, clientCa: MqttClientCa.fromSecret(undefined as any, { key: '/ca' }) }, [
      "… clientCa key is '/ca', but must be a key: letters, digits, '-', '_' and '.', at most 253",
      "… clientCa is undefined, but must name the Secret or ConfigMap: write MqttClientCa.fromConfigMap(ConfigMap.fromConfigMapName(this, 'Ca', 'clients-ca'))",
    ]],
  ])('%s', (_, options, expected) => {
    expect(certManager(options)).toEqual(expected);
  });

  test('no options at all', () => {
    expect(complaints(MqttTls.fromCertManager(undefined as any))).toEqual(["… issuer is undefined, but must name who signs the certificate: { name: 'private-ca', kind: 'ClusterIssuer' }"]);
  });

  test('Services have no names in DNS that are known without a namespace', () => {
    const certificate = MqttTls.fromCertManager({ issuer: ISSUER });
    expect(complaints(certificate, newChart({ namespace: undefined }))).toEqual([
      "… serviceNames needs the namespace, which is a part of the Services' names in DNS, but the chart has none: give the chart a namespace, or write serviceNames: false and dnsNames: ['mqtt.example.com']",
    ]);
  });

  test('two certificates for one Secret', () => {
    const [first, second] = [MqttTls.fromCertManager({ issuer: ISSUER }), MqttTls.fromCertManager({ issuer: ISSUER })];
    const create = () => new MqttCluster(newChart(), 'Broker', { listeners: [MqttListener.tls(first), MqttListener.secureWebsocket(second)] });
    expect(messageOf(create)).toContain('listeners have different certificates of cert-manager in one Secret (the default): share one MqttTls, or give each a secretName');
  });

  test('a listener without a certificate', () => {
    expect(complaints(undefined as any)).toEqual([" is null, but must be made like this: MqttTls.fromSecret(Secret.fromSecretName(this, 'Tls', 'broker-tls'))"].map((text) => `…${text}`));
  });

  test('the name of a Secret in the place of a reference', () => {
    expect(complaints(MqttTls.fromSecret('broker-tls' as any))).toEqual([
      "… secret is undefined, but must name the Secret: write MqttTls.fromSecret(Secret.fromSecretName(this, 'Tls', 'broker-tls'))",
    ]);
  });

  test('a key in the place of the name of a Secret is refused, and not repeated', () => {
    const [message] = complaints(MqttTls.fromSecret(Secret.fromSecretName(newChart(), 'Tls', KEY)));
    expect(message).toBe(
      "… secret holds what looks like the content of a Secret (not shown here), but must be the name of one: write MqttTls.fromSecret(Secret.fromSecretName(this, 'Tls', 'broker-tls')), and have the Secret made in the cluster",
    );
  });
});

