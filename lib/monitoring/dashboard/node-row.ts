import type { RowDefinition } from './panel-definition';
import { containerRate } from './promql';
import { allocatedTcpSockets, conntrackUsedRatio } from '../node-series';

export const NODE_ROW: RowDefinition = {
  title: 'Nodes and volumes',
  panels: [
    {
      title: 'Volume usage',
      description: 'Part of the volume in use.',
      unit: 'percentunit',
      max: 1,
      queries: [{
        needs: ['claims'],
        expression: (series) => `1 - ${series.platform('kubelet_volume_stats_available_bytes')} / ${series.platform('kubelet_volume_stats_capacity_bytes')}`,
        legend: '{{persistentvolumeclaim}}',
      }],
    },
    {
      title: 'Volume growth',
      description: 'Trend of the space in use over the last six hours.',
      unit: 'Bps',
      signed: true,
      queries: [{
        needs: ['claims'],
        expression: (series) => `deriv(${series.platform('kubelet_volume_stats_used_bytes')}[6h])`,
        legend: '{{persistentvolumeclaim}}',
      }],
    },
    {
      title: 'Disk operations',
      description: 'Reads and writes on block devices (IOPS). Compare with what the storage class grants. Network file systems do not show here.',
      unit: 'iops',
      queries: [containerRate('container_fs_reads_total', 'reads'), containerRate('container_fs_writes_total', 'writes')],
    },
    {
      title: 'Disk throughput',
      description: 'Bytes read from and written to block devices. Network file systems do not show here.',
      unit: 'Bps',
      queries: [containerRate('container_fs_reads_bytes_total', 'read'), containerRate('container_fs_writes_bytes_total', 'written')],
    },
    {
      title: 'Connection tracking table',
      description: 'Part of the table in use on the nodes that run a broker. When it is full, the kernel drops new connections; connections that died without a FIN stay in it for up to a day.',
      unit: 'percentunit',
      max: 1,
      queries: [{ needs: [], expression: conntrackUsedRatio, legend: '{{node}}' }],
    },
    {
      title: 'TCP sockets',
      description: 'Sockets allocated on the nodes that run a broker, those of all pods included. node_exporter sees no other socket statistics of pods: they live in network namespaces of their own.',
      unit: 'short',
      queries: [{ needs: [], expression: allocatedTcpSockets, legend: '{{node}}' }],
    },
  ],
};
