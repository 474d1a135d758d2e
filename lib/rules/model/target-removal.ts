import { declared, DeclaredOfService } from './declared';
import { AWS_PREFIX, hasAwsInstanceTargets, isAwsNlb } from './provider-annotations';
import type { ServiceObject } from './service-object';

/**
 * How long an NLB goes on sending new connections to an IP target that is being deregistered. AWS does not document it; whoever measured it found two minutes, whatever the health check and the
 * deregistration delay: https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/2366, https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/3270
 */
export const AWS_IP_TARGET_REMOVAL_SECONDS = 120;
/** Of the AWS Load Balancer Controller, for instance targets under Local: https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/#health-check */
export const AWS_LOCAL_HEALTH_CHECK = { intervalSeconds: 10, unhealthyThreshold: 2 } as const;

/** How long a load balancer can go on sending new connections to a broker that is stopping. */
export interface TargetRemoval {
  readonly seconds: number;
  /** Why, for messages. */
  readonly because: string;
}

/** `undefined` where nobody knows, and where nodes hand connections on to other brokers within the moment that kube-proxy takes. */
export function targetRemoval({ keepsTrafficLocal, object }: ServiceObject): TargetRemoval | undefined {
  const declaration = declared(object, DeclaredOfService.targetRemoval);
  if (isAwsNlb(object) && hasAwsInstanceTargets(object)) return keepsTrafficLocal ? ofInstanceTargets(object.annotations) : undefined;
  if (declaration !== undefined) return { seconds: declaration, because: `${DeclaredOfService.targetRemoval.key}: ${declaration}` };
  return isAwsNlb(object) ? { seconds: AWS_IP_TARGET_REMOVAL_SECONDS, because: 'an NLB takes about that long to deregister an IP target' } : undefined;
}

function ofInstanceTargets(annotations: Record<string, string>): TargetRemoval {
  const interval = wholeNumber(annotations[`${AWS_PREFIX}healthcheck-interval`]) ?? AWS_LOCAL_HEALTH_CHECK.intervalSeconds;
  const threshold = wholeNumber(annotations[`${AWS_PREFIX}healthcheck-unhealthy-threshold`]) ?? AWS_LOCAL_HEALTH_CHECK.unhealthyThreshold;
  return { seconds: interval * threshold, because: `a health check every ${interval} s must fail ${threshold} times` };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
