import { MqttCoverage, MqttCoverageLevel } from '../mqtt-coverage';

const MAPPED = MqttCoverageLevel.MAPPED;

/** What the companion broker does with each part of a cluster's intent. */
export const AEDES_COVERAGE: MqttCoverage[] = [
  { setting: 'replicas', level: MqttCoverageLevel.PARTLY, field: 'StatefulSet spec.replicas; each pod is a broker of its own, with its own sessions (MQTT-SESSION-001)' },
  { setting: 'listeners', level: MAPPED, field: 'broker.yaml listeners' },
  { setting: 'authentication', level: MAPPED, field: 'broker.yaml authentication' },
  { setting: 'authorization', level: MAPPED, field: 'broker.yaml authorization' },
  { setting: 'keepalive', level: MAPPED, field: 'broker.yaml keepalive.maxSeconds' },
  { setting: 'tcpKeepalive', level: MAPPED, field: 'StatefulSet spec.template.spec.securityContext.sysctls; the broker sets SO_KEEPALIVE' },
  { setting: 'sessionExpirySeconds', level: MAPPED, field: 'broker.yaml session.expirySeconds' },
  { setting: 'storage', level: MAPPED, field: 'StatefulSet spec.volumeClaimTemplates, or an emptyDir' },
  { setting: 'placement', level: MAPPED, field: 'StatefulSet spec.template.spec.affinity, topologySpreadConstraints, nodeSelector' },
  { setting: 'resources', level: MAPPED, field: 'StatefulSet spec.template.spec.containers[0].resources' },
  { setting: 'shutdown', level: MAPPED, field: 'broker.yaml shutdown; StatefulSet spec.template.spec.terminationGracePeriodSeconds' },
];
