import type { RowDefinition } from './panel-definition';
import { rate, total } from './promql';

export const CLIENTS_ROW: RowDefinition = {
  title: 'Clients',
  panels: [
    {
      title: 'Connections by broker',
      description: 'A broker far from the others reaches its limits first. After an update the broker that was restarted last has the fewest, until clients reconnect.',
      unit: 'short',
      stacked: true,
      queries: [total('connections', 'pod')],
    },
    {
      title: 'Connections by listener',
      description: 'How clients reach the brokers.',
      unit: 'short',
      stacked: true,
      queries: [total('connections', 'listener')],
    },
    {
      title: 'Connections opened',
      description: 'Clients that connect per second. A steady rate without a growing number of connections means that clients are cut off and come back: compare with the reasons beside.',
      unit: 'cps',
      queries: [rate('connectionsOpened', 'pod')],
    },
    {
      title: 'Connections closed',
      description: 'Why connections end. Many with `keepalive` or `network`: look for an idle timeout on the way that is shorter than the keepalive of the clients.',
      unit: 'cps',
      stacked: true,
      queries: [rate('connectionsClosed', 'reason')],
    },
    {
      title: 'Connections refused',
      description: 'Why connections do not come about.',
      unit: 'cps',
      stacked: true,
      queries: [rate('connectionsRefused', 'reason')],
    },
    {
      title: 'Denied',
      description: 'Publications that the access rules do not allow, and subscriptions that are refused: by the access rules (access), because a client has too many (limit), or for their topic filter (filter).',
      unit: 'cps',
      queries: [rate('publishDenied', 'pod', '{{pod}} publish'), rate('subscribeDenied', 'pod, reason', '{{pod}} subscribe: {{reason}}')],
    },
  ],
};
