import type { RowDefinition } from './panel-definition';
import { rate, total } from './promql';

export const PROCESS_ROW: RowDefinition = {
  title: 'Process',
  panels: [
    {
      title: 'CPU',
      description: 'Cores that the broker process uses.',
      unit: 'short',
      queries: [rate('cpuSeconds', 'pod')],
    },
    {
      title: 'CPU throttling',
      description: 'Part of the scheduling periods in which the CPU limit held the container back. It shows as latency: raise the limit or take it away.',
      unit: 'percentunit',
      max: 1,
      queries: [{
        needs: [],
        expression: (series) => [
          `sum by (pod) (rate(${series.platform('container_cpu_cfs_throttled_periods_total')}[$__rate_interval]))`,
          `/ sum by (pod) (rate(${series.platform('container_cpu_cfs_periods_total')}[$__rate_interval]))`,
        ].join('\n'),
        legend: '{{pod}}',
      }],
    },
    {
      title: 'Memory',
      description: 'The container is killed when its working set reaches the memory limit.',
      unit: 'bytes',
      queries: [
        { needs: [], expression: (series) => `sum by (pod) (${series.platform('container_memory_working_set_bytes')})`, legend: '{{pod}} working set' },
        total('residentMemoryBytes', 'pod', '{{pod}} resident'),
        total('heapUsedBytes', 'pod', '{{pod}} heap'),
      ],
    },
    {
      title: 'Event loop lag (p99)',
      description: 'How late the broker gets to its work: every message and keepalive waits this long.',
      unit: 's',
      queries: [{ needs: ['eventLoopLagSeconds'], expression: (series) => series.broker('eventLoopLagSeconds'), legend: '{{pod}}' }],
    },
    {
      title: 'File descriptors',
      description: 'Part of the file descriptors in use; each connection takes one.',
      unit: 'percentunit',
      max: 1,
      queries: [{
        needs: ['openFileDescriptors', 'maxFileDescriptors'],
        expression: (series) => `${series.broker('openFileDescriptors')} / ${series.broker('maxFileDescriptors')}`,
        legend: '{{pod}}',
      }],
    },
    {
      title: 'Draining',
      description: '1 while a broker disconnects its clients before it stops.',
      unit: 'none',
      max: 1,
      queries: [{ needs: ['draining'], expression: (series) => series.broker('draining'), legend: '{{pod}}' }],
    },
    {
      title: 'Reloads of files',
      description: 'Certificates, passwords and access rules that changed. After a failure the old file stays in use.',
      unit: 'short',
      queries: [{
        needs: ['configReloads'],
        expression: (series) => `sum by (pod, file, result) (increase(${series.broker('configReloads')}[$__rate_interval]))`,
        legend: '{{pod}} {{file}} {{result}}',
      }],
    },
    {
      title: 'Files in use as they are',
      description: '0: what the file says now cannot be used, and what was in use before still is.',
      unit: 'none',
      max: 1,
      queries: [{ needs: ['configReloadSuccessful'], expression: (series) => `min by (file) (${series.broker('configReloadSuccessful')})`, legend: '{{file}}' }],
    },
    {
      title: 'Certificates',
      description: 'Time that is left to the first certificate or revocation list of each file that is in use: of listeners, of the authorities of client certificates, and of the connection to the message log. Below zero it is over.',
      unit: 's',
      signed: true,
      queries: [
        { needs: ['certificateExpiry'], expression: (series) => `min by (listener, file) (${series.broker('certificateExpiry')}) - time()`, legend: '{{listener}} {{file}}' },
        { needs: ['revocationListExpiry'], expression: (series) => `min by (listener, file) (${series.broker('revocationListExpiry')}) - time()`, legend: '{{listener}} {{file}}' },
      ],
    },
    {
      title: 'Versions',
      description: 'Which versions of the broker run. More than one: an update is under way, or stuck.',
      unit: 'short',
      stacked: true,
      queries: [total('brokerInfo', 'version')],
    },
  ],
};
