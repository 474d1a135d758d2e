import { messageOf, newChart } from './synth';
import { MqttCluster, type MqttClusterProps } from '../../lib';

/** What the constructor says about these props, a line each; of any type, because JavaScript users have no compiler. */
export function complaints(props: MqttClusterProps | Record<string, unknown>): string[] {
  const message = messageOf(() => new MqttCluster(newChart(), 'Broker', props as MqttClusterProps));
  const [heading, ...lines] = message.split('\n');
  expect(heading).toMatch(/^\[test\/Broker\] MqttCluster: (an argument cannot work|\d+ arguments cannot work):$/);
  return lines.map((line) => line.replace('  - ', ''));
}
