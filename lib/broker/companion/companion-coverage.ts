import { coverageTable } from '../intent-coverage';
import { MqttCoverageLevel } from '../mqtt-coverage';

const mapped = (field: string) => ({ level: MqttCoverageLevel.MAPPED, field });

/** What the companion broker does with each part of a cluster's intent. */
export const COMPANION_COVERAGE = coverageTable({
  replicas: mapped('StatefulSet spec.replicas; with an embedded session store, each pod is a broker of its own (MQTT-SESSION-001)'),
  replication: mapped('broker.yaml cluster; the message log is NATS JetStream'),
  listeners: mapped('broker.yaml listeners'),
  proxyPorts: mapped('broker.yaml listeners.proxyProtocol, listeners.trustedProxies'),
  certificates: mapped('broker.yaml listeners.tls; the broker takes up a renewed certificate without a restart'),
  authentication: mapped('broker.yaml authentication'),
  authorization: mapped('broker.yaml authorization'),
  keepalive: mapped('broker.yaml keepalive.maxSeconds'),
  tcpKeepalive: mapped('StatefulSet spec.template.spec.securityContext.sysctls; the broker sets SO_KEEPALIVE'),
  sessionExpirySeconds: mapped('broker.yaml session.expirySeconds'),
  storage: mapped('StatefulSet spec.volumeClaimTemplates, or an emptyDir; one volume: what a log keeps is on the volumes of the message log'),
  storageSize: mapped('StatefulSet spec.volumeClaimTemplates spec.resources; broker.yaml store.maxBytes is 90 % of it, or what the message log has room for'),
  placement: mapped('StatefulSet spec.template.spec: affinity, topologySpreadConstraints, nodeSelector, tolerations, priorityClassName'),
  resources: mapped('StatefulSet spec.template.spec.containers[0].resources'),
  podUser: mapped('StatefulSet spec.template.spec.securityContext: runAsUser, runAsGroup, fsGroup'),
  shutdown: mapped('broker.yaml shutdown; StatefulSet spec.template.spec.terminationGracePeriodSeconds; no preStop hook: the broker itself serves on for the delay, then drains'),
  rollout: mapped('StatefulSet spec.updateStrategy.rollingUpdate.partition, minReadySeconds, revisionHistoryLimit'),
  disruptionBudget: mapped('PodDisruptionBudget spec'),
  nodeConsolidation: mapped('StatefulSet spec.template.metadata.annotations'),
  trafficDistribution: mapped('Service spec.trafficDistribution'),
  networkAccess: mapped('NetworkPolicy spec'),
});
