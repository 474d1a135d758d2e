import { Testing } from 'cdk8s';
import { QuickstartChart } from './chart';

test('the quickstart synthesizes to the manifests that were reviewed', () => {
  expect(Testing.synth(new QuickstartChart(Testing.app(), 'quickstart'))).toMatchSnapshot();
});
