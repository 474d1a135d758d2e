import { Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-27';
import type { MqttResources } from '../workload/mqtt-resources';
import { MqttSpread } from '../workload/mqtt-spread';

interface LogDefaults {
  readonly nodes: number;
  readonly storageSize: Size;
  readonly resources: MqttResources;
  readonly antiAffinity: MqttSpread;
  readonly networkPolicy: boolean;
}

/** What docs and docstrings promise for each profile. */
export const LOG_DEFAULTS: { readonly [profile: string]: LogDefaults } = {
  development: {
    nodes: 1,
    storageSize: Size.gibibytes(15),
    resources: { cpuRequest: Cpu.millis(50), memoryRequest: Size.mebibytes(128), memoryLimit: Size.mebibytes(256) },
    antiAffinity: MqttSpread.PREFERRED,
    networkPolicy: false,
  },
  production: {
    nodes: 3,
    storageSize: Size.gibibytes(100),
    resources: { cpuRequest: Cpu.millis(500), memoryRequest: Size.gibibytes(1), memoryLimit: Size.gibibytes(1) },
    antiAffinity: MqttSpread.REQUIRED,
    networkPolicy: true,
  },
};

/** https://hub.docker.com/_/nats: the one that the broker is tested with. */
export const NATS_IMAGE = 'nats:2.12.3';

/** https://hub.docker.com/r/natsio/prometheus-nats-exporter */
export const EXPORTER_IMAGE = 'natsio/prometheus-nats-exporter:0.17.3';

/** https://hub.docker.com/r/natsio/nats-server-config-reloader */
export const RELOADER_IMAGE = 'natsio/nats-server-config-reloader:0.23.0';
