/** Pods of this instance that never share a node. */
export function antiAffinityExample(instance: string): string {
  return `spec:
  template:
    spec:
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            - topologyKey: kubernetes.io/hostname
              labelSelector: { matchLabels: { app.kubernetes.io/instance: ${instance} } }`;
}
