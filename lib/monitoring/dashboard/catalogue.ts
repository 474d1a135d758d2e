import { CLIENTS_ROW } from './clients-row';
import { CLUSTER_ROW } from './cluster-row';
import { MESSAGE_LOG_ROW } from './message-log-row';
import { MESSAGES_ROW } from './messages-row';
import { NODE_ROW } from './node-row';
import { OVERVIEW_ROW } from './overview-row';
import type { RowDefinition } from './panel-definition';
import { PROCESS_ROW } from './process-row';
import { SESSIONS_ROW } from './sessions-row';
import { STORE_ROW } from './store-row';

/** The rows of the dashboard, from top to bottom. */
export const ROWS: readonly RowDefinition[] = [
  OVERVIEW_ROW, CLIENTS_ROW, MESSAGES_ROW, SESSIONS_ROW, STORE_ROW, CLUSTER_ROW, MESSAGE_LOG_ROW, PROCESS_ROW, NODE_ROW,
];
