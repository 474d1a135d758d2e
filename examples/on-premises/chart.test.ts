import { Testing } from 'cdk8s';
import { OnPremisesChart } from './chart';

test('the on-premises example synthesizes to the manifests that were reviewed', () => {
  expect(Testing.synth(new OnPremisesChart(Testing.app(), 'on-premises'))).toMatchSnapshot();
});
