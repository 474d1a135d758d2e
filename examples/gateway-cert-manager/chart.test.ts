import { Testing } from 'cdk8s';
import { GatewayChart } from './chart';

test('the gateway example synthesizes to the manifests that were reviewed', () => {
  expect(Testing.synth(new GatewayChart(Testing.app(), 'gateway'))).toMatchSnapshot();
});
