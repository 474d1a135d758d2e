import { Duration } from 'cdk8s';
import { Secret } from 'cdk8s-plus-27';
import type { Specimen } from './specimens';
import { newChart } from './synth';
import {
  AddressAnnouncement, AwsNlbHealthCheckProtocol, AwsNlbScheme, AwsNlbTargetType, DigitalOceanLoadBalancerType, ExternalTrafficPolicy, GkeNetworkTier, HetznerAlgorithm, IdleTimeoutKind,
  LinodeNodeBalancerType, LoadBalancerExposure, LoadBalancerKind, LoadBalancerProvider, LocalHealthCheck, MqttCluster, MqttKeepaliveLimit, MqttLoadBalancer, OctaviaAlgorithm, OvhFlavor,
  ProxyProtocolVersion,
} from '../../lib';

type Factory = Exclude<keyof typeof LoadBalancerProvider, 'prototype'>;

const secret = Secret.fromSecretName(newChart(), 'Secret', 'secret');
const measuredIdleTimeout = Duration.seconds(120);

function inFrontOf(factory: Factory, options: Specimen['args'], props: object = {}): Specimen {
  return {
    args: { options },
    make: (chart, args) => {
      const cluster = new MqttCluster(chart, 'Broker', { keepaliveLimit: MqttKeepaliveLimit.of(Duration.seconds(30)) });
      ['MQTT-SECURITY-004', 'MQTT-PROXY-006'].forEach((id) => cluster.acknowledge(id, 'open, in this test'));
      return new MqttLoadBalancer(chart, 'Subject', { cluster, provider: (LoadBalancerProvider[factory] as any)(args.options), ...props });
    },
  };
}

/** Every option of every provider; those that exclude each other in different specimens. */
export const providerSpecimens: { readonly [name: string]: Specimen } = {
  'LoadBalancerProvider.awsNlb, internal with targets by address': inFrontOf('awsNlb', {
    idleTimeout: Duration.seconds(350),
    scheme: AwsNlbScheme.INTERNAL,
    targetType: AwsNlbTargetType.IP,
    subnets: ['subnet-0a'],
    crossZone: true,
    deregistrationDelay: Duration.seconds(120),
    unhealthyDraining: Duration.seconds(120),
    preserveClientIp: false,
    proxyProtocol: true,
    healthCheckProtocol: AwsNlbHealthCheckProtocol.TCP,
    healthCheckPort: 8883,
    privateIpv4Addresses: ['10.0.0.7'],
    securityGroups: ['sg-0a'],
    loadBalancerName: 'plant',
    healthCheckInterval: Duration.seconds(10),
    healthyThreshold: 3,
    unhealthyThreshold: 3,
  }),
  'LoadBalancerProvider.awsNlb, on the internet with TLS': inFrontOf('awsNlb', {
    scheme: AwsNlbScheme.INTERNET_FACING,
    subnets: ['subnet-0a'],
    healthCheckProtocol: AwsNlbHealthCheckProtocol.HTTP,
    healthCheckPath: '/readyz',
    healthCheckPort: 8080,
    certificateArns: ['arn:aws:acm:eu-central-1:111122223333:certificate/0a'],
    tlsListeners: ['mqtt'],
    tlsPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
    elasticIpAllocations: ['eipalloc-0a'],
  }),
  'LoadBalancerProvider.eksAutoMode': inFrontOf('eksAutoMode', { scheme: AwsNlbScheme.INTERNAL, targetType: AwsNlbTargetType.IP, subnets: ['subnet-0a'], crossZone: true, proxyProtocol: false }),
  'LoadBalancerProvider.azure, internal': inFrontOf('azure', { internal: true, subnet: 'plant', idleTimeout: Duration.minutes(5), tcpReset: true, ipv4Address: '10.0.0.7', ipv6Address: 'fd00::7' }),
  'LoadBalancerProvider.azure, on the internet': inFrontOf('azure', { publicIpName: 'plant', resourceGroup: 'plant', dnsLabel: 'plant' }),
  'LoadBalancerProvider.gkeExternal': inFrontOf('gkeExternal', { addressNames: ['plant'], networkTier: GkeNetworkTier.PREMIUM, weightedByPods: true, subnet: 'plant' }, { trafficPolicy: ExternalTrafficPolicy.LOCAL }),
  'LoadBalancerProvider.gkeInternal': inFrontOf('gkeInternal', { addressNames: ['plant'], subnet: 'plant', globalAccess: true }),
  'LoadBalancerProvider.digitalOcean, a proxy': inFrontOf('digitalOcean', {
    type: DigitalOceanLoadBalancerType.REGIONAL, internal: false, sizeUnit: 3, hostname: 'mqtt.example.com', proxyProtocol: true, measuredIdleTimeout,
  }),
  'LoadBalancerProvider.digitalOcean, at an address': inFrontOf('digitalOcean', { type: DigitalOceanLoadBalancerType.REGIONAL_NETWORK, ipv4Address: '198.51.100.7' }),
  'LoadBalancerProvider.hetzner': inFrontOf('hetzner', {
    location: 'fsn1',
    type: 'lb11',
    algorithm: HetznerAlgorithm.LEAST_CONNECTIONS,
    usePrivateIp: true,
    internal: false,
    loadBalancerName: 'plant',
    hostname: 'mqtt.example.com',
    proxyProtocol: true,
    primaryIpv4Id: 1,
    primaryIpv6Id: 2,
    privateIpv4: '10.0.0.7',
    measuredIdleTimeout,
  }),
  'LoadBalancerProvider.hetzner, anywhere in a zone': inFrontOf('hetzner', { networkZone: 'eu-central' }),
  'LoadBalancerProvider.ociLoadBalancer': inFrontOf('ociLoadBalancer', {
    internal: true, idleTimeout: Duration.minutes(5), subnetId: 'ocid1.subnet.oc1..a', minBandwidthMbps: 10, maxBandwidthMbps: 100, proxyProtocol: ProxyProtocolVersion.V2,
  }),
  'LoadBalancerProvider.ociLoadBalancer, with TLS': inFrontOf('ociLoadBalancer', { tlsSecret: secret, tlsListeners: ['mqtt'] }),
  'LoadBalancerProvider.ociNetworkLoadBalancer': inFrontOf('ociNetworkLoadBalancer', { internal: true, subnetId: 'ocid1.subnet.oc1..a', proxyProtocol: true }),
  'LoadBalancerProvider.ociNetworkLoadBalancer, with the addresses of clients': inFrontOf('ociNetworkLoadBalancer', { preserveSource: true }, { trafficPolicy: ExternalTrafficPolicy.LOCAL }),
  'LoadBalancerProvider.linode': inFrontOf('linode', {
    type: LinodeNodeBalancerType.COMMON, throttle: 10, firewallId: 1, preserve: true, proxyProtocol: ProxyProtocolVersion.V2, reservedIpv4: '198.51.100.7', measuredIdleTimeout,
  }),
  'LoadBalancerProvider.scaleway': inFrontOf('scaleway', {
    idleTimeout: Duration.minutes(10),
    type: 'lb-s',
    connectionRateLimit: 10,
    maxConnections: 1000,
    shutdownSessionsOfDownNodes: true,
    useHostname: true,
    proxyProtocol: ProxyProtocolVersion.V2,
    ipIds: ['11111111-2222-3333-4444-555555555555'],
    certificateIds: ['11111111-2222-3333-4444-555555555555'],
    tlsListeners: ['mqtt'],
  }),
  'LoadBalancerProvider.scaleway, internal': inFrontOf('scaleway', { internal: true }),
  'LoadBalancerProvider.octavia': inFrontOf('octavia', {
    idleTimeout: Duration.minutes(5),
    algorithm: OctaviaAlgorithm.LEAST_CONNECTIONS,
    connectionLimit: 1000,
    keepFloatingIp: true,
    proxyProtocol: ProxyProtocolVersion.V2,
    flavorId: '11111111-2222-3333-4444-555555555555',
    floatingNetworkId: '11111111-2222-3333-4444-555555555555',
    subnetId: '11111111-2222-3333-4444-555555555555',
  }),
  'LoadBalancerProvider.octavia, internal at a port': inFrontOf('octavia', { internal: true, portId: '11111111-2222-3333-4444-555555555555' }),
  'LoadBalancerProvider.ovh': inFrontOf('ovh', { idleTimeout: Duration.minutes(5), flavor: OvhFlavor.SMALL, algorithm: OctaviaAlgorithm.ROUND_ROBIN, internal: true }),
  'LoadBalancerProvider.ibmVpcAlb': inFrontOf('ibmVpcAlb', { internal: true, subnets: ['plant'], loadBalancerName: 'plant', securityGroup: 'plant', idleTimeout: Duration.minutes(5), proxyProtocol: true }),
  'LoadBalancerProvider.ibmVpcNlb': inFrontOf('ibmVpcNlb', { internal: true, loadBalancerName: 'plant', securityGroup: 'plant', zone: 'eu-de-1', measuredIdleTimeout }),
  'LoadBalancerProvider.metalLb': inFrontOf('metalLb', {
    announcement: AddressAnnouncement.BGP, addressPool: 'plant', loadBalancerClass: 'metallb.io/metallb', exposure: LoadBalancerExposure.INTERNAL, addresses: ['10.0.0.7'],
  }),
  'LoadBalancerProvider.cilium': inFrontOf('cilium', { announcement: AddressAnnouncement.BGP, sharingKey: 'plant', exposure: LoadBalancerExposure.INTERNAL, addresses: ['10.0.0.7'] }),
  'LoadBalancerProvider.kubeVip': inFrontOf('kubeVip', { serviceElection: true, useLoadBalancerClass: true, hostname: 'plant', exposure: LoadBalancerExposure.INTERNAL, addresses: ['10.0.0.7'] }),
  'LoadBalancerProvider.k3sServiceLb': inFrontOf('k3sServiceLb', { exposure: LoadBalancerExposure.INTERNAL, pool: 'plant' }),
  'LoadBalancerProvider.custom': inFrontOf('custom', {
    name: 'haproxy',
    kind: LoadBalancerKind.PROXY,
    exposure: LoadBalancerExposure.INTERNAL,
    idleTimeoutKind: IdleTimeoutKind.KNOWN,
    idleTimeout: Duration.minutes(5),
    localHealthCheck: LocalHealthCheck.AUTOMATIC,
    proxyProtocol: ProxyProtocolVersion.V2,
    loadBalancerClass: 'example.com/lb',
    annotations: { 'example.com/a': 'b' },
    allocateNodePorts: true,
  }),
};
