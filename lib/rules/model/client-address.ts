import { AWS_PREFIX, hasAwsInstanceTargets, isAwsNlb } from './provider-annotations';
import type { ServiceObject } from './service-object';
import { Annotations } from '../../manifest/annotations';

const AWS_ATTRIBUTES = `${AWS_PREFIX}target-group-attributes`;
const OCI_PRESERVE = 'oci-network-load-balancer.oraclecloud.com/is-preserve-source';

/**
 * What makes brokers see another address than the client's on this way to them, for messages; `undefined` where they see the client's, or where nobody says.
 * A PROXY protocol header brings it back: whether there is one is a question of the port.
 */
export function hidesClientAddresses(entrance: ServiceObject): string | undefined {
  const { object } = entrance;
  // Gateways end the connection of the client and open their own, unless it is declared that this one does not.
  if (entrance.isRoute) return entrance.isPassthrough ? undefined : 'the gateway opens connections of its own';
  if (entrance.isProxy) return `metadata.annotations '${Annotations.LOAD_BALANCER_CLASS}: proxy'`;
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html#client-ip-preservation
  const preserved = awsPreservation(object.annotations);
  if (isAwsNlb(object) && !hasAwsInstanceTargets(object)) return preserved === 'true' ? undefined : `IP targets without preserve_client_ip.enabled=true in '${AWS_ATTRIBUTES}'`;
  if (entrance.targetsPods) return undefined;
  // https://kubernetes.io/docs/tutorials/services/source-ip/#source-ip-for-services-with-type-loadbalancer
  if (!entrance.keepsTrafficLocal) return `spec.externalTrafficPolicy: ${object.spec.at('externalTrafficPolicy').text ?? 'absent (Cluster)'}`;
  if (preserved === 'false') return `'${AWS_ATTRIBUTES}' with preserve_client_ip.enabled=false`;
  if (object.annotations[OCI_PRESERVE] === 'false') return `'${OCI_PRESERVE}: false'`;
  // Its pods masquerade what they hand on, under Local too: https://github.com/k3s-io/klipper-lb/blob/master/entry
  return object.annotations[Annotations.LOAD_BALANCER_PROVIDER] === 'k3s-servicelb' ? `metadata.annotations '${Annotations.LOAD_BALANCER_PROVIDER}: k3s-servicelb'` : undefined;
}

function awsPreservation(annotations: Record<string, string>): string | undefined {
  return /(?:^|,)\s*preserve_client_ip\.enabled=(true|false)/.exec(annotations[AWS_ATTRIBUTES] ?? '')?.[1];
}
