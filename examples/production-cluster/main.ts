import { App } from 'cdk8s';
import { ProductionClusterChart } from './chart';

const app = new App();
new ProductionClusterChart(app, 'cluster');
app.synth();
