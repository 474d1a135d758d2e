import { containerOf, podOf } from './base';
import { production, type RuleCases } from './rule-case';

function container(securityContext: object): object[] {
  return production((manifests) => { Object.assign(containerOf(manifests).securityContext, securityContext); });
}

/** A secure init container, but for these fields. */
function initContainer(fields: object, securityContext: object = {}): object[] {
  return production((manifests) => {
    const secure = structuredClone(containerOf(manifests).securityContext);
    podOf(manifests).initContainers = [{ name: 'prepare', image: 'example.com/tool:1', securityContext: { ...secure, ...securityContext }, ...fields }];
  });
}

export const podSecurityCases: RuleCases[] = [
  {
    rule: 'MQTT-POD-001',
    breaks: [{
      name: 'the processes of the node',
      manifests: production((manifests) => { podOf(manifests).hostPID = true; }),
      findings: [{
        object: 'StatefulSet mqtt/broker',
        found: 'spec.template.spec.hostPID: true',
        breaks: 'A namespace that enforces Pod Security refuses the pods.',
      }],
    }, {
      name: 'all three',
      manifests: production((manifests) => { Object.assign(podOf(manifests), { hostNetwork: true, hostPID: true, hostIPC: true }); }),
      findings: [{
        object: 'StatefulSet mqtt/broker',
        found: 'spec.template.spec.hostNetwork: true, spec.template.spec.hostPID: true, spec.template.spec.hostIPC: true',
        breaks: 'A namespace that enforces Pod Security refuses the pods.',
      }],
    }],
    satisfies: [
      { name: 'not set', manifests: production() },
      { name: 'false', manifests: production((manifests) => { Object.assign(podOf(manifests), { hostNetwork: false, hostPID: false, hostIPC: false }); }) },
    ],
  },
  {
    rule: 'MQTT-POD-002',
    breaks: [
      {
        name: 'the broker, which may also gain privileges',
        manifests: container({ privileged: true, allowPrivilegeEscalation: true }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "container 'companion': securityContext.privileged: true",
          breaks: 'A namespace that enforces Pod Security refuses the pods.',
        }],
      },
      {
        name: 'the broker',
        manifests: container({ privileged: true }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "container 'companion': securityContext.privileged: true",
          breaks: 'A namespace that enforces Pod Security refuses the pods.',
        }],
      },
      {
        name: 'an init container that sets sysctls',
        manifests: initContainer({}, { privileged: true }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "container 'prepare': securityContext.privileged: true",
          breaks: 'A namespace that enforces Pod Security refuses the pods.',
        }],
      },
    ],
    satisfies: [{ name: 'not set', manifests: production() }, { name: 'false', manifests: container({ privileged: false }) }],
  },
  {
    rule: 'MQTT-POD-003',
    breaks: [
      {
        name: 'not said',
        manifests: production((manifests) => { delete podOf(manifests).securityContext; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "container 'companion': securityContext.runAsNonRoot: absent",
          breaks: 'A namespace that enforces Pod Security refuses the pods.',
        }],
      },
      {
        name: 'a container that says otherwise',
        manifests: container({ runAsNonRoot: false }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "container 'companion': securityContext.runAsNonRoot: false",
          breaks: 'A namespace that enforces Pod Security refuses the pods.',
        }],
      },
      {
        name: 'user 0',
        manifests: container({ runAsUser: 0 }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "container 'companion': securityContext.runAsUser: 0",
          breaks: 'A namespace that enforces Pod Security refuses the pods.',
        }],
      },
    ],
    satisfies: [
      { name: 'said for the pod', manifests: production() },
      {
        name: 'said for the container',
        manifests: production((manifests) => {
          delete podOf(manifests).securityContext.runAsNonRoot;
          containerOf(manifests).securityContext.runAsNonRoot = true;
        }),
      },
    ],
  },
  {
    rule: 'MQTT-POD-004',
    breaks: [
      {
        name: 'allowed',
        manifests: container({ allowPrivilegeEscalation: true }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "container 'companion': securityContext.allowPrivilegeEscalation: true",
          breaks: 'A namespace that enforces Pod Security refuses the pods.',
        }],
      },
      {
        name: 'not said',
        manifests: container({ allowPrivilegeEscalation: undefined }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "container 'companion': securityContext.allowPrivilegeEscalation: absent",
          breaks: 'A namespace that enforces Pod Security refuses the pods.',
        }],
      },
    ],
    satisfies: [{ name: 'forbidden', manifests: production() }],
  },
  {
    rule: 'MQTT-POD-005',
    breaks: [
      {
        name: 'not dropped',
        manifests: container({ capabilities: undefined }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "container 'companion': securityContext.capabilities.drop: absent",
          breaks: 'A namespace that enforces Pod Security refuses the pods.',
        }],
      },
      {
        name: 'one dropped',
        manifests: container({ capabilities: { drop: ['NET_RAW'] } }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'container \'companion\': securityContext.capabilities.drop: ["NET_RAW"]',
          breaks: 'A namespace that enforces Pod Security refuses the pods.',
        }],
      },
      {
        name: 'one added',
        manifests: container({ capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] } }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "container 'companion': securityContext.capabilities.add: NET_ADMIN",
          breaks: 'A namespace that enforces Pod Security refuses the pods.',
        }],
      },
    ],
    satisfies: [
      { name: 'all dropped', manifests: production() },
      { name: 'the one that may be added', manifests: container({ capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } }) },
    ],
  },
  {
    rule: 'MQTT-POD-006',
    breaks: [
      {
        name: 'not said',
        manifests: production((manifests) => { delete podOf(manifests).securityContext.seccompProfile; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "container 'companion': securityContext.seccompProfile.type: absent",
          breaks: 'A namespace that enforces Pod Security refuses the pods.',
        }],
      },
      {
        name: 'unconfined',
        manifests: container({ seccompProfile: { type: 'Unconfined' } }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "container 'companion': securityContext.seccompProfile.type: Unconfined",
          breaks: 'A namespace that enforces Pod Security refuses the pods.',
        }],
      },
    ],
    satisfies: [
      { name: 'RuntimeDefault for the pod', manifests: production() },
      { name: 'Localhost for the container', manifests: container({ seccompProfile: { type: 'Localhost', localhostProfile: 'broker.json' } }) },
    ],
  },
  {
    rule: 'MQTT-POD-007',
    breaks: [
      {
        name: 'writable',
        manifests: container({ readOnlyRootFilesystem: false }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "container 'companion': securityContext.readOnlyRootFilesystem: false",
          breaks: 'Files that an attacker, or a mistake, leaves in the container go unnoticed.',
        }],
      },
      {
        name: 'not said',
        manifests: container({ readOnlyRootFilesystem: undefined }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: "container 'companion': securityContext.readOnlyRootFilesystem: absent",
          breaks: 'Files that an attacker, or a mistake, leaves in the container go unnoticed.',
        }],
      },
    ],
    satisfies: [{ name: 'read-only', manifests: production() }],
  },
  {
    rule: 'MQTT-POD-008',
    breaks: [{
      name: 'a host port',
      manifests: production((manifests) => { containerOf(manifests).ports[0].hostPort = 8883; }),
      findings: [{
        object: 'StatefulSet mqtt/broker',
        found: "container 'companion': hostPort 8883",
        breaks: 'A namespace that enforces Pod Security refuses the pods.',
      }],
    }],
    satisfies: [
      { name: 'none', manifests: production() },
      { name: 'zero, which is none', manifests: production((manifests) => { containerOf(manifests).ports[0].hostPort = 0; }) },
    ],
  },
  {
    rule: 'MQTT-POD-009',
    breaks: [{
      name: 'hostPath and NFS',
      manifests: production((manifests) => {
        podOf(manifests).volumes.push({ name: 'logs', hostPath: { path: '/var/log' } }, { name: 'share', nfs: { server: 'nfs.example.com', path: '/' } });
      }),
      findings: [{
        object: 'StatefulSet mqtt/broker',
        found: "spec.template.spec.volumes: 'logs' (hostPath), 'share' (nfs)",
        breaks: 'A namespace that enforces Pod Security refuses the pods.',
      }],
    }],
    satisfies: [{
      name: 'allowed types',
      manifests: production((manifests) => {
        podOf(manifests).volumes.push({ name: 'tmp', emptyDir: {} }, { name: 'tls', secret: { secretName: 'broker-tls' } }, { name: 'all', projected: { sources: [] } });
      }),
    }],
  },
  {
    rule: 'MQTT-POD-010',
    breaks: [
      {
        name: 'not said anywhere',
        beyondAdmission: 'what the pod leaves open, its ServiceAccount says',
        manifests: production((manifests) => {
          delete podOf(manifests).automountServiceAccountToken;
          delete manifests.serviceAccount.automountServiceAccountToken;
        }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.template.spec.automountServiceAccountToken: absent',
          breaks: 'Each pod carries a credential of the API server.',
        }],
      },
      {
        name: 'the pod wants it',
        manifests: production((manifests) => { podOf(manifests).automountServiceAccountToken = true; }),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.template.spec.automountServiceAccountToken: true',
          breaks: 'Each pod carries a credential of the API server.',
        }],
      },
    ],
    satisfies: [
      { name: 'not in the pod', manifests: production((manifests) => { delete manifests.serviceAccount; }) },
      { name: 'not in the ServiceAccount', manifests: production((manifests) => { delete podOf(manifests).automountServiceAccountToken; }) },
    ],
  },
];
