import { ApiObject, App, Chart, Duration, JsonPatch } from 'cdk8s';
import { MqttCluster } from '../../../lib/cluster/mqtt-cluster';
import { ExternalDnsPrefix } from '../../../lib/network/dns/external-dns-prefix';
import { MqttDnsName } from '../../../lib/network/dns/mqtt-dns-name';
import type { MqttDnsNameOptions } from '../../../lib/network/dns/mqtt-dns-name-options';
import { LoadBalancerProvider } from '../../../lib/network/load-balancer-provider';
import { MqttLoadBalancer } from '../../../lib/network/mqtt-load-balancer';
import { messageOf, newChart } from '../../support/synth';

const CURRENT = 'external-dns.kubernetes.io/';
const ALPHA = 'external-dns.alpha.kubernetes.io/';

function balancer(id = 'LoadBalancer', chart = newChart()): MqttLoadBalancer {
  const cluster = new MqttCluster(chart, `${id}Broker`);
  return new MqttLoadBalancer(chart, id, { cluster, provider: LoadBalancerProvider.metalLb() });
}

/** What ExternalDNS may read, by the key as it stands there. */
function annotations(object: ApiObject): { [key: string]: string } {
  return Object.fromEntries(Object.entries<string>(object.toJson().metadata.annotations ?? {}).filter(([key]) => key.startsWith('external-dns')));
}

/** One message for each argument. */
function refusals(action: () => unknown): string[] {
  return messageOf(action).split('\n').slice(1).map((line) => line.replace('  - ', ''));
}

function refusalsOf(hostname: unknown, options?: unknown): string[] {
  return refusals(() => balancer().addDnsName(hostname as string, options as MqttDnsNameOptions));
}

describe('a load balancer', () => {
  test('with a name', () => {
    const mqtt = balancer();
    mqtt.addDnsName('mqtt.example.com');
    expect(annotations(mqtt.service)).toEqual({ [`${CURRENT}hostname`]: 'mqtt.example.com', [`${ALPHA}hostname`]: 'mqtt.example.com' });
  });

  test('with every option', () => {
    const mqtt = balancer();
    mqtt.addDnsName('mqtt.example.com', { ttl: Duration.minutes(1), targets: ['192.0.2.1', '2001:db8::1'], setIdentifier: 'europe', prefix: ExternalDnsPrefix.CURRENT });
    expect(annotations(mqtt.service)).toEqual({
      [`${CURRENT}hostname`]: 'mqtt.example.com',
      [`${CURRENT}ttl`]: '60',
      [`${CURRENT}target`]: '192.0.2.1,2001:db8::1',
      [`${CURRENT}set-identifier`]: 'europe',
    });
  });

  test('for an ExternalDNS older than 0.22', () => {
    const mqtt = balancer();
    mqtt.addDnsName('mqtt.example.com', { prefix: ExternalDnsPrefix.ALPHA });
    expect(annotations(mqtt.service)).toEqual({ [`${ALPHA}hostname`]: 'mqtt.example.com' });
  });

  test('with several names', () => {
    const mqtt = balancer();
    mqtt.addDnsName('mqtt.example.com', { ttl: Duration.seconds(60) });
    mqtt.addDnsName('*.tenants.example.com');
    mqtt.addDnsName('iot.example.com', { ttl: Duration.minutes(1) });
    expect(annotations(mqtt.service)).toEqual({
      [`${CURRENT}hostname`]: 'mqtt.example.com,*.tenants.example.com,iot.example.com',
      [`${CURRENT}ttl`]: '60',
      [`${ALPHA}hostname`]: 'mqtt.example.com,*.tenants.example.com,iot.example.com',
      [`${ALPHA}ttl`]: '60',
    });
  });
});

describe('the Services of a cluster', () => {
  test('the client Service gets a name inside the Kubernetes cluster', () => {
    const { clientService } = new MqttCluster(newChart(), 'Broker');
    MqttDnsName.addTo(clientService, 'mqtt.corp.example.com', { prefix: ExternalDnsPrefix.CURRENT });
    expect(annotations(clientService)).toEqual({ [`${CURRENT}internal-hostname`]: 'mqtt.corp.example.com' });
  });

  test('the headless Service gets a name for all pods, and with it one for each', () => {
    const { headlessService } = new MqttCluster(newChart(), 'Broker');
    MqttDnsName.addTo(headlessService, 'brokers.example.com', { prefix: ExternalDnsPrefix.CURRENT });
    expect(annotations(headlessService)).toEqual({ [`${CURRENT}hostname`]: 'brokers.example.com' });
  });

  test('overrides count: a client Service of type NodePort has the addresses of nodes', () => {
    const { clientService } = new MqttCluster(newChart(), 'Broker');
    clientService.addJsonPatch(JsonPatch.replace('/spec/type', 'NodePort'));
    MqttDnsName.addTo(clientService, 'mqtt.example.com', { prefix: ExternalDnsPrefix.CURRENT });
    expect(annotations(clientService)).toEqual({ [`${CURRENT}hostname`]: 'mqtt.example.com' });
  });

  test('pods cannot have names under a wildcard, nor with other targets', () => {
    const { headlessService } = new MqttCluster(newChart(), 'Broker');
    expect(refusals(() => MqttDnsName.addTo(headlessService, '*.example.com', { targets: ['192.0.2.1'] }))).toEqual([
      "hostname is '*.example.com', but cannot be a wildcard: ExternalDNS makes a record of it, and of names of the pods under it",
      'targets is set, but ExternalDNS gives the pods of a headless Service no names then: leave it out',
    ]);
  });
});

describe('a name twice', () => {
  test('on one Service', () => {
    const mqtt = balancer();
    mqtt.addDnsName('mqtt.example.com');
    expect(refusals(() => mqtt.addDnsName('mqtt.example.com'))).toEqual(["hostname is 'mqtt.example.com', which this Service has already: add each name once"]);
  });

  test('on two Services, in different charts too', () => {
    const app = new App();
    const [first, second] = ['one', 'two'].map((id) => balancer('Mqtt', new Chart(app, id, { disableResourceNameHashes: true })));
    first.addDnsName('mqtt.example.com');
    expect(messageOf(() => second.addDnsName('mqtt.example.com'))).toBe('[two/Mqtt/Resource] DNS name: an argument cannot work:\n'
      + "  - hostname is 'mqtt.example.com', which Service 'one-mqtt' (one/Mqtt/Resource) has already: ExternalDNS would let the record lead to one of the two. "
      + 'Choose another name, or give each a setIdentifier of its own and a routing policy');
    expect(annotations(second.service)).toEqual({});
  });

  test('with a set identifier each', () => {
    const chart = newChart();
    const [first, second, third] = [balancer('One', chart), balancer('Two', chart), balancer('Three', chart)];
    first.addDnsName('mqtt.example.com', { setIdentifier: 'one' });
    second.addDnsName('mqtt.example.com', { setIdentifier: 'two' });
    expect(annotations(second.service)[`${CURRENT}set-identifier`]).toBe('two');
    expect(refusals(() => third.addDnsName('mqtt.example.com', { setIdentifier: 'two' }))[0]).toContain("which Service 'test-two' (test/Two/Resource) has already");
    expect(refusals(() => third.addDnsName('mqtt.example.com'))[0]).toContain("which Service 'test-one' (test/One/Resource) has already");
  });

  test('in two apps', () => {
    [balancer(), balancer()].forEach((mqtt) => mqtt.addDnsName('mqtt.example.com'));
  });
});

describe('refused', () => {
  test.each<[string, unknown, unknown, string]>([
    ['no name', undefined, {}, "hostname is null, but must be a DNS name, for example 'mqtt.example.com': ExternalDNS makes a record of it"],
    ['an address', '192.0.2.1', {}, "hostname is '192.0.2.1', but must be a DNS name, not an IP address: ExternalDNS makes a record of it"],
    ['two names in one', 'a.example.com,b.example.com', {}, "hostname is 'a.example.com,b.example.com', but 'com,b' is no label of RFC 1123: 1 to 63 lower-case letters, digits and dashes, beginning and ending with a letter or digit: ExternalDNS makes a record of it"],
    ['text for options', 'a.example.com', 'ttl', "options is 'ttl', but must be made like this: { ttl: Duration.minutes(5) }"],
    ['null for options', 'a.example.com', null, 'options is null, but must be made like this: { ttl: Duration.minutes(5) }'],
    ['number for a TTL', 'a.example.com', { ttl: 60 }, 'ttl is 60, but must be a Duration, for example Duration.seconds(1)'],
    ['TTL of half a second', 'a.example.com', { ttl: Duration.millis(500) }, 'ttl is 0.5 s, but can only be expressed in whole seconds: ExternalDNS takes no other value'],
    ['TTL of nothing', 'a.example.com', { ttl: Duration.seconds(0) }, 'ttl is 0 s, but must be from 1 s to 2147483647 s: ExternalDNS takes no other value'],
    ['unknown prefix', 'a.example.com', { prefix: 'dns/' }, "prefix is 'dns/', but must be one of BOTH, CURRENT, ALPHA"],
    ['text for targets', 'a.example.com', { targets: '192.0.2.1' }, "targets is '192.0.2.1', but must be an array"],
    ['no targets', 'a.example.com', { targets: [] }, 'targets is empty: leave it out, or name at least one address'],
    ['wrong target', 'a.example.com', { targets: ['300.0.0.1/8'] }, "targets[0] is '300.0.0.1/8', but '1/8' is no label of RFC 1123: 1 to 63 lower-case letters, digits and dashes, beginning and ending with a letter or digit: a target is an IP address, or a DNS name for a CNAME record"],
    ['target that is nothing', 'a.example.com', { targets: [undefined] }, "targets[0] is null, but must be a DNS name, for example 'mqtt.example.com': a target is an IP address, or a DNS name for a CNAME record"],
    ['target twice', 'a.example.com', { targets: ['192.0.2.1', '192.0.2.1'] }, "targets[1] is '192.0.2.1' a second time: name each target once"],
    ['empty set identifier', 'a.example.com', { setIdentifier: '' }, "setIdentifier is '', but must be a text of 1 to 128 characters that neither begins nor ends with a space: Route 53 takes no other"],
    ['number for a set identifier', 'a.example.com', { setIdentifier: 1 }, 'setIdentifier is 1, but must be a text of 1 to 128 characters that neither begins nor ends with a space: Route 53 takes no other'],
  ])('%s', (_, hostname, options, message) => {
    expect(refusalsOf(hostname, options)).toEqual([message]);
  });

  test('everything at once', () => {
    expect(refusalsOf('MQTT', { ttl: 1, prefix: 'x', targets: [] })).toHaveLength(4);
  });

  test.each<[MqttDnsNameOptions, MqttDnsNameOptions, string]>([
    [{ ttl: Duration.seconds(60) }, { ttl: Duration.seconds(90) }, "ttl is '90', but this Service has '60' from another of its names, and ExternalDNS knows one for all of them: write the same, or leave it out"],
    [{ targets: ['192.0.2.1'] }, { targets: ['192.0.2.2'] }, "targets is '192.0.2.2', but this Service has '192.0.2.1' from another of its names, and ExternalDNS knows one for all of them: write the same, or leave it out"],
    [{ setIdentifier: 'a' }, { setIdentifier: 'b' }, "setIdentifier is 'b', but this Service has 'a' from another of its names, and ExternalDNS knows one for all of them: write the same, or leave it out"],
  ])('a second name with other options: %j', (first, second, message) => {
    const mqtt = balancer();
    mqtt.addDnsName('a.example.com', first);
    expect(refusals(() => mqtt.addDnsName('b.example.com', second))).toEqual([message]);
  });

  test.each<[unknown, string]>([
    ['broker', "MqttDnsName.addTo: service is 'broker', but must be the ApiObject of a Service"],
    [new MqttCluster(newChart(), 'Broker').workload, 'MqttDnsName.addTo: service is a StatefulSet, but must be the ApiObject of a Service'],
  ])('an object that is no Service (%#)', (service, message) => {
    expect(() => MqttDnsName.addTo(service as ApiObject, 'a.example.com')).toThrow(message);
  });
});
