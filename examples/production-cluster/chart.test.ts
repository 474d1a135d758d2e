import { Testing } from 'cdk8s';
import { ProductionClusterChart } from './chart';

test('the cluster example synthesizes to the manifests that were reviewed', () => {
  expect(Testing.synth(new ProductionClusterChart(Testing.app(), 'cluster'))).toMatchSnapshot();
});
