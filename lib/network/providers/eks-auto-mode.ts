import { Duration } from 'cdk8s';
import {
  AWS_IDLE_SECONDS, checkCommonOptions, commonAnnotations, exposureOf, healthCheckOf, localHealthCheckOf,
  prefersLocal, proxyProtocolOf, targetRemovalSecondsOf, targetTypeOf, tlsPortsOf,
} from './aws-nlb-annotations';
import { AwsNlbTargetType, type EksAutoModeOptions } from './aws-nlb-options';
import type { ProviderDefinition } from './provider-definition';
import { sourceRangesOf } from './source-ranges';
import { IdleTimeoutKind, LoadBalancerKind, ProxyProtocolSupport } from '../load-balancer-traits';

const SOURCE = 'https://docs.aws.amazon.com/eks/latest/userguide/auto-configure-nlb.html';
const HEALTH_CHECK = healthCheckOf({});

/** AWS Network Load Balancer, made by EKS Auto Mode. */
export function eksAutoMode(options: EksAutoModeOptions): ProviderDefinition {
  return {
    traits: {
      name: 'eks-auto-mode',
      title: 'AWS Network Load Balancer (EKS Auto Mode)',
      kind: LoadBalancerKind.PASSTHROUGH,
      idleTimeout: {
        kind: IdleTimeoutKind.KNOWN,
        defaultValue: Duration.seconds(AWS_IDLE_SECONDS),
        settable: false,
        source: `https://docs.aws.amazon.com/elasticloadbalancing/latest/network/update-idle-timeout.html (it is an attribute of the listener; EKS Auto Mode cannot set those, as https://docs.aws.amazon.com/eks/latest/userguide/auto-configure-alb.html says of its other load balancer, and ${SOURCE} has no annotation for it)`,
      },
      proxyProtocol: ProxyProtocolSupport.V2,
      localHealthCheck: localHealthCheckOf(options),
      localPreferred: prefersLocal(options),
      sourceRanges: sourceRangesOf('eks-auto-mode'),
      healthCheck: { ...HEALTH_CHECK, source: `${HEALTH_CHECK.source}; that EKS Auto Mode takes the same is inferred from its annotations` },
      source: SOURCE,
    },
    check: (request, errors) => {
      checkCommonOptions(options, request, errors);
      for (const { listener } of tlsPortsOf(options, request).filter(({ encrypted }) => encrypted)) {
        errors.add(`provider.certificateArns ends TLS for the listener '${listener}', which expects TLS in the broker, and no annotation by which EKS Auto Mode would encrypt `
          + 'again is documented: name the plain listeners in provider.tlsListeners, or leave provider.certificateArns out and let TLS end in the broker');
      }
    },
    service: (request) => ({
      annotations: commonAnnotations(options, request),
      loadBalancerClass: 'eks.amazonaws.com/nlb',
      ...(targetTypeOf(options) === AwsNlbTargetType.IP && { allocateLoadBalancerNodePorts: false as const }),
      exposure: exposureOf(options),
      idleTimeout: AWS_IDLE_SECONDS,
      localHealthCheck: localHealthCheckOf(options),
      targetRemovalSeconds: targetRemovalSecondsOf(options, request),
      proxyProtocol: proxyProtocolOf(options),
    }),
  };
}
