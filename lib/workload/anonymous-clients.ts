import type { ClusterIntent } from './cluster-intent';
import { MqttAuthenticationMethod } from '../security/mqtt-authentication';

/** Whether any listener lets clients in that do not say who they are. */
export function letsAnonymousIn({ authentication, listeners }: Pick<ClusterIntent, 'authentication' | 'listeners'>): boolean {
  return authentication.allowsAnonymous
    && listeners.some((listener) => listener.authentication?.includes(MqttAuthenticationMethod.ANONYMOUS) ?? true);
}
