import { declared, DeclaredOfService } from './declared';
import type { Fields } from './fields';
import type { ManifestObject } from './manifest-object';
import { AWS_NLB_DEFAULT_IDLE_SECONDS, hasAwsInstanceTargets, isAwsNlb, providerIdleTimeout } from './provider-annotations';
import { idleTimeoutOf, localHealthCheck, providerExposure } from './provider-keys';
import { type ServicePort, servicePorts } from './service-port';

/** Counted where nobody knows a load balancer's idle timeout: less than most of the known defaults, see MQTT-KEEPALIVE-002. */
const ASSUMED_IDLE_SECONDS = 60;

/** https://docs.cilium.io/en/stable/network/l2-announcements/ */
const CILIUM_LAYER_2_CLASS = 'io.cilium/l2-announcer';

/** What keeps an idle connection alive, and what it dies of. */
export interface IdleTimeout {
  /** Seconds; infinite where there is none. */
  readonly seconds: number;
  /** Whether somebody said so; otherwise the seconds are assumed. */
  readonly known: boolean;
  /** Where it is written, for messages. */
  readonly where: string;
}

/** A Service that selects pods of a broker. */
export class ServiceObject {
  public readonly type: string;
  public readonly ports: ServicePort[];

  constructor(public readonly object: ManifestObject) {
    this.type = this.spec.at('type').text ?? 'ClusterIP';
    this.ports = servicePorts(object);
  }

  public get spec(): Fields {
    return this.object.spec;
  }

  public get isLoadBalancer(): boolean {
    return this.type === 'LoadBalancer';
  }

  /** Whether it is a route of the Gateway API, which leads to Services and carries the same declarations. */
  public get isRoute(): boolean {
    return this.object.group === 'gateway.networking.k8s.io';
  }

  public get isHeadless(): boolean {
    return this.spec.at('clusterIP').text === 'None';
  }

  public get keepsTrafficLocal(): boolean {
    return this.spec.at('externalTrafficPolicy').text === 'Local';
  }

  /** Whether a TCP keepalive probe of the broker keeps the connection alive; not known means that it is not counted on. */
  public get isPassthrough(): boolean {
    const declaration = declared(this.object, DeclaredOfService.loadBalancerClass);
    return declaration === 'passthrough' || declaration === undefined && isAwsNlb(this.object);
  }

  /** Whether the load balancer ends the connection of the client and opens its own. */
  public get isProxy(): boolean {
    return declared(this.object, DeclaredOfService.loadBalancerClass) === 'proxy';
  }

  /** The provider's own annotations decide, because they are what the provider reads; the declaration stands in where they say nothing. */
  public get idleTimeout(): IdleTimeout {
    const written = this.isRoute ? providerIdleTimeout(this.object) : idleTimeoutOf(this.object);
    if (written) return { seconds: written.seconds, known: true, where: written.where };

    const declaration = declared(this.object, DeclaredOfService.idleTimeout);
    if (declaration === 'none') return { seconds: Infinity, known: true, where: `${DeclaredOfService.idleTimeout.key}: none` };
    if (typeof declaration === 'number') return { seconds: declaration, known: true, where: `${DeclaredOfService.idleTimeout.key}: ${declaration}` };
    if (declaration === undefined && isAwsNlb(this.object)) return { seconds: AWS_NLB_DEFAULT_IDLE_SECONDS, known: true, where: 'default of an NLB listener' };
    return { seconds: ASSUMED_IDLE_SECONDS, known: false, where: `${DeclaredOfService.idleTimeout.key}: ${declaration ?? 'absent'}` };
  }

  /** Whether clients on the internet reach it. What its provider reads decides, as for the idle timeout; a route has nothing of the kind. */
  public get facesInternet(): boolean {
    const told = this.isRoute ? undefined : providerExposure(this.object);
    return (this.isLoadBalancer || this.isRoute) && (told ?? declared(this.object, DeclaredOfService.exposure)) === 'internet';
  }

  /** Whether the load balancer knows nodes without a ready pod; `undefined` where nobody says so. */
  public get localHealthCheck(): ReturnType<typeof localHealthCheck> {
    return localHealthCheck(this.object);
  }

  /** Whether one node answers for the address and takes all connections. */
  public get isAnnouncedByOneNode(): boolean {
    const announcement = declared(this.object, DeclaredOfService.announcement);
    return announcement === 'layer-2' || announcement === undefined && this.spec.at('loadBalancerClass').text === CILIUM_LAYER_2_CLASS;
  }

  /** Whether the load balancer sends to pods and not to nodes, so that the traffic policy has no part in it. */
  public get targetsPods(): boolean {
    return declared(this.object, DeclaredOfService.localHealthCheck) === 'not-needed' || isAwsNlb(this.object) && !hasAwsInstanceTargets(this.object);
  }
}
