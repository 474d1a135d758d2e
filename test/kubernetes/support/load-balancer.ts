import { eventually } from './eventually';
import { get, kubectl, list } from './kubectl';
import { Node, Service, takesPods } from './kubernetes-objects';
import { progress } from './progress';
import type { Relay } from './relay';

/** An address for documentation (RFC 5737), which is nobody's. */
const DOCUMENTATION_ADDRESS = '203.0.113.10';

/**
 * The address of a Service of type LoadBalancer. Where nothing in the cluster makes load balancers, the Service gets one that stands for the load balancer's:
 * every node then serves it as it would serve that.
 */
export async function giveAddress(namespace: string, name: string): Promise<string> {
  const { status } = await get<Service>('service', name, `--namespace=${namespace}`);
  const [ingress] = status.loadBalancer.ingress ?? [];
  const given = ingress?.ip ?? ingress?.hostname;
  if (given !== undefined) return given;
  progress(`${name} has no address; giving it ${DOCUMENTATION_ADDRESS}`);
  const patch = { status: { loadBalancer: { ingress: [{ ip: DOCUMENTATION_ADDRESS }] } } };
  await kubectl(['patch', 'service', name, `--namespace=${namespace}`, '--subresource=status', '--type=merge', `--patch=${JSON.stringify(patch)}`]);
  return DOCUMENTATION_ADDRESS;
}

/** Under `externalTrafficPolicy: Local` a load balancer asks every node whether it has a broker: those that have one must say yes, and only those. */
export async function expectHealthChecks(relay: Relay, name: string, nodesWithBroker: string[]): Promise<void> {
  const { spec } = await get<Service>('service', name, `--namespace=${relay.namespace}`);
  expect(spec.externalTrafficPolicy).toBe('Local');
  for (const node of (await list<Node>('nodes')).filter(takesPods)) {
    const wanted = nodesWithBroker.includes(node.metadata.name) ? 200 : 503;
    const ip = node.status.addresses.find(({ type }) => type === 'InternalIP')!.address;
    await eventually(`the health check of ${node.metadata.name} to answer ${wanted}`, 30, async () => {
      const { status } = await relay.httpGet(ip, spec.healthCheckNodePort!, '/healthz');
      if (status !== wanted) throw new Error(`it answers ${status}`);
      return true;
    });
    progress(`health check of ${node.metadata.name}: ${wanted}`);
  }
}
