import { applyObjects } from './kubectl';
import { IMAGE } from './settings';

/** A pod of the suite's own. It runs Node.js of the broker image, so that the cluster needs no other image, and keeps to Pod Security `restricted`. */
export async function startHelperPod(namespace: string, name: string, script: string, options: { claim?: string } = {}): Promise<void> {
  await applyObjects({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: { 'app.kubernetes.io/name': name } },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 1,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [{
            weight: 100,
            podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'mqtt-broker' } } },
          }],
        },
      },
      containers: [{
        name: 'helper',
        image: IMAGE,
        imagePullPolicy: 'IfNotPresent',
        command: ['node', '-e', script],
        securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
        volumeMounts: options.claim === undefined ? [] : [{ name: 'claim', mountPath: '/claim' }],
      }],
      volumes: options.claim === undefined ? [] : [{ name: 'claim', persistentVolumeClaim: { claimName: options.claim } }],
    },
  });
}
