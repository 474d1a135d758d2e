import { Severity } from '../finding';
import { type Rule, workloadRule } from '../rule';

const SOURCE = 'https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/';
const EXAMPLE = `spec:
  template:
    spec:
      containers:
        - name: companion
          startupProbe: { httpGet: { path: /startupz, port: http }, failureThreshold: 60 }
          livenessProbe: { httpGet: { path: /livez, port: http } }
          readinessProbe: { httpGet: { path: /readyz, port: http } }`;
const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'];

export const probeRules: readonly Rule[] = [
  workloadRule({
    id: 'MQTT-PROBE-001',
    severity: Severity.WARNING,
    title: 'The broker says when it is ready',
    why: 'Without a readiness probe a pod counts as ready as soon as it runs: clients are sent to a broker that still recovers its store, and a rollout goes on to the next pod before this one serves.',
    source: SOURCE,
    remedy: 'Add a readinessProbe.',
    example: EXAMPLE,
  }, ({ container }) => !container || container.fields.at('readinessProbe').exists ? [] : [{
    found: `${container.path} has no readinessProbe`,
    breaks: 'Clients are refused during every start, and rollouts do not wait.',
  }]),

  workloadRule({
    id: 'MQTT-PROBE-002',
    severity: Severity.WARNING,
    title: 'Liveness and readiness ask different questions',
    why: 'A broker that is not ready, because its disk is full or its peers are away, keeps the connections that it has. If the same answer fails the liveness probe, the kubelet kills it, with all of them, again and again.',
    source: SOURCE,
    remedy: 'Ask for liveness something that only a restart can mend.',
    example: EXAMPLE,
  }, ({ container }) => {
    const [liveness, readiness] = ['livenessProbe', 'readinessProbe'].map((probe) => container?.fields.at(probe));
    const same = ['httpGet', 'tcpSocket', 'exec', 'grpc'].find((handler) => liveness?.at(handler).exists
      && JSON.stringify(liveness.at(handler).value) === JSON.stringify(readiness?.at(handler).value));
    return !container || same === undefined ? [] : [{
      found: `${container.path}: livenessProbe and readinessProbe are both ${same} ${liveness!.at(same)}`,
      breaks: 'A broker that should only be taken out of the Service is killed.',
    }];
  }),

  workloadRule({
    id: 'MQTT-PROBE-003',
    severity: Severity.ERROR,
    title: 'Probes ask a port that the container has',
    why: 'A probe of a named port that no container port has fails for ever.',
    source: SOURCE,
    remedy: 'Name a port of the container.',
    example: EXAMPLE,
  }, ({ pods }) => pods.containers.flatMap((container) => PROBES.flatMap((probe) => ['httpGet', 'tcpSocket'].flatMap((handler) => {
    const port = container.fields.at(probe, handler, 'port');
    return port.text === undefined || container.port(port) ? [] : [{
      found: `${container.path}: ${probe}.${handler}.port: ${port}; the container has ${container.ports.map(({ name, port: number }) => name ?? number).join(', ') || 'no ports'}`,
      breaks: probe === 'readinessProbe' ? 'The pod is never ready.' : 'The container is restarted without end.',
    }];
  })))),

  workloadRule({
    id: 'MQTT-PROBE-004',
    severity: Severity.WARNING,
    title: 'A broker may take its time to start',
    why: 'Opening a store with millions of queued messages takes longer than a liveness probe waits. Without a startup probe the kubelet kills the broker in the middle, and it begins again from the start.',
    source: SOURCE,
    remedy: 'Add a startupProbe (or a livenessProbe with an initialDelaySeconds that covers the longest recovery).',
    example: EXAMPLE,
  }, ({ container }) => {
    const liveness = container?.fields.at('livenessProbe');
    const waits = (liveness?.at('initialDelaySeconds').number ?? 0) > 0 || container?.fields.at('startupProbe').exists;
    return !container || !liveness?.exists || waits ? [] : [{
      found: `${container.path} has a livenessProbe without initialDelaySeconds, and no startupProbe`,
      breaks: 'After a crash with full queues the broker may never come up.',
    }];
  }),
];
