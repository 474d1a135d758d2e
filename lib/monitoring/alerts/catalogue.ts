import type { AlertDefinition } from './alert-definition';
import { AVAILABILITY_ALERTS } from './availability';
import { CERTIFICATE_ALERTS } from './certificates';
import { CLIENT_ALERTS } from './clients';
import { CLUSTER_ALERTS } from './cluster';
import { MESSAGE_LOG_ALERTS } from './message-log';
import { MESSAGE_ALERTS } from './messages';
import { NODE_ALERTS } from './node';
import { PROCESS_ALERTS } from './process';
import { STORE_ALERTS } from './store';

/** Every alert, in the order of the rule group. */
export const ALERT_CATALOGUE: readonly AlertDefinition[] = [
  ...AVAILABILITY_ALERTS,
  ...STORE_ALERTS,
  ...MESSAGE_LOG_ALERTS,
  ...CLUSTER_ALERTS,
  ...MESSAGE_ALERTS,
  ...CLIENT_ALERTS,
  ...CERTIFICATE_ALERTS,
  ...PROCESS_ALERTS,
  ...NODE_ALERTS,
];
