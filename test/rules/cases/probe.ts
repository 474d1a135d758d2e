import { containerOf } from './base';
import { production, type RuleCases } from './rule-case';

export const probeCases: RuleCases[] = [
  {
    rule: 'MQTT-PROBE-001',
    breaks: [{
      name: 'none',
      manifests: production((manifests) => { delete containerOf(manifests).readinessProbe; }),
      findings: [{
        object: 'StatefulSet mqtt/broker',
        found: "container 'companion' has no readinessProbe",
        breaks: 'Clients are refused during every start, and rollouts do not wait.',
      }],
    }],
    satisfies: [{ name: 'one', manifests: production() }],
  },
  {
    rule: 'MQTT-PROBE-002',
    breaks: [{
      name: 'the same path',
      manifests: production((manifests) => { containerOf(manifests).livenessProbe = { ...containerOf(manifests).readinessProbe, periodSeconds: 30 }; }),
      findings: [{
        object: 'StatefulSet mqtt/broker',
        found: 'container \'companion\': livenessProbe and readinessProbe are both httpGet {"path":"/readyz","port":"http"}',
        breaks: 'A broker that should only be taken out of the Service is killed.',
      }],
    }],
    satisfies: [
      { name: 'two paths', manifests: production() },
      { name: 'no liveness probe', manifests: production((manifests) => { delete containerOf(manifests).livenessProbe; }) },
    ],
  },
  {
    rule: 'MQTT-PROBE-003',
    breaks: [
      {
        name: 'readiness',
        manifests: production((manifests) => { containerOf(manifests).readinessProbe = { tcpSocket: { port: 'mqtt' } }; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "container 'companion': readinessProbe.tcpSocket.port: mqtt; the container has mqtts, http",
          breaks: 'The pod is never ready.',
        }],
      },
      {
        name: 'liveness',
        manifests: production((manifests) => { containerOf(manifests).livenessProbe.httpGet.port = 'metrics'; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "container 'companion': livenessProbe.httpGet.port: metrics; the container has mqtts, http",
          breaks: 'The container is restarted without end.',
        }],
      },
    ],
    satisfies: [
      { name: 'a name of the container', manifests: production() },
      { name: 'a number', manifests: production((manifests) => { containerOf(manifests).livenessProbe.httpGet.port = 9000; }) },
    ],
  },
  {
    rule: 'MQTT-PROBE-004',
    breaks: [{
      name: 'liveness from the start',
      manifests: production((manifests) => { delete containerOf(manifests).startupProbe; }),
      findings: [{
        object: 'StatefulSet mqtt/broker',
        found: "container 'companion' has a livenessProbe without initialDelaySeconds, and no startupProbe",
        breaks: 'After a crash with full queues the broker may never come up.',
      }],
    }],
    satisfies: [
      { name: 'a startup probe', manifests: production() },
      {
        name: 'a delay',
        manifests: production((manifests) => {
          delete containerOf(manifests).startupProbe;
          containerOf(manifests).livenessProbe.initialDelaySeconds = 300;
        }),
      },
      {
        name: 'no liveness probe',
        manifests: production((manifests) => {
          delete containerOf(manifests).startupProbe;
          delete containerOf(manifests).livenessProbe;
        }),
      },
    ],
  },
];
