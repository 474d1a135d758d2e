import { applyObjects, kubectl } from './kubectl';
import { emptyRetainedVolumes, releaseVolumes } from './volumes';

const OWNER_LABEL = 'cdk8s-mqtt/test-suite';

/** Creates a namespace in which Pod Security `restricted` is enforced. One that another run left behind is removed first; anybody else's is not touched. */
export async function createNamespace(name: string): Promise<void> {
  const { stdout } = await kubectl(['get', 'namespace', name, '--ignore-not-found', `--output=jsonpath={.metadata.labels.${OWNER_LABEL.replaceAll('/', '\\/')}}{.metadata.uid}`]);
  if (stdout.startsWith('true')) {
    await removeNamespace(name);
  } else if (stdout !== '') {
    throw new Error(`the namespace '${name}' exists and is not this suite's, which would delete it at the end. Use a cluster without it, or delete it`);
  }
  await applyObjects({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: {
        [OWNER_LABEL]: 'true',
        'pod-security.kubernetes.io/enforce': 'restricted',
        'pod-security.kubernetes.io/warn': 'restricted',
      },
    },
  });
}

/** Deletes a namespace with all that is in it, and makes its volumes usable again. */
export async function removeNamespace(name: string): Promise<void> {
  const inNamespace = `--namespace=${name}`;
  await kubectl(['delete', 'statefulsets', '--all', inNamespace, '--cascade=orphan', '--wait']);
  await kubectl(['delete', 'pods', '--all', inNamespace, '--grace-period=1', '--wait', '--timeout=60s'], { seconds: 70 });
  const emptied = await emptyRetainedVolumes(name);
  await kubectl(['delete', 'namespace', name, '--wait', '--timeout=120s'], { seconds: 130 });
  await releaseVolumes(emptied);
}
