import { get, kubectl } from './kubectl';
import type { Pod } from './kubernetes-objects';

/** What the kernel knows of one connection that a broker accepted. */
export interface AcceptedConnection {
  /** Time until the next TCP keepalive probe; not set where the socket has no keepalive timer. */
  readonly keepaliveSeconds?: number;
}

const ESTABLISHED = '01';
const KEEPALIVE_TIMER = '02';
/** /proc shows timers in USER_HZ, which is 100 on every architecture that Kubernetes runs on. */
const TICKS_PER_SECOND = 100;

/** Runs a script of Node.js in a broker's container: the image has no shell. */
export async function inPod(namespace: string, pod: string, script: string): Promise<string> {
  return (await kubectl(['exec', `--namespace=${namespace}`, pod, '--', 'node', '-e', script])).stdout;
}

/** The connections that a pod has accepted on a port (https://www.kernel.org/doc/Documentation/networking/proc_net_tcp.txt). */
export async function acceptedConnections(namespace: string, pod: string, port: number): Promise<AcceptedConnection[]> {
  const table = await inPod(namespace, pod, `
    for (const family of ['tcp', 'tcp6']) process.stdout.write(fs.readFileSync('/proc/net/' + family, 'utf8'));
  `);
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table.split('\n').flatMap((line) => {
    const [, local, , state, , timer] = line.trim().split(/\s+/);
    if (!local?.endsWith(suffix) || state !== ESTABLISHED) return [];
    const [kind, ticks] = timer.split(':');
    return [kind === KEEPALIVE_TIMER ? { keepaliveSeconds: parseInt(ticks, 16) / TICKS_PER_SECOND } : {}];
  });
}

/** A broker pod as the API server has it. */
export function brokerPod(namespace: string, name: string): Promise<Pod> {
  return get<Pod>('pod', name, `--namespace=${namespace}`);
}
