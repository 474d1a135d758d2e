import type { ServiceRequest } from './provider-definition';
import { ExternalTrafficPolicy } from '../external-traffic-policy';
import type { LoadBalancerHealthCheck } from '../load-balancer-traits';

/**
 * How long a load balancer whose targets are nodes goes on sending new connections to the node of a broker that is stopping. Under Local, kube-proxy of that node fails the health check, so often as
 * the threshold says. Under Cluster it hands them on to other brokers, whatever the load balancer knows.
 */
export function nodeRemovalSeconds({ interval, unhealthyThreshold }: LoadBalancerHealthCheck, request: ServiceRequest): number | undefined {
  return request.trafficPolicy === ExternalTrafficPolicy.LOCAL ? interval.toSeconds() * unhealthyThreshold : undefined;
}
