import { Testing } from 'cdk8s';
import { ProductionChart } from './chart';

test('the production example synthesizes to the manifests that were reviewed', () => {
  expect(Testing.synth(new ProductionChart(Testing.app(), 'production'))).toMatchSnapshot();
});
