import { Chart, Testing } from 'cdk8s';
import { Secret } from 'cdk8s-plus-27';
import { MqttCluster } from '../../lib/cluster/mqtt-cluster';
import type { LoadBalancerProvider } from '../../lib/network/load-balancer-provider';
import { MqttListener } from '../../lib/network/mqtt-listener';
import { MqttLoadBalancer, type MqttLoadBalancerProps } from '../../lib/network/mqtt-load-balancer';
import { MqttTls } from '../../lib/security/mqtt-tls';
import { MqttSpread } from '../../lib/workload/mqtt-spread';

/** A chart without name hashes, so that names in golden manifests can be read. */
export function chart(): Chart {
  return new Chart(Testing.app(), 'iot', { disableResourceNameHashes: true });
}

/** A broker with a plain and an encrypted listener. */
export function cluster(scope: Chart, antiAffinity = MqttSpread.PREFERRED): MqttCluster {
  const tls = MqttTls.fromSecret(Secret.fromSecretName(scope, 'Certificate', 'broker-tls'));
  return new MqttCluster(scope, 'Broker', { listeners: [MqttListener.tcp(), MqttListener.tls(tls)], antiAffinity });
}

/** A load balancer in front of `cluster()`. */
export function loadBalancer(provider: LoadBalancerProvider, props: Partial<MqttLoadBalancerProps> = {}): MqttLoadBalancer {
  const scope = chart();
  return new MqttLoadBalancer(scope, 'LoadBalancer', { cluster: cluster(scope), provider, ...props });
}

/** The manifest as it would be applied, without asking the rules. */
export function manifest(balancer: MqttLoadBalancer): any {
  return balancer.service.toJson();
}

/** What the constructor of a load balancer refuses: one message for each argument. */
export function refusals(provider: LoadBalancerProvider, props: Partial<MqttLoadBalancerProps> = {}): string[] {
  try {
    loadBalancer(provider, props);
  } catch (error) {
    return (error as Error).message.split('\n').slice(1).map((line) => line.replace(/^ {2}- /, ''));
  }
  throw new Error('nothing was refused');
}

/** What a provider makes of the Service: its annotations and fields, without those that every load balancer has. */
export function serviceOf(provider: LoadBalancerProvider, props: Partial<MqttLoadBalancerProps> = {}): any {
  const { metadata, spec } = manifest(loadBalancer(provider, props));
  const { type, selector, ports, ...fields } = spec;
  return { annotations: metadata.annotations, ...fields };
}

/** What a load balancer declares for the rules; `more` by the ends of their keys. */
export function declarations(
  provider: string, kind: string, idleTimeout: string, exposure: string, localHealthCheck: string, more: { [key: string]: string } = {},
): { [key: string]: string } {
  return {
    'cdk8s-mqtt/load-balancer-provider': provider,
    'cdk8s-mqtt/load-balancer-class': kind,
    'cdk8s-mqtt/load-balancer-idle-timeout-seconds': idleTimeout,
    'cdk8s-mqtt/load-balancer-exposure': exposure,
    'cdk8s-mqtt/load-balancer-local-health-check': localHealthCheck,
    ...Object.fromEntries(Object.entries(more).map(([key, value]) => [`cdk8s-mqtt/load-balancer-${key}`, value])),
  };
}

/** The traffic policy where no two broker pods share a node and nobody chose one. */
export function defaultPolicy(provider: LoadBalancerProvider): string {
  const scope = chart();
  return manifest(new MqttLoadBalancer(scope, 'LoadBalancer', { cluster: cluster(scope, MqttSpread.REQUIRED), provider })).spec.externalTrafficPolicy;
}
