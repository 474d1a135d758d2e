import type { LoadBalancerTraits } from './load-balancer-traits';
import { awsNlb } from './providers/aws-nlb';
import type { AwsNlbOptions, EksAutoModeOptions } from './providers/aws-nlb-options';
import { azure, type AzureLoadBalancerOptions } from './providers/azure';
import { cilium, type CiliumOptions } from './providers/cilium';
import { custom, type CustomLoadBalancerOptions } from './providers/custom';
import { digitalOcean, type DigitalOceanOptions } from './providers/digital-ocean';
import { eksAutoMode } from './providers/eks-auto-mode';
import { gkeExternal, type GkeExternalOptions, gkeInternal, type GkeInternalOptions } from './providers/gke';
import { hetzner, type HetznerOptions } from './providers/hetzner';
import { ibmVpcAlb, type IbmVpcAlbOptions, ibmVpcNlb, type IbmVpcNlbOptions } from './providers/ibm';
import { k3sServiceLb, type K3sServiceLbOptions } from './providers/k3s-service-lb';
import { kubeVip, type KubeVipOptions } from './providers/kube-vip';
import { linode, type LinodeOptions } from './providers/linode';
import { metalLb, type MetalLbOptions } from './providers/metallb';
import { ociLoadBalancer, type OciLoadBalancerOptions, ociNetworkLoadBalancer, type OciNetworkLoadBalancerOptions } from './providers/oci';
import { octavia, type OctaviaOptions, ovh, type OvhOptions } from './providers/octavia';
import type { ProviderDefinition } from './providers/provider-definition';
import { scaleway, type ScalewayOptions } from './providers/scaleway';
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

  /** Azure Load Balancer, made by cloud-provider-azure (https://cloud-provider-azure.sigs.k8s.io/). */
  public static azure(options: AzureLoadBalancerOptions = {}): LoadBalancerProvider {
    return new LoadBalancerProvider(azure, options);
  }

  /** External passthrough Network Load Balancer of Google Cloud. */
  public static gkeExternal(options: GkeExternalOptions = {}): LoadBalancerProvider {
    return new LoadBalancerProvider(gkeExternal, options);
  }

  /** Internal passthrough Network Load Balancer of Google Cloud. */
  public static gkeInternal(options: GkeInternalOptions = {}): LoadBalancerProvider {
    return new LoadBalancerProvider(gkeInternal, options);
  }

  /** DigitalOcean load balancer. Its TCP idle timeout is not documented: the rules count 60 seconds. */
  public static digitalOcean(options: DigitalOceanOptions = {}): LoadBalancerProvider {
    return new LoadBalancerProvider(digitalOcean, options);
  }

  /** Hetzner Cloud load balancer. Its TCP idle timeout is not documented: the rules count 60 seconds. */
  public static hetzner(options: HetznerOptions = {}): LoadBalancerProvider {
    return new LoadBalancerProvider(hetzner, options);
  }

  /** Load balancer of Oracle Cloud Infrastructure. */
  public static ociLoadBalancer(options: OciLoadBalancerOptions = {}): LoadBalancerProvider {
    return new LoadBalancerProvider(ociLoadBalancer, options);
  }

  /** Network load balancer of Oracle Cloud Infrastructure. */
  public static ociNetworkLoadBalancer(options: OciNetworkLoadBalancerOptions = {}): LoadBalancerProvider {
    return new LoadBalancerProvider(ociNetworkLoadBalancer, options);
  }

  /** NodeBalancer of Linode (Akamai). Its TCP idle timeout is not documented: the rules count 60 seconds. */
  public static linode(options: LinodeOptions = {}): LoadBalancerProvider {
    return new LoadBalancerProvider(linode, options);
  }

  /** Scaleway load balancer. */
  public static scaleway(options: ScalewayOptions = {}): LoadBalancerProvider {
    return new LoadBalancerProvider(scaleway, options);
  }

  /** Load balancer of OpenStack Octavia. */
  public static octavia(options: OctaviaOptions = {}): LoadBalancerProvider {
    return new LoadBalancerProvider(octavia, options);
  }

  /** Load balancer of OVHcloud Managed Kubernetes, which is one of OpenStack Octavia. */
  public static ovh(options: OvhOptions = {}): LoadBalancerProvider {
    return new LoadBalancerProvider(ovh, options);
  }

  /** Application Load Balancer for IBM Cloud VPC, in TCP mode: at most 15,000 connections a listener. For larger fleets take `ibmVpcNlb`. */
  public static ibmVpcAlb(options: IbmVpcAlbOptions = {}): LoadBalancerProvider {
    return new LoadBalancerProvider(ibmVpcAlb, options);
  }

  /** Network Load Balancer for IBM Cloud VPC. Its idle timeout is not documented: the rules count 60 seconds. */
  public static ibmVpcNlb(options: IbmVpcNlbOptions = {}): LoadBalancerProvider {
    return new LoadBalancerProvider(ibmVpcNlb, options);
  }

  /** MetalLB (https://metallb.io/). */
  public static metalLb(options: MetalLbOptions = {}): LoadBalancerProvider {
    return new LoadBalancerProvider(metalLb, options);
  }

  /** Cilium with LB IPAM (https://docs.cilium.io/en/stable/network/lb-ipam/). */
  public static cilium(options: CiliumOptions = {}): LoadBalancerProvider {
    return new LoadBalancerProvider(cilium, options);
  }

  /** kube-vip (https://kube-vip.io/). */
  public static kubeVip(options: KubeVipOptions = {}): LoadBalancerProvider {
    return new LoadBalancerProvider(kubeVip, options);
  }

  /** ServiceLB, the load balancer that k3s brings. */
  public static k3sServiceLb(options: K3sServiceLbOptions = {}): LoadBalancerProvider {
    return new LoadBalancerProvider(k3sServiceLb, options);
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
