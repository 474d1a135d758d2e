import { podOf } from './base';
import { production, type RuleCases } from './rule-case';

function setting(name: string): object[] {
  return production((manifests) => { podOf(manifests).securityContext.sysctls = [{ name, value: '1' }]; });
}

export const sysctlCases: RuleCases[] = [
  {
    rule: 'MQTT-SYSCTL-001',
    breaks: [
      {
        name: 'namespaced and unsafe',
        manifests: setting('net.core.somaxconn'),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.template.spec.securityContext.sysctls: net.core.somaxconn',
          breaks: 'Pods fail with SysctlForbidden on every node that does not allow it.',
        }],
      },
      {
        name: 'written with slashes',
        manifests: setting('net/ipv4/tcp_tw_reuse'),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.template.spec.securityContext.sysctls: net.ipv4.tcp_tw_reuse',
          breaks: 'Pods fail with SysctlForbidden on every node that does not allow it.',
        }],
      },
    ],
    satisfies: [
      { name: 'TCP keepalive', manifests: production() },
      { name: 'a safe one written with slashes', manifests: setting('net/ipv4/tcp_keepalive_time') },
      { name: 'one of the node, which MQTT-SYSCTL-002 refuses', manifests: setting('fs.file-max') },
    ],
  },
  {
    rule: 'MQTT-SYSCTL-002',
    breaks: [
      {
        name: 'connection tracking',
        manifests: setting('net.netfilter.nf_conntrack_max'),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.template.spec.securityContext.sysctls: net.netfilter.nf_conntrack_max',
          breaks: 'The pods do not start on any node.',
        }],
      },
      {
        name: 'open files',
        manifests: setting('fs.file-max'),
        findings: [{
          object: 'StatefulSet mqtt/broker',
          found: 'spec.template.spec.securityContext.sysctls: fs.file-max',
          breaks: 'The pods do not start on any node.',
        }],
      },
    ],
    satisfies: [{ name: 'TCP keepalive', manifests: production() }],
  },
];
