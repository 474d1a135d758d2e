import { ACKNOWLEDGE_PREFIX, Annotations } from '../../lib/manifest/annotations';
import { Labels, MANAGED_BY, PART_OF } from '../../lib/manifest/labels';

// Manifests in users' repositories carry these: changing one is a breaking change.

test('annotations', () => {
  expect(Annotations).toEqual({
    BROKER: 'cdk8s-mqtt/broker',
    PROFILE: 'cdk8s-mqtt/profile',
    KEEPALIVE_MAX_SECONDS: 'cdk8s-mqtt/keepalive-max-seconds',
    SESSION_STORE: 'cdk8s-mqtt/session-store',
    ANONYMOUS_CLIENTS: 'cdk8s-mqtt/anonymous-clients',
    NODE_COUNT: 'cdk8s-mqtt/node-count',
    CONNECTIONS_PER_POD: 'cdk8s-mqtt/connections-per-pod',
    DRAIN_CONNECTIONS_PER_SECOND: 'cdk8s-mqtt/drain-connections-per-second',
    SHUTDOWN_DELAY_SECONDS: 'cdk8s-mqtt/shutdown-delay-seconds',
    TLS_LISTENERS: 'cdk8s-mqtt/tls-listeners',
    MESSAGE_LOG: 'cdk8s-mqtt/message-log',
    MESSAGE_LOG_ENGINE: 'cdk8s-mqtt/message-log-engine',
    PROXY_LISTENERS: 'cdk8s-mqtt/proxy-listeners',
    LOAD_BALANCER_PROVIDER: 'cdk8s-mqtt/load-balancer-provider',
    LOAD_BALANCER_CLASS: 'cdk8s-mqtt/load-balancer-class',
    LOAD_BALANCER_IDLE_TIMEOUT: 'cdk8s-mqtt/load-balancer-idle-timeout-seconds',
    LOAD_BALANCER_EXPOSURE: 'cdk8s-mqtt/load-balancer-exposure',
    LOAD_BALANCER_LOCAL_HEALTH_CHECK: 'cdk8s-mqtt/load-balancer-local-health-check',
    LOAD_BALANCER_PROXY_PROTOCOL: 'cdk8s-mqtt/load-balancer-proxy-protocol',
    LOAD_BALANCER_ANNOUNCEMENT: 'cdk8s-mqtt/load-balancer-announcement',
    LOAD_BALANCER_TARGET_REMOVAL: 'cdk8s-mqtt/load-balancer-target-removal-seconds',
  });
  expect(ACKNOWLEDGE_PREFIX).toBe('acknowledge.cdk8s-mqtt/');
});

test('labels', () => {
  expect([...Object.values(Labels), PART_OF, MANAGED_BY]).toEqual([
    'app.kubernetes.io/name', 'app.kubernetes.io/instance', 'app.kubernetes.io/component', 'app.kubernetes.io/part-of', 'app.kubernetes.io/managed-by', 'mqtt', 'cdk8s-mqtt',
  ]);
});
