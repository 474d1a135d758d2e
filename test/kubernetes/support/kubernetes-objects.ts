// The fields of Kubernetes objects that this suite reads.

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly generation: number;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  readonly deletionTimestamp?: string;
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Partial<Metadata>;
}

export interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly containerID?: string;
  readonly state: { readonly terminated?: { readonly exitCode: number; readonly reason?: string } };
}

export interface Pod {
  readonly metadata: Metadata;
  readonly spec: {
    readonly nodeName: string;
    readonly terminationGracePeriodSeconds: number;
    readonly containers: { readonly name: string; readonly image: string; readonly ports?: { readonly name: string; readonly containerPort: number }[] }[];
    readonly securityContext: { readonly sysctls?: { readonly name: string; readonly value: string }[] };
  };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly conditions?: { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: ContainerStatus[];
  };
}

export interface StatefulSet extends Manifest {
  readonly metadata: Metadata;
  readonly spec: {
    readonly replicas: number;
    readonly selector: { readonly matchLabels: Record<string, string> };
    readonly template: {
      readonly metadata: { readonly annotations: Record<string, string> };
      readonly spec: {
        readonly volumes: { readonly name: string; readonly secret?: { readonly secretName: string } }[];
        readonly containers: { readonly image: string }[];
      };
    };
  };
}

/** A request to cert-manager (https://cert-manager.io/docs/reference/api-docs/#cert-manager.io/v1.CertificateSpec). */
export interface Certificate extends Manifest {
  readonly spec: { readonly secretName: string; readonly dnsNames: string[]; readonly usages: string[] };
}

export interface Service extends Manifest {
  readonly metadata: Metadata;
  readonly spec: {
    readonly type: string;
    readonly clusterIP?: string;
    readonly externalTrafficPolicy?: 'Cluster' | 'Local';
    readonly healthCheckNodePort?: number;
    readonly loadBalancerSourceRanges?: string[];
    readonly ports: { readonly name: string; readonly port: number; readonly nodePort?: number }[];
  };
  readonly status: { readonly loadBalancer: { readonly ingress?: { readonly ip?: string; readonly hostname?: string }[] } };
}

export interface Node {
  readonly metadata: Metadata;
  readonly spec: { readonly unschedulable?: boolean; readonly taints?: { readonly effect: string }[] };
  readonly status: {
    readonly addresses: { readonly type: string; readonly address: string }[];
    readonly conditions: { readonly type: string; readonly status: string }[];
  };
}

export interface PersistentVolumeClaim {
  readonly metadata: Metadata;
  readonly spec: { readonly volumeName?: string };
}

export interface PersistentVolume {
  readonly metadata: Metadata;
  readonly spec: { readonly persistentVolumeReclaimPolicy: string };
  readonly status: { readonly phase: string };
}

export function isReady(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp === undefined && (pod.status.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True');
}

export function takesPods({ spec: { unschedulable, taints = [] } }: Node): boolean {
  return !unschedulable && taints.every(({ effect }) => effect === 'PreferNoSchedule');
}
