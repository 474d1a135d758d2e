import type { LoadBalancerTraits } from './load-balancer-traits';
import { awsNlb } from './providers/aws-nlb';
import type { AwsNlbOptions, EksAutoModeOptions } from './providers/aws-nlb-options';
import { custom, type CustomLoadBalancerOptions } from './providers/custom';
import { eksAutoMode } from './providers/eks-auto-mode';
import type { ProviderDefinition } from './providers/provider-definition';
import { show } from '../manifest/arguments';

/**
 * The load balancer in front of the brokers: what it can do, and what the Service must say so that it does it.
 * Options that cannot work are reported by the MqttLoadBalancer that uses it, together with everything else.
 */
export class LoadBalancerProvider {
  /** AWS Network Load Balancer, made by the AWS Load Balancer Controller (https://kubernetes-sigs.github.io/aws-load-balancer-controller/). */
  public static awsNlb(options: AwsNlbOptions = {}): LoadBalancerProvider {
    return new LoadBalancerProvider(awsNlb, options);
  }

  /** AWS Network Load Balancer, made by EKS Auto Mode (https://docs.aws.amazon.com/eks/latest/userguide/auto-configure-nlb.html). */
  public static eksAutoMode(options: EksAutoModeOptions = {}): LoadBalancerProvider {
    return new LoadBalancerProvider(eksAutoMode, options);
  }

  /** A load balancer that this library does not know. The rules believe what its options say. */
  public static custom(options: CustomLoadBalancerOptions): LoadBalancerProvider {
    return new LoadBalancerProvider(custom, options);
  }

  /** What is known of this load balancer, as it is configured. */
  public readonly traits: LoadBalancerTraits;

  /** @internal */
  public readonly _definition: ProviderDefinition;

  private constructor(define: (options: any) => ProviderDefinition, options: unknown) {
    const isObject = typeof options === 'object' && options !== null && !Array.isArray(options);
    this._definition = isObject ? define(options) : refused(define({}), options);
    this.traits = this._definition.traits;
  }
}

/** JavaScript users may pass anything for options. */
function refused(definition: ProviderDefinition, options: unknown): ProviderDefinition {
  return { ...definition, check: (_request, errors) => errors.add(`the provider's options are ${show(options)}, but must be an object`) };
}
